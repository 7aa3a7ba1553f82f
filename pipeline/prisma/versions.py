"""The versions of a living review: what an earlier one had reached, and the review as it stood then."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from pipeline.deduplicate.citation import Cluster
from pipeline.screening.decisions import Screening
from pipeline.screening.settings import ScreeningSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What an earlier version, or an earlier run, had reached.

    Attributes:
        label: how the legend calls it ("version 1.0, 2026-11-22").
        outcomes: every record it knew, with the stage and state of its citation as "stage/state".
        reports: every report it included, by the citation's id, with its study.
    """

    label: str
    outcomes: Mapping[str, str]
    reports: Mapping[str, str]


def baseline(
    label: str,
    citations: Sequence[Cluster],
    screening: Screening,
    settings: ScreeningSettings,
    *,
    named: Mapping[str, str] | None = None,
) -> Baseline:
    """Freeze what the review has reached, for the flows of later versions; `named` as in `studies`."""
    outcomes = {}
    for citation in citations:
        last = screening.last(citation.id)
        outcomes.update(dict.fromkeys(citation.members, f"{last.stage}/{last.state}"))
    return Baseline(label=label, outcomes=outcomes, reports=studies(screening, settings, named or {}))


def studies(screening: Screening, settings: ScreeningSettings, named: Mapping[str, str]) -> dict[str, str]:
    """Return the study of every included report: as extraction named it, or as the worksheets did, or its own."""
    return {status.citation: named.get(status.citation, status.study_name) for status in screening.included(settings)}


def earlier(citations: Sequence[Cluster], known: Collection[str]) -> Iterator[Cluster]:
    """Yield the citations as they would stand with the records of an earlier day alone.

    Today's joins are kept: only records that were not there yet are left out, and citations without any.
    """
    for citation in citations:
        members = tuple(record for record in citation.members if record in known)
        if members:
            yield replace(citation, id=members[0], members=members)
