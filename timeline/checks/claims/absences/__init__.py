"""Absences: what a sentence denies, of which time, and what the records say of it."""
