"""What is asked of a source: the settings of one search, the string as published, and the term that is sent.

What came of it, a SearchRun, stands in `search_run`.
"""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Literal

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.formats import languages, table_layouts
from pipeline.records import identifiers

ELINKS = {"similar": "pubmed_pubmed", "cited-by": "pubmed_pubmed_citedin", "references": "pubmed_pubmed_refs"}
PUBMED_PLATFORM = "NCBI Entrez (E-utilities)"

# How a date limit reads in a report. Source: PubMed User Guide, "Search field tags", entries Publication Date, Entry
# Date, Create Date and Modification Date, https://pubmed.ncbi.nlm.nih.gov/help/#search-tags
DATE_FIELDS = {"pdat": "publication date", "edat": "entry date", "crdt": "create date", "mdat": "modification date"}

LONGEST = 36_500  # days that anything may be put off: a hundred years
_DATE = re.compile(r"([1-3]\d{3})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """A range of dates, closed or open at either end.

    Attributes:
        field: `pdat` publication, `edat` entry into PubMed, `crdt` creation of the record, `mdat` last change.
        since: first day, month or year, as 2018-05-01, 2018-05 or 2018; empty: from the beginning.
        until: last day, month or year, inclusive; empty: without an end.
    """

    field: Literal["pdat", "edat", "crdt", "mdat"] = "pdat"
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What narrows a search beside its string; each limit is sent, counted and reported by itself.

    Attributes:
        dates: a range of dates.
        languages: names or three-letter codes; any of them.
        publication_types: PubMed's publication types; any of them.
    """

    dates: Dates = Dates()
    languages: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The documents from which a citation search starts, and how far it goes.

    Attributes:
        pmids: PMIDs listed by a person.
        search: id of a search whose records are the seeds.
        included: the citations included so far are the seeds.
        at_most: the highest-ranking links taken of each seed; 0: all that PubMed gives.
        score_at_least: links with a lower score of similarity are left out (`kind: similar` only).
    """

    pmids: tuple[str, ...] = ()
    search: str = ""
    included: bool = False
    at_most: int = 0
    score_at_least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One entry of `searches:` in workflow.yaml.

    Attributes:
        database: the source, as a report names it.
        platform: where it was searched ("Embase.com", "Ovid"); PubMed: E-utilities.
        via: the box of the PRISMA 2020 diagram in which its records are counted.
        kind: `query` asks PubMed a string; `similar`, `cited-by` and `references` follow PubMed's links from seeds;
            `export` reads files that a person exported elsewhere.
        query: path of the string, verbatim as published.
        accepted: path of the string that a person accepted to run instead of the published one.
        accepted_because: why; required with `accepted`.
        limits: what narrows the search beside the string.
        seeds: where `similar`, `cited-by` and `references` start.
        files: paths or patterns of the exports of `kind: export`.
        format: name of the format of these files, where their content does not say it.
        columns: for spreadsheets: which field of a record stands in which column ({title: Article title}).
        accept_unread: blocks of these files that cannot be read, and that a person accepts to lose; they are listed.
        searched: the date on which a person ran an exported search, as 2024-10-20.
        hits: how many records the platform announced for an export; checked against what is read.
        accept_missing: PMIDs that PubMed finds but does not deliver, and that a person accepts to go without.
        published_in: the document that prints the string.
        filters: published search filters used in the string, with their citation (PRISMA-S item 10).
        prior_work: earlier reviews whose strategy was taken over (PRISMA-S item 11).
        peer_review: how and by whom the strategy was peer reviewed (PRISMA-S item 14).
        remind_after_days: when a report shall ask for a new export; 0: never.
    """

    database: str = "PubMed"
    platform: str = ""
    via: Literal["databases", "registers", "websites", "organisations", "citation-searching"] = "databases"
    kind: Literal["query", "similar", "cited-by", "references", "export"] = "query"
    query: str = ""
    accepted: str = ""
    accepted_because: str = ""
    limits: Limits = NO_LIMITS
    seeds: Seeds = Seeds()
    files: tuple[str, ...] = ()
    format: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    accept_unread: int = 0
    searched: str = ""
    hits: int | None = None
    accept_missing: tuple[str, ...] = ()
    published_in: str = ""
    filters: str = ""
    prior_work: str = ""
    peer_review: str = ""
    remind_after_days: int = 0

    @property
    def asks_pubmed(self) -> bool:
        """Say whether the search is run by this program."""
        return self.kind != "export"


@dataclass(frozen=True, slots=True)
class Clause:
    """One limit as PubMed reads it and as people do: its key in `limits`, its term, its words."""

    limit: str
    term: str
    words: str


def read_query(text: str) -> str:
    r"""Take the search string out of a file of `queries/`: without the lines that begin with '#', on one line.

    White space inside the string means the same to PubMed, however much there is, so lines are joined by one blank.

    >>> read_query("# Xue 2025\n(liver [tiab]\n  OR hepatic [tiab])\n")
    '(liver [tiab] OR hepatic [tiab])'
    """
    return " ".join(verbatim(text).split())


def verbatim(text: str) -> str:
    """Take the search string out of a file of `queries/` as it stands there, line by line, without the comments."""
    kept = (line for line in text.removeprefix("\ufeff").splitlines() if not is_comment(line))
    return "\n".join(kept).strip()


def is_comment(line: str) -> bool:
    """Say whether a line of a query file is a comment: a '#' at its start that is not a line number ("#1 AND #2").

    >>> is_comment("# as published"), is_comment("#3 AND liver[ti]")
    (True, False)
    """
    return line.lstrip().startswith("#") and not re.match(r"\s*#\d", line)


def clauses(limits: Limits) -> tuple[Clause, ...]:
    """Write each limit as a PubMed clause, in the order in which they are applied and counted.

    Source: PubMed User Guide, "Searching by date", https://pubmed.ncbi.nlm.nih.gov/help/#dates (ranges, and 3000 for
    an open end); 1000 for an open beginning is what PubMed's own date filter writes.

    >>> clauses(Limits(dates=Dates(until="2018-05"), languages=("eng",)))[0].term
    '("1000/01/01"[pdat] : "2018/05/31"[pdat])'
    """
    found = []
    dates = limits.dates
    if dates.since or dates.until:
        low = "/".join(_numbers(dates.since, last=False)) if dates.since else "1000/01/01"
        high = "/".join(_numbers(dates.until, last=True)) if dates.until else "3000"
        tag = "lr" if dates.field == "mdat" else dates.field  # the user guide lists [lr], the parameter is mdat
        term = f'("{low}"[{tag}] : "{high}"[{tag}])'
        span = " ".join(f"{word} {value}" for word, value in (("from", dates.since), ("to", dates.until)) if value)
        found.append(Clause("dates", term, f"{DATE_FIELDS[dates.field]} {span}"))
    if limits.languages:
        names = [languages.name(languages.code(language) or language).lower() for language in limits.languages]
        words = "language " + " or ".join(name.capitalize() for name in names)
        found.append(Clause("languages", _any_of(names, "la"), words))
    if limits.publication_types:
        words = "publication type " + " or ".join(limits.publication_types)
        found.append(Clause("publication_types", _any_of(limits.publication_types, "pt"), words))
    return tuple(found)


def _any_of(values: Sequence[str], tag: str) -> str:
    return "(" + " OR ".join(f'"{value}"[{tag}]' for value in values) + ")"


def _numbers(text: str, *, last: bool) -> tuple[str, str, str]:
    """Fill a date of year or month up to its first or last day."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ProtocolError(_no_date(text, "limits.dates"))
    year, month, day = found.groups()
    whole_month = int(month or (12 if last else 1))
    whole_day = int(day or (calendar.monthrange(int(year), whole_month)[1] if last else 1))
    return year, f"{whole_month:02}", f"{whole_day:02}"


def term(query: str, limits: Limits = NO_LIMITS, *, upto: int | None = None) -> str:
    """Write what is sent to PubMed: the string in parentheses, and behind it every limit, or the first `upto` of them.

    Without limits the string goes as it stands.

    >>> term("liver OR hepatic", Limits(languages=("english",)))
    '(liver OR hepatic) AND ("english"[la])'
    """
    narrowed = [clause.term for clause in clauses(limits)[:upto]]
    return " AND ".join([f"({query})", *narrowed]) if narrowed else query


def check(strategy: Strategy) -> tuple[Fault, ...]:
    """List what the settings of one search say that cannot be followed; `column` is the path of the key inside it."""
    return tuple(_check(strategy))


def _check(strategy: Strategy) -> Iterator[Fault]:
    yield from _check_kind(strategy)
    yield from _check_accepted(strategy)
    yield from _check_dates(strategy.limits.dates)
    yield from table_layouts.check_columns(strategy.columns)
    for place, language in enumerate(strategy.limits.languages):
        if not languages.code(language):
            what = f"{language!r} is not a language of PubMed"
            remedy = did_you_mean(language, [name for names in languages.LANGUAGES.values() for name in names])
            accepted = "an English name or a three-letter code of NLM's language table, such as english or eng"
            yield Fault(what=what, column=f"limits.languages.{place}", accepted=accepted, remedy=remedy)
    for place, name in enumerate(strategy.limits.publication_types):
        if not name.strip() or set(name) & set('"[]'):
            what = f"{name!r} is not a publication type"
            accepted = "a name without quotes or brackets, such as randomized controlled trial"
            yield Fault(what=what, column=f"limits.publication_types.{place}", accepted=accepted)
    for key, pmids in (("seeds.pmids", strategy.seeds.pmids), ("accept_missing", strategy.accept_missing)):
        for place, pmid in enumerate(pmids):
            if not identifiers.pmid(pmid):
                yield Fault(
                    what=f"{pmid!r} is not a PMID", column=f"{key}.{place}", accepted="digits, such as 31452104"
                )
    for key, number, most in (
        ("seeds.at_most", strategy.seeds.at_most, inf),
        ("remind_after_days", strategy.remind_after_days, LONGEST),
        ("accept_unread", strategy.accept_unread, inf),
    ):
        if not 0 <= number <= most:
            accepted = "a whole number from 0" + (f" to {most}" if most < inf else "")
            yield Fault(what=f"{number} is out of range", column=key, accepted=accepted)
    if strategy.hits is not None and strategy.hits < 0:
        yield Fault(what=f"{strategy.hits} is negative", column="hits", accepted="the number that the platform showed")
    if strategy.searched and not _is_date(strategy.searched):
        yield _no_date(strategy.searched, "searched")


def _check_kind(strategy: Strategy) -> Iterator[Fault]:
    """Check that what the kind of search needs is there, and that nothing is there which it does not read."""
    seeds, kind = strategy.seeds, strategy.kind
    if kind != "export" and strategy.database != "PubMed":
        what = f"this program cannot search {strategy.database!r}"
        remedy = "Export the records there, and set 'kind: export' with their 'files'."
        yield Fault(what=what, column="database", accepted="PubMed", remedy=remedy)
    needed = {"query": bool(strategy.query), "export": bool(strategy.files)}
    if kind in needed and not needed[kind]:
        key = "query" if kind == "query" else "files"
        yield Fault(what=f"a search of kind {kind!r} needs {key!r}", column=key, remedy="Write the path of the file.")
    if kind in ELINKS:
        sources = [bool(seeds.pmids), bool(seeds.search), seeds.included]
        if sum(sources) != 1:
            what = f"a search of kind {kind!r} starts from {sum(sources)} sources of seeds"
            accepted = "exactly one of seeds.pmids, seeds.search and seeds.included"
            yield Fault(what=what, column="seeds", accepted=accepted)
        if strategy.via != "citation-searching":
            what = f"a search of kind {kind!r} is counted under {strategy.via!r}"
            yield Fault(what=what, column="via", accepted="citation-searching")
    elif seeds != Seeds():
        yield Fault(what=f"a search of kind {kind!r} reads no seeds", column="seeds", remedy="Delete the key.")
    if seeds.score_at_least and kind != "similar":
        what = "only similar documents have a score"
        yield Fault(what=what, column="seeds.score_at_least", remedy="Delete the key, or set 'kind: similar'.")
    if kind == "export" and strategy.limits != NO_LIMITS:
        what = "limits of an exported search were set on its platform and cannot be applied here"
        yield Fault(what=what, column="limits", remedy="Delete the key; say the limits in 'published_in' or 'filters'.")
    if kind != "export" and strategy.files:
        yield Fault(what=f"a search of kind {kind!r} reads no files", column="files", remedy="Set 'kind: export'.")


def _check_accepted(strategy: Strategy) -> Iterator[Fault]:
    if strategy.accepted and not strategy.accepted_because.strip():
        what = "'accepted' names another string than the published one, and no reason is given"
        yield Fault(what=what, column="accepted_because", remedy="Say in a sentence why it is run instead.")
    if strategy.accepted_because and not strategy.accepted:
        what = "there is a reason for another string, and no other string"
        yield Fault(what=what, column="accepted", remedy="Write the path of the accepted string.")


def _check_dates(dates: Dates) -> Iterator[Fault]:
    wrong = [
        (key, text) for key, text in (("since", dates.since), ("until", dates.until)) if text and not _is_date(text)
    ]
    yield from (_no_date(text, f"limits.dates.{key}") for key, text in wrong)
    ends = dates.since and dates.until and not wrong
    if ends and _numbers(dates.since, last=False) > _numbers(dates.until, last=True):
        what = f"the range ends ({dates.until}) before it begins ({dates.since})"
        yield Fault(what=what, column="limits.dates", remedy="Exchange 'since' and 'until'.")


def _no_date(text: str, column: str) -> Fault:
    accepted = "a day as 2024-10-20, a month as 2018-05, a year as 2018"
    return Fault(what=f"{text!r} is not a date", column=column, accepted=accepted)


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text.strip())
    if not found:
        return False
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
