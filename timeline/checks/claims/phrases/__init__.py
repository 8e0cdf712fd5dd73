"""Phrases that claims are read by, a language a pair of tables: data, so that another language is another table."""
