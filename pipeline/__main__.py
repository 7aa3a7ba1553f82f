"""`python -m pipeline` is `living-review`."""

from pipeline.cli.main import main

main()
