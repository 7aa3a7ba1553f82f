"""What kind of document a record describes, told from its type and its publication types."""

# Publication types that say more than the type of entry: (word within the publication type, folded; kind).
# Source: PubMed publication types (NLM, https://www.nlm.nih.gov/mesh/pubtypes.html); Embase, "Publication types"
# (Embase.com help); Cochrane CENTRAL, publication types of its exports; Scopus document types. The first that
# matches holds.
PUBLICATION_TYPES: tuple[tuple[str, str], ...] = (
    ("preprint", "preprint"),
    ("trial registry record", "registration"),
    ("clinical trial registration", "registration"),
    ("conference abstract", "conference-abstract"),
    ("meeting abstract", "conference-abstract"),
    ("conference proceeding", "conference-paper"),
    ("conference paper", "conference-paper"),
    ("proceedings paper", "conference-paper"),
    ("practice guideline", "guideline"),
    ("guideline", "guideline"),
    ("dissertation", "dissertation"),
    ("technical report", "report"),
    ("dataset", "dataset"),
    ("book chapter", "chapter"),
)


def refine(kind: str, publication_types: tuple[str, ...] | list[str]) -> str:
    """Return the kind that the publication types give away, or `kind` if they say no more than it.

    >>> refine("article", ["Conference Abstract"]), refine("article", ["Journal Article", "Review"])
    ('conference-abstract', 'article')
    """
    if kind not in ("article", "other"):
        return kind
    for given in publication_types:
        folded = given.casefold()
        if folded in _COMMON:
            continue
        for word, better in PUBLICATION_TYPES:
            if folded == word or folded.startswith(word) or folded == word + "s":
                return better
    return kind


_COMMON = frozenset({"journal article", "review", "article", "english abstract", "letter", "case reports", "editorial"})
