"""What a circuit takes, said before it is run."""
