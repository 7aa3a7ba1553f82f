"""What a record is, and the plain text it travels in."""
