"""What PubMed's two formats, XML and text, have in common: links between articles, stages of their history, titles.

Source: NLM, PubMed DTD of 2025, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd, and NLM, "PubMed format",
https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format, for the correspondence of elements and tags.
"""

# CommentsCorrections/@RefType: (kind of link, tag of PubMed's text format).
REF_TYPES: dict[str, tuple[str, str]] = {
    "AssociatedDataset": ("associated-dataset", "ADI"),
    "AssociatedPublication": ("associated-publication", "APU"),
    "CommentIn": ("comment-in", "CIN"),
    "CommentOn": ("comment-on", "CON"),
    "CorrectedandRepublishedIn": ("corrected-in", "CRI"),
    "CorrectedandRepublishedFrom": ("corrected-from", "CRF"),
    "ErratumIn": ("erratum-in", "EIN"),
    "ErratumFor": ("erratum-for", "EFR"),
    "ExpressionOfConcernIn": ("concern-in", "ECI"),
    "ExpressionOfConcernFor": ("concern-for", "ECF"),
    "OriginalReportIn": ("original-report-in", "ORI"),
    "PartialRetractionIn": ("partial-retraction-in", "PRIN"),
    "PartialRetractionOf": ("partial-retraction-of", "PROF"),
    "RepublishedIn": ("republished-in", "RPI"),
    "RepublishedFrom": ("republished-from", "RPF"),
    "RetractedandRepublishedIn": ("republished-in", "RRI"),
    "RetractedandRepublishedFrom": ("republished-from", "RRF"),
    "RetractionIn": ("retraction-in", "RIN"),
    "RetractionOf": ("retraction-of", "ROF"),
    "SummaryForPatientsIn": ("summary-in", "SPIN"),
    "UpdateIn": ("update-in", "UIN"),
    "UpdateOf": ("update-of", "UOF"),
}
# PubMedPubDate/@PubStatus that have a tag of their own; the others are PHST.
HISTORY = {"pubmed": "EDAT", "entrez": "CRDT", "medline": "MHDA"}
UNTITLED = frozenset({"", "[Not Available].", "[Not Available]", "Not Available."})


def unbracketed(title: str) -> str:
    """Take the brackets off a title that was translated: they mark it in PubMed, and are no part of it.

    >>> unbracketed("[Surgery of liver metastases]."), unbracketed("[18F]FDG and [68Ga]Ga-DOTATATE")
    ('Surgery of liver metastases.', '[18F]FDG and [68Ga]Ga-DOTATATE')
    """
    if not title.startswith("[") or not title.endswith(("]", "].")) or title in UNTITLED:
        return title
    depth, close = 0, title.rindex("]")
    for place, char in enumerate(title):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return title[1:close] + title[close + 1 :] if place == close else title
    return title
