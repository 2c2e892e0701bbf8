"""Wiring: settings, addresses, workers, the one-command stack."""
