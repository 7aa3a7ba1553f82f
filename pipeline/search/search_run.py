"""What came of a search: the run as it is stored in run.json, enough to repeat it, to audit it and to fill PRISMA-S."""

import hashlib
from collections.abc import Iterable

import msgspec

from pipeline.search.pmids import Pmids

IDS_FILE = "ids.txt"
RUN_FILE = "run.json"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The string, or the string narrowed by one more limit: what was added, and how many records were then left.

    Attributes:
        limit: key of the limit in `limits`; empty for the string itself.
        term: the clause that was added.
        words: the same for people.
        count: what PubMed counted for everything up to and including this clause.
    """

    limit: str
    term: str
    words: str
    count: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that PubMed said of the term: its element ("PhraseNotFound", "OutputMessage") and its text."""

    kind: str
    text: str


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A range of PMIDs, both ends included, and how many records of the search lie in it."""

    low: int
    high: int
    count: int


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """PubMed's count moved while its records were listed: what was counted first, what then."""

    counted: int
    recounted: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One body of records as PubMed delivered it.

    Attributes:
        file: name below the folder of the run.
        sha256: of the body, not of its compressed form.
        records: how many records it holds.
        fetched: when it came, in UTC.
    """

    file: str
    sha256: str
    records: int
    fetched: str


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """A document from which links were followed: how many PubMed gave, how many of them the strategy takes."""

    pmid: str
    linked: int
    taken: int


class SearchRun(msgspec.Struct, frozen=True, kw_only=True):
    """One search, run once, and reconciled: every record that PubMed counted is on a page or listed by name.

    Attributes:
        layout: version of this layout.
        search: id of the search in workflow.yaml.
        date: the day of the run, in UTC.
        started, finished: in UTC, to the second.
        tool: this program and its version.
        endpoint: where it was asked.
        sandbox: True where the endpoint was the sandbox, whose records are not PubMed's.
        index: when PubMed's index was last updated, as EInfo says it.
        database, platform, via, kind: as in the strategy.
        published: the string verbatim as published.
        accepted: the string that a person accepted instead, and why; empty if the published one was run.
        asked: the whole term as sent.
        steps: the string and every limit, each with what was left after it.
        translation: PubMed's QueryTranslation: what it understood.
        translations: PubMed's TranslationSet, as (from, to).
        notices: PubMed's warnings and errors about the term.
        count: what PubMed counted for `asked`; for a citation search, how many links were taken and passed the limits.
        recount: what PubMed counted for `asked` once every record had come; null for a citation search.
        identified: how many records the run stands for: `count` less those in `vanished`, with `replaced` joined.
        ids_file, ids_sha256: the file of all PMIDs of the run, one a line, ascending.
        held: how many of them were not fetched again, because an earlier run holds them.
        revised_since: the day from which on a record that PubMed has revised was fetched again; empty if all were.
        revised: how many were fetched again for that.
        slices: the ranges that were asked one by one; one slice where one answer held all.
        drifts: every time the count moved while the records were listed; empty if it never did.
        seeds: of a citation search.
        seeds_found: how many of the links were seeds themselves, and were left out.
        vanished: PMIDs that were listed, did not come, and then no longer were in PubMed.
        replaced: PMIDs that were delivered under another PMID, as (listed, delivered).
        missing: PMIDs that PubMed lists and does not deliver, which a person accepted to go without.
        pages: the bodies, in order.
        requests, repeats: how many requests were sent, and how many of them because one failed.
    """

    layout: int = 1
    search: str
    date: str
    started: str
    finished: str
    tool: str
    endpoint: str
    sandbox: bool = False
    index: str = ""
    database: str = "PubMed"
    platform: str = ""
    via: str = "databases"
    kind: str = "query"
    published: str = ""
    accepted: str = ""
    accepted_because: str = ""
    asked: str = ""
    steps: tuple[Step, ...] = ()
    translation: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    count: int
    recount: int | None = None
    identified: int
    ids_file: str = IDS_FILE
    ids_sha256: str
    held: int = 0
    revised_since: str = ""
    revised: int = 0
    slices: tuple[Slice, ...] = ()
    drifts: tuple[Drift, ...] = ()
    seeds: tuple[Seed, ...] = ()
    seeds_found: int = 0
    vanished: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    requests: int = 0
    repeats: int = 0

    @property
    def moved(self) -> bool:
        """Say whether PubMed, when all was done, counted others than those that this run accounts for."""
        return self.recount is not None and self.recount != self.identified + len(self.missing)


def ids_text(pmids: Iterable[str]) -> bytes:
    r"""Write the PMIDs of a run as its ids file: one a line, ascending by number, each once.

    >>> ids_text(["200", "31", "200"])
    b'31\n200\n'
    """
    return (pmids if isinstance(pmids, Pmids) else Pmids(pmids)).text()


def sha256(data: bytes) -> str:
    """Return the hash under which a body or an ids file is recorded."""
    return hashlib.sha256(data).hexdigest()
