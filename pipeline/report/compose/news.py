"""What is new: since a version, since an update, day by day; and what PubMed says of what the review rests on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from pipeline.deduplicate.citation import Citation
from pipeline.prisma.boxes import Step
from pipeline.report.compose.living import Concern, LivingMode, SourceChange, Update, UpdateDay
from pipeline.report.compose.wording import counted, name, sentence
from pipeline.report.document import Block, Cell, Column, Content, Day, Fact, Items, Link, Paragraph, Row, Table, cell

_SHOWN = 50  # changed records that are listed; the others are counted

_BOXES = (
    ("database_results", "records identified from databases"),
    ("register_results", "records identified from registers"),
    ("citations_results", "records identified from citation searching"),
    ("duplicates", "duplicate records among them, or of records known before"),
    ("records_screened", "records screened"),
    ("new_studies", "new studies included"),
    ("new_reports", "reports of new studies included"),
)


def news(
    update: Update, citations: Mapping[str, Citation], home: Mapping[str, str], *, prefix: str, is_headed: bool
) -> Iterator[Block]:
    """Say what is new since one earlier version or update.

    Args:
        update: what changed.
        citations: by id.
        home: the id of each record's citation.
        prefix: how the names of its facts and the id of its table begin.
        is_headed: whether a heading names the version or update already.
    """
    boxes = update.flow.boxes
    nothing = not any(boxes[box].n for box in ("new_studies", "new_reports") if box in boxes)
    if update.is_quiet and any(source.again for source in update.sources):
        what = "nothing is new; no record is new, gone or changed, and no study was included."
    else:
        what = "no new study was included." if nothing else ""
    if what or not is_headed:
        yield Paragraph(content=(f"Since {update.since}: {what}".rstrip(),))
    steps = [Step(name=box, label=words, n=boxes[box].n) for box, words in _BOXES if box in boxes]
    facts: list[Content] = [
        sentence(Fact(name=f"{prefix}.{step.name}", value=step.n), f" {step.what}")
        for step in (*steps, *update.flow.adjustments)
    ]
    if update.decisions is not None:
        facts.append(
            counted(f"{prefix}.decisions", update.decisions, "decision made, changed or withdrawn", _DECISIONS)
        )
    if facts:
        yield Items(items=tuple(facts))
    if update.sources:
        yield _sources(update.sources, prefix)

    def called(record: str) -> str:
        return f"{name(citations[home[record]].record)} ({record})"

    included = boxes["new_reports"].ids or () if "new_reports" in boxes else ()
    known = [one for one in included if one in citations]
    yield from _listed("Newly included:", known, lambda one: name(citations[one].record))
    gone = [record for source in update.sources for record in source.gone]
    known = [record for record in gone if record in home]
    yield from _listed("No longer found by their search, and kept in the review:", known, called)
    changed = update.revisions or {}
    known = [record for record in changed if record in home]
    yield from _listed("Changed by PubMed:", known, lambda record: f"{called(record)}: {changed[record]}")
    if update.remarks:
        yield Items(items=tuple((remark,) for remark in update.remarks))


_DECISIONS = "decisions made, changed or withdrawn"


def _listed(lead: str, ids: Sequence[str], line: Callable[[str], str]) -> Iterator[Block]:
    if ids:
        more = [f"and {len(ids) - _SHOWN:,} more; outputs/changes.json lists them all"] if len(ids) > _SHOWN else []
        yield Paragraph(content=(lead,))
        yield Items(items=tuple((text,) for text in (*map(line, ids[:_SHOWN]), *more)))


def _sources(sources: Sequence[SourceChange], prefix: str) -> Table:
    columns = (
        Column(label="Search", heads=True),
        Column(label="Source"),
        Column(label="Last searched"),
        Column(label="Found", holds="number"),
        Column(label="New", holds="number"),
        Column(label="No longer found", holds="number"),
        Column(label="Changed", holds="number"),
    )
    return Table(
        id=f"{prefix}-sources",
        title="The sources, and what each brought",
        columns=columns,
        rows=tuple(Row(cells=tuple(_cells(source, prefix))) for source in sources),
        notes=(
            ("“New” counts records that the search had never brought before, duplicates of other sources included.",),
        ),
    )


def _cells(source: SourceChange, prefix: str) -> Iterator[Cell]:
    def figure(what: str, value: int | None) -> Cell:
        if value is None:
            return cell("")
        return cell(Fact(name=f"{prefix}.{source.search}.{what}", value=value), order=value)

    searched: Content = (Day(value=source.searched),) if source.searched else ("not yet run",)
    if source.searched and not source.again:
        searched = sentence(searched, " (not since)")
    if source.edited:
        searched = sentence(searched, " (with another string or limits)")
    yield cell(source.search)
    yield cell(source.database)
    yield Cell(content=searched, order=source.searched.isoformat() if source.searched else "")
    yield figure("found", source.found)
    ran = source.searched is not None
    yield figure("new", len(source.new) if ran else None)
    yield figure("gone", len(source.gone) if ran else None)
    yield figure("revised", len(source.revised) if ran else None)


def concerns(found: Sequence[Concern], mode: LivingMode, citations: Mapping[str, Citation]) -> Iterator[Block]:
    """Say what PubMed says of the documents that the review rests on."""
    if mode.checked:
        asked = counted("living.asked", mode.asked, "document")
        yield Paragraph(
            content=sentence(
                "PubMed was last asked about retractions, concerns and corrections on ",
                Day(value=mode.checked),
                ", of ",
                asked,
                " included or awaiting a decision.",
            )
        )
    if not found:
        return
    columns = ("Document", "It stands as", "What is the matter", "Notice", "Noticed on", "What was done")
    yield Table(
        id="concerns",
        title="Retractions, concerns and corrections",
        columns=tuple(Column(label=label, heads=not place) for place, label in enumerate(columns)),
        rows=tuple(Row(cells=_concern(one, citations)) for one in found),
        notes=(("Nothing is excluded for a notice by itself: people decide what it means for the review.",),),
    )


_DONE = {"keep": "kept as it was", "changed": "decision or data changed", "": "waits to be considered"}


def _concern(one: Concern, citations: Mapping[str, Citation]) -> tuple[Cell, ...]:
    document = name(citations[one.citation].record) if one.citation in citations else one.citation
    link = f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}/"
    notice: Content = (one.text,) if one.text else ()
    if one.pmid:
        notice = sentence(notice, " " if one.text else "", Link(text=f"PMID {one.pmid}", target=link))
    done = ", ".join(part for part in (_DONE[one.answer], one.by) if part) + (f": {one.note}" if one.note else "")
    since = date.fromisoformat(one.since)
    return (
        cell(document),
        cell(one.state),
        cell(one.words),
        Cell(content=notice),
        Cell(content=(Day(value=since),), order=one.since),
        cell(done),
    )


def chronicle(mode: LivingMode) -> Iterator[Block]:
    """List every version, and every day on which sources were searched."""
    if mode.releases:
        labels = (
            ("Version", "text"),
            ("Released", "text"),
            ("Studies", "number"),
            ("Reports", "number"),
            ("Note", "text"),
        )
        yield Table(
            id="versions",
            title="Versions of this review",
            columns=tuple(
                Column(label=label, holds="number" if kind == "number" else "text", heads=not place)
                for place, (label, kind) in enumerate(labels)
            ),
            rows=tuple(
                Row(
                    cells=(
                        cell(each.label),
                        Cell(content=(Day(value=each.date),), order=each.date.isoformat()),
                        cell(Fact(name=f"version.{each.label}.studies", value=each.studies), order=each.studies),
                        cell(Fact(name=f"version.{each.label}.reports", value=each.reports), order=each.reports),
                        cell(each.note),
                    )
                )
                for each in mode.releases
            ),
        )
    if mode.days:
        yield _days(mode.days)


def _days(days: Sequence[UpdateDay]) -> Table:
    labels = ("Day", "Searched", "New records", "Changed records", "Decisions since the day before it")
    rows = []
    for each in days:
        stamp = each.date.isoformat()
        figures = (("new", each.new), ("revised", each.revised), ("decisions", each.decisions))
        rows.append(
            Row(
                cells=(
                    Cell(content=(Day(value=each.date),), order=stamp),
                    cell(", ".join(each.searches) or "retractions only"),
                    *(cell(Fact(name=f"day.{stamp}.{what}", value=value), order=value) for what, value in figures),
                )
            )
        )
    return Table(
        id="chronicle",
        title="Every day on which sources were searched",
        columns=tuple(
            Column(label=label, holds="number" if place > 1 else "text", heads=not place)
            for place, label in enumerate(labels)
        ),
        rows=tuple(rows),
    )
