"""Lowered circuits in the languages of the engines, gate by gate."""
