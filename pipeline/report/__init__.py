"""The report: one document model, rendered as HTML and PDF."""
