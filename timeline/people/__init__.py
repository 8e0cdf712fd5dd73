"""People in texts: who is meant by a mention or a whole name, and what else is left as it was written."""
