"""What deduplication gives: citations with their members, and every judged pair with its rule and evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from pipeline.deduplicate.levels import Level
from pipeline.records.record import Record

# What is said of a pair. "ask" waits for a person and leaves the records apart; "related" links two documents.
Word = Literal["duplicate", "different", "ask", "related"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One field of a pair.

    Attributes:
        field: "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "registration" ...
        level: one of Level; "missing" if either record lacks the field, which is never an agreement.
        similarity: 0 to 1 where the level was read off a measure; None where the values were compared as they are.
        detail: what differs, in a few words ("adult / adolescent"); empty if the level says all.
    """

    field: str
    level: Level
    similarity: float | None = None
    detail: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person's word on two records, which no rule overrules.

    Attributes:
        a: id of one record.
        b: id of the other; the order of the two does not matter.
        answer: "same" document or "different" documents.
        by: who said so, as they signed.
        file: the form the answer stands in, for messages.
        row: its row there.
    """

    a: str
    b: str
    answer: Literal["same", "different"]
    by: str = ""
    file: str = ""
    row: int = 0


class Pair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Two records that were judged.

    Attributes:
        a: id of the record that was retrieved first.
        b: id of the other.
        verdict: duplicate, different, ask or related.
        rule: name of the rule that decided (rules.RULES), or "person".
        score: 0 to 1, how likely one document is; sorts the questions and settles which of two merges comes first.
        reason: why, in a sentence for people.
        evidence: field by field, in the order of a reference.
        kind: of a related pair, how the documents are related (settings.KINDS).
        by: who decided: "rule", or the person's name.
    """

    a: str
    b: str
    verdict: Word
    rule: str
    score: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: str = ""
    by: str = "rule"


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Another document that belongs beside this one: its citation's id and the kind of relation."""

    id: str
    kind: str


class Cluster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which records describe one document, without what they say.

    Attributes:
        id: id of the member that was retrieved first; it stays when others join.
        members: record ids in retrieval order.
    """

    id: str
    members: tuple[str, ...]


class Citation(Cluster, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The records that describe one document.

    Attributes:
        record: the members merged into one record, whose id is the citation's.
        sources: for each field of `record` that another member than the first gave: that member's id. A field that
            was joined from several members (identifiers, keywords) names them all, divided by a space.
        related: other citations that describe a related document, sorted.
    """

    record: Record
    sources: Mapping[str, str] = {}
    related: tuple[Related, ...] = ()


class ById(Mapping[str, Citation]):
    """Citations by their id, in their order; each is taken from the sequence whenever it is asked for."""

    def __init__(self, citations: Sequence[Citation], ids: Iterable[str]) -> None:
        """Take the citations, and their ids in the same order."""
        self._citations = citations
        self._places = {name: place for place, name in enumerate(ids)}

    def __getitem__(self, name: str) -> Citation:
        return self._citations[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What was not compared, so that time stays in proportion to the number of records.

    Attributes:
        key: the kind of key by which the records were brought together.
        records: how many records shared it.
        pairs: how many pairs of them were not compared for it (another key may have brought them together).
    """

    key: str
    records: int
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplication:
    """What came of deduplicating a list of records.

    Attributes:
        citations: in retrieval order of their first members; every record is a member of exactly one. Each may be
            merged anew whenever it is asked for, so go through them once.
        pairs: every pair that was judged, by retrieval order of a, then of b.
        linked: how many pairs of citations are related, kind by kind.
        looked: how many times two records that share a key were looked at.
        judged: how many pairs passed that look and were compared field by field in this run; those of which no rule
            says anything are not listed.
        skipped: blocks that were too large to compare in full.
        unused: verdicts on records that are not here.
    """

    citations: Sequence[Citation]
    pairs: tuple[Pair, ...]
    linked: Mapping[str, int] = field(default_factory=dict)
    looked: int = 0
    judged: int = 0
    skipped: tuple[Skipped, ...] = ()
    unused: tuple[Verdict, ...] = ()

    @property
    def asks(self) -> tuple[Pair, ...]:
        """List the pairs that wait for a person, likeliest first."""
        return tuple(sorted((p for p in self.pairs if p.verdict == "ask"), key=lambda p: (-p.score, p.a, p.b)))
