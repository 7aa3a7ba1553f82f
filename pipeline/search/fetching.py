"""The records of a list of PMIDs, page by page, and what became of every PMID that did not come."""

import gzip
import io
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipeline.errors import CountError, Fault, SearchError
from pipeline.search import search_run
from pipeline.search.listing import BATCH
from pipeline.search.pmids import Pmids
from pipeline.search.pubmed import Progress, PubMed, Tell, silence
from pipeline.search.replies import page_pmids
from pipeline.search.search_run import Page

_MANY = 50  # PMIDs that do not come: up to so many are asked for one by one
_SHOWN = 20  # PMIDs that a message names

Sink = Callable[[str, bytes], None]  # takes a finished page: its name below the folder of the run, gzipped bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """The pages that hold the records of a list of PMIDs, and what became of those that did not come."""

    pages: tuple[Page, ...] = ()
    pmids: Pmids = field(default_factory=Pmids)
    vanished: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()


def fetch_records(
    pubmed: PubMed,
    pmids: Sequence[str],
    *,
    sink: Sink,
    kept: Mapping[str, bytes] = {},
    accept_missing: Collection[str] = (),
    tell: Tell = silence,
) -> Fetched:
    """Fetch the records of PMIDs in pages of 200, and account for every PMID.

    A page is handed on only when it holds nothing but what was asked for. A PMID that does not come is asked for once
    more by itself; then it has vanished from PubMed, or was replaced by another one, or is missing.

    Args:
        pubmed: the client.
        pmids: which records; they are fetched in ascending order.
        sink: takes each page as soon as it is finished.
        kept: pages of a run that was broken off, by name, read one at a time; what they hold is not fetched again.
            A page that cannot be used is passed over: the run names its pages, and no other belongs to it.
        accept_missing: PMIDs that PubMed lists and does not deliver, and that a person accepts to go without.
        tell: is told after each page.

    Raises:
        SearchError: an answer was not complete, held records nobody asked for, or PMIDs are missing.
        CountError: the pages do not hold what was accounted for.
    """
    shelf = _Shelf(sink, pubmed.now, kept)
    wanted = pmids if isinstance(pmids, Pmids) else Pmids(pmids)
    todo = wanted.without(shelf.resume(wanted))
    absent = _fetch_pages(pubmed, todo, shelf, len(wanted), tell)
    if len(absent) > _MANY:
        absent = _fetch_pages(pubmed, absent, shelf, len(wanted), tell)
    if len(absent) > _MANY:
        raise _undelivered(pubmed, absent)
    settled = _settle(pubmed, absent, wanted, shelf)
    unaccepted = [pmid for pmid in settled.missing if pmid not in accept_missing]
    if unaccepted:
        raise _undelivered(pubmed, unaccepted)
    gone = Pmids((*settled.vanished, *settled.missing, *(listed for listed, _ in settled.replaced)))
    there = wanted.without(gone)
    if settled.replaced:
        there = there.together(new for _, new in settled.replaced)
    if shelf.held != len(there):
        what = f"{shelf.held} records are on the pages, and {len(there)} are accounted for"
        raise CountError(Fault(what=what, remedy="This is a fault of the program: nothing was recorded."))
    return replace(settled, pages=tuple(shelf.pages), pmids=there)


def _undelivered(pubmed: PubMed, pmids: Sequence[str]) -> SearchError:
    what = f"{pubmed.source} lists {len(pmids)} records that it does not deliver (PMID {_named(pmids)})"
    remedy = "Run again later; if they never come, name them in 'accept_missing' of the search. Nothing was recorded."
    return SearchError(Fault(what=what, remedy=remedy))


def _named(pmids: Sequence[str]) -> str:
    return ", ".join(pmids[:_SHOWN]) + (" ..." if len(pmids) > _SHOWN else "")


