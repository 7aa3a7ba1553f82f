"""What is asked of a source, and the door to PubMed."""
