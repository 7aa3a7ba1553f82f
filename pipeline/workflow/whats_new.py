"""What's New: a page for people, a file for machines, and a sentence for the terminal, all from one review value."""

import re
from collections.abc import Iterator
from dataclasses import replace

import msgspec

from pipeline.report import markdown
from pipeline.report.compose import Review, compose, front
from pipeline.report.compose.living import Update
from pipeline.report.layout import lay_out
from pipeline.workflow.account import counted


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One search, as changes.json has it; ids of records stand in full."""

    search: str
    database: str
    searched: str
    again: bool
    found: int | None
    new: tuple[str, ...]
    gone: tuple[str, ...]
    revised: dict[str, str]
    edited: bool


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since one earlier version or update."""

    since: str
    nothing_new: bool
    boxes: dict[str, int]
    awaiting: dict[str, int]
    adjustments: dict[str, int]
    new_reports: tuple[str, ...]
    decisions: int
    sources: tuple[Source, ...]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice about a citation that the review rests on; `answer` is empty while it waits for a person."""

    citation: str
    state: str
    what: str
    pmid: str
    since: str
    answer: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is new, for machines.

    Attributes:
        layout: version of this layout.
        edition: as the report names it.
        dated: day of the newest event of the history.
        nothing_new: True if the last comparison found nothing at all.
        next_search: the first day on which a source is due; empty if none is scheduled.
        updates: since the update before the last one, and since the preceding version.
        notices: of retraction, concern and correction.
    """

    layout: int = 1
    title: str
    edition: str
    dated: str
    nothing_new: bool
    next_search: str
    updates: tuple[Since, ...]
    notices: tuple[Notice, ...]


def changes(review: Review) -> Changes:
    """Take what is new out of a review, for machines."""
    updates = tuple(map(_since, review.updates))
    following = review.living.next_search
    return Changes(
        title=review.title,
        edition=front.edition(review),
        dated=review.dated.isoformat() if review.dated else "",
        nothing_new=bool(updates) and updates[0].nothing_new,
        next_search=following.isoformat() if following else "",
        updates=updates,
        notices=tuple(
            Notice(citation=c.citation, state=c.state, what=c.words, pmid=c.pmid, since=c.since, answer=c.answer)
            for c in review.concerns
        ),
    )


def _since(update: Update) -> Since:
    boxes = update.flow.boxes
    revisions = update.revisions or {}
    return Since(
        since=update.since,
        nothing_new=update.is_quiet,
        boxes={name: box.n for name, box in boxes.items()},
        awaiting={step.name: step.n for step in update.flow.awaiting},
        adjustments={step.name: step.n for step in update.flow.adjustments},
        new_reports=boxes["new_reports"].ids or () if "new_reports" in boxes else (),
        decisions=update.decisions or 0,
        sources=tuple(
            Source(
                search=each.search,
                database=each.database,
                searched=each.searched.isoformat() if each.searched else "",
                again=each.again,
                found=each.found,
                new=each.new,
                gone=each.gone,
                revised={record: revisions[record] for record in each.revised},
                edited=each.edited,
            )
            for each in update.sources
        ),
    )


# What a forge would make of a title: a person told, an issue linked or closed.
# Source: GitHub, "Basic writing and formatting syntax" (mentions, references), "Linking a pull request to an issue".
_CALLS = re.compile(r"@(?=\w)|#(?=\d)|(?<=github)\.(?=com)|\bGH-(?=\d)", re.IGNORECASE)
_JOINER = "\N{WORD JOINER}"


def page(review: Review) -> str:
    """Write What's New as Markdown for a pull request: no title in it calls a person or closes an issue."""
    settings = replace(review.settings, sections=("new",), leave_out=(), texts={})
    text = markdown.write(lay_out(compose(replace(review, settings=settings, texts={}))))
    return _CALLS.sub(lambda found: found.group() + _JOINER, text)


def told(review: Review) -> Iterator[str]:
    """Say what is new in a sentence an update, for the terminal."""
    for update in review.updates:
        new = sum(len(source.new) for source in update.sources)
        gone = sum(len(source.gone) for source in update.sources)
        boxes = update.flow.boxes
        studies = boxes["new_studies"].n if "new_studies" in boxes else 0
        said = [
            counted(new, "new record"),
            counted(gone, "record no longer found", "records no longer found"),
            counted(len(update.revisions or {}), "changed record"),
            counted(update.decisions or 0, "decision"),
            counted(studies, "newly included study", "newly included studies"),
        ]
        yield f"Since {update.since}: {'nothing is new' if update.is_quiet else ', '.join(said)}."
