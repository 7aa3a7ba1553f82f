"""The review's values to a document: what is said, in which order, and never more than the data say."""

from pipeline.report.compose.compose import compose
from pipeline.report.compose.review import Review, Search

__all__ = ["Review", "Search", "compose"]
