"""The searches of a review as the flow sees them, and what was taken out before anybody screened it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.search.strategy import Strategy

_ASKED: Mapping[str, str] = {
    "similar": "Similar articles in",
    "cited-by": "Citing articles in",
    "references": "Cited references in",
}


def called(strategy: Strategy) -> str:
    """Name where a search was run as the diagram does: its source, and what was asked there if it was no query.

    >>> called(Strategy(kind="similar")), called(Strategy(database="Embase", kind="export"))
    ('Similar articles in PubMed', 'Embase')
    """
    return f"{_ASKED.get(strategy.kind, '')} {strategy.database}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One search as the flow sees it.

    Attributes:
        id: the first part of the ids of its records.
        name: how the diagram calls where it was run ("PubMed"); searches of one name are counted together.
        via: databases, registers, websites, organisations or citation-searching.
        ran: False for a search that was never run.
        delivered: how many records it delivered by its own account, to be held against what was counted.
    """

    id: str
    name: str
    via: str
    ran: bool = True
    delivered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A record that was taken out before anybody screened it, and why.

    Attributes:
        record: its id; a block that could not be read has an id of its own, which is in no citation.
        by: an automation tool, or other reasons.
    """

    record: str
    by: Literal["automation", "other"]
    reason: str
