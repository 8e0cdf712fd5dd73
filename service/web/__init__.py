"""HTTP: the review page, notes and webhooks; thin."""
