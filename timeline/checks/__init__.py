"""Rules that a finished draft is checked by; pure. What needs files is put together in `service.check.check`."""
