"""What the workbench adds to Jupyter kernels."""
