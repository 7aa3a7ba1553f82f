"""`living-review why`: the whole life of one record."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import terminal
from pipeline.errors import Fault, ReviewError, did_you_mean
from pipeline.workflow.folder import ReviewFolder

if TYPE_CHECKING:
    from pipeline.records.record import Record
    from pipeline.workflow.reconsider import Item


@click.command()
@click.argument("record")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def why(record: str, folder: Path) -> None:
    """Tell the life of one record: its search, its duplicates, every decision, the boxes that count it.

    RECORD is a record's id, or a PMID, a DOI, or words of its title. FOLDER holds workflow.yaml; it is the present
    folder if none is named.
    """
    from pipeline.prisma import life
    from pipeline.workflow import derived, protocol
    from pipeline.workflow.stages import flow, reconsider, standing

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    found = find(record, derived.records(review))
    stands = standing.load(review, settings)
    now = stands.now
    citation = now.by_id[now.home[found.id]]
    chapters = life.tell(
        found,
        source=next(source for source in flow.sources(review, settings) if source.id == found.origin.search),
        citation=citation,
        pairs=[pair for pair in derived.pairs(review) if found.id in {pair.a, pair.b}],
        screening=now.screening,
        events=now.ledger.events,
        settings=settings.screening,
        flow=flow.count(review, settings, stands),
        notices=[line for item in reconsider.load(review, settings, now) for line in _notice(item, citation.id)],
    )
    for chapter in chapters:
        click.echo(terminal.plain(chapter.heading))
        for line in chapter.lines or ("nothing",):
            click.echo(f"  {terminal.plain(line)}")


def _notice(item: "Item", citation: str) -> Iterator[str]:
    """Tell a notice about the document, if it is about this one, and what a person said of it."""
    if item.citation != citation:
        return
    yield f"{item.since} {item.words}{f' ({item.notice.text})' if item.notice.text else ''}"
    said = item.said
    answer = f"answered {said.word!r}" if said.word else "waits for an answer"
    by, note = f" by {said.by}" if said.by else "", f" ({said.note})" if said.note else ""
    yield f"  {answer}{by}{note} [{said.form}]"


def find(words: str, records: Sequence["Record"]) -> "Record":
    """Find the one record that an id, a PMID, a DOI, or words of a title mean; the first retrieved of duplicates.

    Raises:
        ReviewError: there is none, or words of a title fit several.
    """
    from pipeline.records import identifiers

    by_id = {record.id: record for record in records}
    if words in by_id:
        return by_id[words]
    doi, pmid = identifiers.doi_key(words), identifiers.pmid(words)
    for record in records:
        if (doi and identifiers.doi_key(record.doi) == doi) or (pmid and record.pmid == pmid):
            return record
    fitting = {
        record.title.casefold(): record for record in reversed(records) if words.casefold() in record.title.casefold()
    }
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting:
        shown = "; ".join(f"{record.id} ({record.short()})" for record in list(fitting.values())[:5])
        raise ReviewError(
            Fault(what=f"{words!r} stands in {len(fitting):,} titles", accepted=f"one of their ids: {shown}")
        )
    remedy = did_you_mean(words, list(by_id)) or "Ids stand in the worksheets, in the column record_id."
    raise ReviewError(Fault(what=f"{words!r} is no record of this review", remedy=remedy))
