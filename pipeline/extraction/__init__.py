"""What the included studies found: the forms that people fill in, their checks, and the tables made of them."""
