"""The rules: pure functions from tables to values and findings; no files here."""
