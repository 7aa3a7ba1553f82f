"""What changed between two runs: of a record, of a search, of a whole update. Pure values; `stages.news` reads them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.records.record import Record
from pipeline.search import recheck
from pipeline.search.recheck import Notice


@dataclass(frozen=True, slots=True)
class Revision:
    """What a newer form of a record says otherwise, in one field."""

    record: str
    date: str
    field: str
    before: str
    after: str


def compare(before: Record, after: Record, day: str) -> Iterator[Revision]:
    """List what a newer form of a record changed of what a reviewer reads or must know; the rest is passed over."""
    for name, text in _COMPARED.items():
        was, now = text(before), text(after)
        if was != now:
            yield Revision(after.id, day, name, was, now)


def say(notices: Iterable[Notice]) -> str:
    """Write notices in one cell, each in the same words wherever it stands."""
    return "; ".join(" ".join(filter(None, (notice.kind, notice.pmid, notice.text))) for notice in notices)


NOTICES = "notices"
_COMPARED: Mapping[str, Callable[[Record], str]] = {
    "title": lambda record: record.title,
    "abstract": lambda record: record.abstract_text,
    "publication types": lambda record: "; ".join(record.publication_types),
    "doi": lambda record: record.doi,
    NOTICES: lambda record: say(recheck.notices(record)),
}
