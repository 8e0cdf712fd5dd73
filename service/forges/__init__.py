"""Forges: where a postmortem's pull or merge request lives."""
