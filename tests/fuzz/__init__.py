"""Workbooks with random damage: whatever arrives is read or refused with a sentence. `python -m tests.fuzz`; `make fuzz` runs it for long."""
