"""living-review: a systematic review kept alive from one folder of plain files."""

__version__ = "0.1.0"
