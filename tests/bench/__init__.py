"""How long a merge takes beside what a user would write or press instead: `python -m tests.bench`."""
