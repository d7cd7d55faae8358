"""Parameters that make an observable's expectation value least, or greatest."""
