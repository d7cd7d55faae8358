"""Quantum circuits: any dialect, any engine, and the proof that the answer is right."""
