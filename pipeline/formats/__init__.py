"""Bytes of any export to records and faults, and back."""
