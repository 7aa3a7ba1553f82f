"""What kind of document a record describes, told from its type and its publication types."""

from functools import lru_cache

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

# What exports call the type of an entry, folded to letters: kind. Source: BibTeX and biblatex entry types; CSL 1.0.2
# item types; Zotero item types; EndNote reference types; Crossref and OpenAlex work types; RefWorks reference types.
_NAMES: dict[str, str] = {
    "article": (
        "article journalarticle articlejournal articlemagazine articlenewspaper magazinearticle newspaperarticle "
        "review reviewarticle electronicarticle journal periodical letter editorial erratum paratext clinicaltrial "
        "journalelectronic magazine newspaper articleinpress entryencyclopedia reviewbook"
    ),
    "chapter": (
        "chapter bookchapter booksection inbook incollection electronicbooksection encyclopediaarticle "
        "entrydictionary bookpart dictionaryentry referenceentry"
    ),
    "book": (
        "book booklet editedbook electronicbook monograph referencebook collection mvbook bookwhole wholebook "
        "bookedited"
    ),
    "conference-abstract": (
        "conferenceabstract meetingabstract conferencepresentation presentation abstract speech postedabstract"
    ),
    "conference-paper": (
        "conferencepaper conferenceproceedings proceedingsarticle inproceedings conference proceedings "
        "paperconference proceedingspaper conferenceproceedingsarticle"
    ),
    "dissertation": "thesis phdthesis mastersthesis dissertation dissertationthesis dissertationthesisunpublished",
    "guideline": "guideline practiceguideline standard",
    "preprint": "preprint postedcontent unpublished unpublishedwork manuscript",
    "registration": "registration trialregistryrecord clinicaltrialregistration registeredreport trialregistration",
    "report": "report techreport technicalreport governmentdocument governmentreport workingpaper reportseries",
    "dataset": "dataset onlinedatabase database",
    "web-page": "webpage website online electronic blogpost postweblog post",
    "other": "misc other generic document unknown",
}
NAMES = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def named(text: str) -> str:
    """Return the kind that a type of entry stands for, or nothing if it is not known.

    >>> named("Journal Article"), named("book-chapter"), named("inproceedings"), named("Painting")
    ('article', 'chapter', 'conference-paper', '')
    """
    return NAMES.get("".join(char for char in text.casefold() if char.isalpha()), "")


def refine(kind: str, publication_types: tuple[str, ...] | list[str]) -> str:
    """Return the kind that the publication types give away, or `kind` if they say no more than it.

    >>> refine("article", ["Conference Abstract"]), refine("article", ["Journal Article", "Review"])
    ('conference-abstract', 'article')
    """
    if kind not in ("article", "other"):
        return kind
    return next((better for given in publication_types if (better := _given_away(given))), kind)


@lru_cache(maxsize=1 << 10)
def _given_away(publication_type: str) -> str:
    folded = publication_type.casefold()
    return next((kind for word, kind in PUBLICATION_TYPES if folded.startswith(word)), "")
