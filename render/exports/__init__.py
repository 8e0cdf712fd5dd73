"""Exports: a timeline in the forms that other tools read; the facts and the gaps, in all of them."""
