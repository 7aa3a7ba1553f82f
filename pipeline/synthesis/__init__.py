"""Effect sizes, pooling and plots."""
