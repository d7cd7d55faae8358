"""The built-in parsers, one module for each family of formats."""
