"""The draft as the review page shows it."""
