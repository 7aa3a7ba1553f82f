"""Records to citations: which records describe one document, and why."""
