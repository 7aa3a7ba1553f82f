"""Files that go with a report: the included reports as RIS, the methods to paste, how to cite it."""

from collections.abc import Mapping

from pipeline import formats
from pipeline.report.compose.front import cite_as
from pipeline.report.compose.review import Review
from pipeline.report.document import Document, Section
from pipeline.report.layout import lay_out_section, plain_text


def companions(review: Review, document: Document) -> Mapping[str, bytes]:
    """Make the files, by path beside the report."""
    made = {"CITATION.txt": f"{cite_as(review)}\n".encode()}
    chapter = next((section for section in document.sections if section.id == "methods"), None)
    if chapter is not None:
        made["methods.txt"] = _methods(document, chapter).encode()
    included = [
        review.citations[status.citation].record for status in review.screening.included(review.screening_settings)
    ]
    if included:
        made["included.ris"] = b"".join(formats.write(included, format="ris"))
    return made


def _methods(document: Document, chapter: Section) -> str:
    """Write the paragraphs of the methods as plain text, a heading before each part; lists and strings are left out."""
    parts = []
    for section in lay_out_section(document, chapter)["sections"]:
        texts = [plain_text(b["content"]) for b in (*section["own"], *section["blocks"]) if b["kind"] == "paragraph"]
        if texts:
            parts.append("\n\n".join([section["title"], *texts]))
    return "\n\n".join(parts) + "\n"
