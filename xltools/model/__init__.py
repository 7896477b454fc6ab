"""What everything else talks about: forms, tables, policies, findings, grades."""
