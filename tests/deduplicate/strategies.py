"""Small libraries of made-up documents, each delivered several times as databases and hands would write it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.records.record import Author, Origin, Record

_NAMES = (("Adler", "Anna Maria"), ("Öberg", "Kjell"), ("van Eijck", "Casper H J"), ("Li", "Wei"), ("Müller", "Jörg"))
_THINGS = ("lanreotide", "everolimus", "streptozocin", "embolisation", "octreotide", "resection", "ablation")
_WHERE = ("liver metastases", "the pancreas", "the small bowel", "carcinoid heart disease")
_DESIGNS = ("", ": a randomised trial", ": a cohort study", ", part I", ", part II", ": phase 2", ": phase 3")
_JOURNALS = ("Journal of Invented Oncology", "Annals of Fictitious Surgery", "The Lancet. Invention")


@dataclass(frozen=True)
class Document:
    """What a document is, whoever describes it."""

    title: str
    authors: tuple[tuple[str, str], ...]
    year: int
    journal: str
    volume: int
    first: int
    doi: str


documents = st.builds(
    Document,
    title=st.builds(
        "Treatment with {} and {} for neuroendocrine tumours of {}{}".format,
        st.sampled_from(_THINGS),
        st.sampled_from(_THINGS),
        st.sampled_from(_WHERE),
        st.sampled_from(_DESIGNS),
    ),
    authors=st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True).map(tuple),
    year=st.integers(2008, 2012),
    journal=st.sampled_from(_JOURNALS),
    volume=st.integers(10, 13),
    first=st.integers(1, 40).map(lambda page: page * 10),
    doi=st.sampled_from(("", "10.5555/a.1", "10.5555/a.2", "10.5555/b.3")),
)


def record(name: str, document: Document, drop: Sequence[str] = ()) -> Record:
    """Describe a document, leaving out some fields."""
    said = Record(
        id=name,
        origin=Origin(search="s"),
        title=document.title,
        authors=tuple(Author(family=family, given=given) for family, given in document.authors),
        year=document.year,
        journal=document.journal,
        volume=str(document.volume),
        pages=f"{document.first}-{document.first + 7}",
        doi=document.doi,
    )
    empty = Record(id="", origin=Origin(search="s"))
    return replace(said, **{field: getattr(empty, field) for field in drop})


_dropped = st.lists(st.sampled_from(("authors", "year", "journal", "volume", "pages", "doi", "title")), max_size=3)


@st.composite
def libraries(draw: st.DrawFn) -> list[Record]:
    """Draw some records of a few documents."""
    known = draw(st.lists(documents, min_size=1, max_size=5))
    chosen = draw(st.lists(st.tuples(st.sampled_from(known), _dropped), min_size=1, max_size=9))
    return [record(f"s:{number:02}", document, drop) for number, (document, drop) in enumerate(chosen)]
