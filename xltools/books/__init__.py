"""Workbooks, wherever they live: reading and writing, no judgement here."""
