"""What PubMed says now of documents that a review rests on: retracted, corrected, of concern, or gone.

A search does not tell it: the document may no longer match the string, or may never have come from PubMed.
"""

import io
from collections.abc import Collection, Iterator

import msgspec

from pipeline.errors import Fault, SearchError
from pipeline.formats import pubmed_xml
from pipeline.records.record import Record
from pipeline.search.fetching import fetch_records, stamp, unpack
from pipeline.search.pubmed import PubMed, Tell, silence

CHECK_FILE = "check.json"
RETRACTED = "retracted"

# The links of a record that say something of its own standing, gravest first, in words that follow "it has".
# Source: PubMed DTD, CommentsCorrections/@RefType; ICMJE Recommendations, section III.A (corrections, retractions,
# expressions of concern).
NOTICES = {
    "retraction-in": "a retraction notice",
    "partial-retraction-in": "a notice of partial retraction",
    "concern-in": "an expression of concern",
    "republished-in": "been republished",
    "corrected-in": "been corrected and republished",
    "erratum-in": "an erratum",
    "update-in": "an update",
}
GRAVE = frozenset({"retraction-in", "partial-retraction-in", "concern-in", RETRACTED})
# Source: MeSH, publication types "Retracted Publication" (D016441).
_RETRACTED_TYPE = "Retracted Publication"


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that PubMed says of a document's standing.

    Attributes:
        kind: one of NOTICES, or "retracted" where PubMed calls the document so without pointing at a notice.
        pmid: of the notice, where it has one.
        text: its citation, as PubMed prints it.
    """

    kind: str
    pmid: str = ""
    text: str = ""

    @property
    def words(self) -> str:
        """Say it in words that follow "it has"."""
        return NOTICES.get(self.kind, "been marked as retracted")


class Checked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document that was asked about and has notices."""

    pmid: str
    notices: tuple[Notice, ...]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One round of asking PubMed about documents by their PMID.

    Attributes:
        layout: version of this layout.
        date: the day, in UTC.
        started, finished: in UTC, to the second.
        tool: this program and its version.
        endpoint: where it was asked.
        sandbox: True where the endpoint was the sandbox.
        pmids: what was asked about, ascending.
        found: those that have notices; all others that came have none.
        absent: PMIDs that PubMed no longer has.
        replaced: PMIDs that were delivered under another PMID, as (asked, delivered).
    """

    layout: int = 1
    date: str
    started: str
    finished: str
    tool: str
    endpoint: str
    sandbox: bool = False
    pmids: tuple[str, ...]
    found: tuple[Checked, ...] = ()
    absent: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()


def notices(record: Record) -> tuple[Notice, ...]:
    """List what a record says of its own standing, gravest first."""
    order = list(NOTICES)
    linked = [link for link in record.links if link.kind in NOTICES]
    linked.sort(key=lambda link: (order.index(link.kind), link.pmid, link.text))
    found = [Notice(kind=link.kind, pmid=link.pmid, text=link.text) for link in linked]
    if _RETRACTED_TYPE in record.publication_types and not any(notice.kind == "retraction-in" for notice in found):
        found.insert(0, Notice(kind=RETRACTED))
    return tuple(dict.fromkeys(found))


def recheck(pubmed: PubMed, pmids: Collection[str], *, tell: Tell = silence) -> Check:
    """Ask PubMed for documents by their PMID and keep what it says of their standing.

    Raises:
        SearchError: an answer was not complete, or a record in it cannot be read.
    """
    begun = pubmed.now()
    wanted = sorted(set(pmids), key=int)
    said: dict[str, tuple[Notice, ...]] = {}

    def take(_: str, page: bytes) -> None:
        said.update((record.pmid, found) for record in _records(unpack(page)[0]) if (found := notices(record)))

    fetched = fetch_records(pubmed, wanted, sink=take, accept_missing=wanted, tell=tell)
    now = dict(fetched.replaced)
    found = [Checked(pmid=pmid, notices=said[now.get(pmid, pmid)]) for pmid in wanted if said.get(now.get(pmid, pmid))]
    return Check(
        date=stamp(begun)[:10],
        started=stamp(begun),
        finished=stamp(pubmed.now()),
        tool=pubmed.tool,
        endpoint=pubmed.endpoint,
        sandbox=pubmed.sandbox,
        pmids=tuple(wanted),
        found=tuple(found),
        absent=tuple(sorted({*fetched.vanished, *fetched.missing}, key=int)),
        replaced=fetched.replaced,
    )


def _records(body: bytes) -> Iterator[Record]:
    for each in pubmed_xml.read_articles(io.BytesIO(body), search="check", file="the answer of PubMed"):
        if isinstance(each, Fault):
            raise SearchError(Fault(what=f"a record cannot be read ({each.what})", remedy="Run again later."))
        yield each
