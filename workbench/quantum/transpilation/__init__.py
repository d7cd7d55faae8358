"""Circuits fitted to devices at every level of optimisation, side by side, and shown to be the same."""
