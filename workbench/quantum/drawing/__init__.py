"""How circuits and their results look: one look for every dialect and engine."""
