"""What makes a review living, as values: its plan, what was new each time, what happened to what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.prisma.boxes import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """What came of one search since an earlier day.

    Attributes:
        search: its id.
        database: the source.
        searched: the day on which it was last searched; None if never.
        again: whether that was after the earlier day.
        found: how many records that search found; None for exports and searches that were never run.
        new: records that it had never brought before.
        gone: records that it brought before and no longer finds; they stay in the review.
        revised: records whose text or standing changed.
        edited: whether its string or limits changed.
    """

    search: str
    database: str
    searched: date | None = None
    again: bool = False
    found: int | None = None
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What happened since an earlier version or update.

    Attributes:
        since: how that is called ("version 1.0, 2026-11-22").
        kind: which of the two it is.
        flow: the flow counted against it.
        sources: every search, in the order of workflow.yaml.
        revisions: by record id, what changed of it in words ("title, abstract").
        decisions: how many decisions were made, changed or withdrawn.
        remarks: what else changed, a sentence each.
    """

    since: str
    kind: Literal["version", "update"] = "version"
    flow: Flow
    sources: tuple[SourceChange, ...] = ()
    revisions: Mapping[str, str] | None = None
    decisions: int | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing is new: no record, no change, no decision, nothing included or withdrawn."""
        boxes = self.flow.boxes
        moved = any(boxes[box].n for box in ("new_studies", "new_reports") if box in boxes)
        moved = moved or any("carried" not in step.name for step in self.flow.adjustments)
        sources = any(source.new or source.gone or source.revised or source.edited for source in self.sources)
        return not (moved or sources or self.decisions or self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A notice about a document that the review rests on.

    Attributes:
        citation: its id.
        state: included, or awaiting a decision.
        words: what is the matter ("has a retraction notice").
        text: the notice as PubMed cites it.
        pmid: of the notice, where it has one.
        since: the day on which it was noticed.
        answer: what people did: "keep", "changed"; empty while it waits.
        by: who said so.
        note: why.
    """

    citation: str
    state: str
    words: str
    text: str = ""
    pmid: str = ""
    since: str = ""
    answer: str = ""
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDay:
    """One day on which sources were searched: which, what it brought, what people decided since the day before it."""

    date: date
    searches: tuple[str, ...]
    new: int
    revised: int
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One released version: its label, its day, what was said of it, what it had included."""

    label: str
    date: date
    note: str
    studies: int
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """When one source is searched: its id, the source, days between two searches (0: no interval), who, last, next."""

    search: str
    database: str
    days: int
    by_hand: bool
    last: date | None
    next: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingMode:
    """How the review is kept living.

    Attributes:
        sources: the plan, source by source.
        because: why it is living.
        other_steps: when what is found is screened, extracted, analysed and published.
        ends: when the living mode ends.
        changes: what changed in the methods since the preceding version, a clause each; None if there is none.
        checked: the last day on which PubMed was asked about retractions; None if never.
        asked: how many documents were asked about then.
        days: every day on which sources were searched, the oldest first.
        releases: every released version, the oldest first.
    """

    sources: tuple[Planned, ...] = ()
    because: str = ""
    other_steps: str = ""
    ends: str = ""
    changes: tuple[str, ...] | None = None
    checked: date | None = None
    asked: int = 0
    days: tuple[UpdateDay, ...] = ()
    releases: tuple[Release, ...] = ()

    @property
    def next_search(self) -> date | None:
        """Return the first day on which a source is due; None if no interval is set."""
        return min((source.next for source in self.sources if source.next), default=None)
