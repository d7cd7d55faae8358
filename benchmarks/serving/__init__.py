"""What `benchmarks.server` is made of: a watched server, the stand-in model, and who puts load on them."""
