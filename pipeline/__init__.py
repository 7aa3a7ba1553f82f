"""living-review: a systematic review kept alive from one folder of plain files."""