class _Shelf:
    """The finished pages of a run, and how many records they hold."""

    def __init__(self, sink: Sink, now: Callable[[], datetime], kept: Mapping[str, bytes]) -> None:
        self.held = 0
        self.pages: list[Page] = []
        self._sink, self._now, self._kept = sink, now, kept
        self._number = 0

    def resume(self, wanted: Pmids) -> Pmids:
        """Take over the pages of a broken-off run that are whole and hold nothing but what is wanted now."""
        resumed = Pmids()
        for name in sorted(self._kept):
            try:
                body, fetched = unpack(self._kept[name])
                pmids = page_pmids(body)
            except (ValueError, OSError, EOFError, zlib.error):
                continue
            if pmids and all(pmid in wanted and pmid not in resumed for pmid in pmids):
                resumed = resumed.together(pmids)
                self._note(name, body, pmids, fetched)
        return resumed

    def put(self, body: bytes, pmids: Sequence[str]) -> None:
        """Hand on a page."""
        fetched = self._now()
        self._number += 1
        while (name := f"pages/{self._number:04}.xml.gz") in self._kept:
            self._number += 1
        self._sink(name, pack(body, fetched))
        self._note(name, body, pmids, fetched)

    def _note(self, name: str, body: bytes, pmids: Sequence[str], fetched: datetime) -> None:
        self.held += len(set(pmids))
        digest = search_run.sha256(body)
        self.pages.append(Page(file=name, sha256=digest, records=len(pmids), fetched=stamp(fetched)))


def _fetch_pages(pubmed: PubMed, pmids: Sequence[str], shelf: _Shelf, total: int, tell: Tell) -> list[str]:
    """Fetch PMIDs page by page; return those that did not come."""
    absent: list[str] = []
    for start in range(0, len(pmids), BATCH):
        tell(Progress("fetching", shelf.held, total))
        absent += _fetch_page(pubmed, pmids[start : start + BATCH], shelf)
    tell(Progress("fetching", shelf.held, total))
    return absent


def _fetch_page(pubmed: PubMed, batch: Sequence[str], shelf: _Shelf) -> list[str]:
    """Fetch one page and hand it on; return the PMIDs that did not come."""
    asked = list(batch)
    body, pmids = pubmed.fetch(asked)
    if set(pmids) - set(asked):  # a PMID was merged into another: ask for those that came, without it
        asked = [pmid for pmid in asked if pmid in set(pmids)]
        body, pmids = pubmed.fetch(asked) if asked else (b"", ())
        strangers = sorted(set(pmids) - set(asked), key=int)
        if strangers:
            what = f"{pubmed.source} delivered records that nobody asked for (PMID {_named(strangers)})"
            raise SearchError(Fault(what=what, remedy="Nothing was recorded. Run again later."))
    if pmids:
        shelf.put(body, pmids)
    came = set(pmids)
    return [pmid for pmid in batch if pmid not in came]


def _settle(pubmed: PubMed, absent: Sequence[str], wanted: Pmids, shelf: _Shelf) -> Fetched:
    """Find out what became of the PMIDs that did not come: vanished, replaced, missing."""
    vanished: list[str] = []
    replaced: list[tuple[str, str]] = []
    missing: list[str] = []
    for pmid in absent:
        body, pmids = pubmed.fetch([pmid])
        came = set(pmids)
        if len(came) > 1:
            what = f"{pubmed.source} delivered {len(came)} records for PMID {pmid}"
            raise SearchError(Fault(what=what, remedy="Nothing was recorded. Run again later."))
        if came == {pmid}:
            shelf.put(body, pmids)
        elif came:
            (delivered,) = came
            known = delivered in wanted or any(delivered == new for _, new in replaced)
            if not known:
                shelf.put(body, pmids)
            replaced.append((pmid, delivered))
        elif pubmed.search(f"{pmid}[uid]", listed=0).count:
            missing.append(pmid)
        else:
            vanished.append(pmid)
    return Fetched(vanished=tuple(vanished), replaced=tuple(replaced), missing=tuple(missing))


def pack(body: bytes, fetched: datetime) -> bytes:
    """Compress a page; when it came stands in the header that gzip has for it."""
    return gzip.compress(body, compresslevel=6, mtime=int(fetched.timestamp()))


def unpack(data: bytes) -> tuple[bytes, datetime]:
    """Give back a page and when it came.

    Raises:
        OSError, EOFError, zlib.error: the bytes are damaged.
    """
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
        body = stream.read()
        return body, datetime.fromtimestamp(stream.mtime or 0, UTC)


def stamp(moment: datetime) -> str:
    """Write a time in UTC, to the second: 2026-11-22T06:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
