"""Every record of the review, with what became of it and the boxes that count it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from pipeline.prisma.boxes import Box as FlowBox
from pipeline.records.record import Record
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review
from pipeline.report.compose.wording import line, links
from pipeline.report.document import Block, Box, Item, Paragraph, Records, Styled
from pipeline.screening.decisions import Status

# The boxes in the order of the diagram, in PRISMA 2020's words. Source: see `prisma.wording`.
BOXES: Mapping[str, str] = {
    "previous_studies": "Studies included in the previous version",
    "previous_reports": "Reports of studies included in the previous version",
    "database_results": "Records identified from databases",
    "register_results": "Records identified from registers",
    "website_results": "Records identified from websites",
    "organisation_results": "Records identified from organisations",
    "citations_results": "Records identified from citation searching",
    "duplicates": "Duplicate records removed",
    "excluded_automatic": "Records marked as ineligible by automation tools",
    "excluded_other": "Records removed for other reasons",
    "records_screened": "Records screened",
    "records_excluded": "Records excluded",
    "dbr_sought_reports": "Reports sought for retrieval",
    "dbr_notretrieved_reports": "Reports not retrieved",
    "dbr_assessed": "Reports assessed for eligibility",
    "dbr_excluded": "Reports excluded",
    "other_sought_reports": "Reports sought for retrieval (other methods)",
    "other_notretrieved_reports": "Reports not retrieved (other methods)",
    "other_assessed": "Reports assessed for eligibility (other methods)",
    "other_excluded": "Reports excluded (other methods)",
    "new_studies": "Studies included",
    "new_reports": "Reports of included studies",
    "total_studies": "Studies included in all",
    "total_reports": "Reports included in all",
    "total_studies_ma": "Studies included in meta-analysis",
    "total_reports_ma": "Reports of studies included in meta-analysis",
}


def build(review: Review, _: Context) -> Said:
    """List the records, box by box."""
    blocks: list[Block] = []
    if not review.records:
        blocks.append(Paragraph(content=("There is no record yet.",)))
    else:
        limit = review.settings.list_records
        boxes, counted_in = _boxes(review, {record.id for record in islice(review.records, limit)})
        items = tuple(_items(review, counted_in, limit))
        if len(items) < len(review.records):
            text = (
                f"This list holds the first {len(items):,} of {len(review.records):,} records, and a search in it "
                "finds no others (report.list_records in workflow.yaml). What became of every citation stands in "
            )
            where = Styled(text="outputs/screening/status.csv", style="code")
            blocks.append(Paragraph(content=(text, where, ".")))
        blocks.append(
            Records(
                id="record-list",
                title="Records",
                boxes=boxes,
                items=items,
                file="outputs/records.jsonl",
            )
        )
    return Said(blocks=tuple(blocks))


def _boxes(review: Review, listed: Collection[str]) -> tuple[tuple[Box, ...], Mapping[str, list[str]]]:
    """List the boxes of the flow, and for each record that is listed the boxes that count it."""
    boxes = []
    counted_in: dict[str, list[str]] = defaultdict(list)
    reports = _reports_of_studies(review)
    for name, label in BOXES.items():
        if (found := review.flow.boxes.get(name)) is not None:
            boxes.append(Box(name=name, label=label, count=found.n))
            for record in _records_in(name, found, reports):
                if record in listed:
                    counted_in[record].append(name)
    for step in review.flow.awaiting:
        boxes.append(Box(name=step.name, label=step.label[0].upper() + step.label[1:], count=step.n))
        for record in step.ids or ():
            if record in listed:
                counted_in[record].append(step.name)
    return tuple(boxes), counted_in


def _records_in(name: str, box: FlowBox, reports: Mapping[str, list[str]]) -> Iterator[str]:
    for one in box.ids or ():
        yield from reports.get(one, ()) if "studies" in name else (one,)


def _reports_of_studies(review: Review) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for citation, study in review.study_of.items():
        found[study].append(citation)
    return found


def _items(review: Review, counted_in: Mapping[str, list[str]], limit: int) -> Iterator[Item]:
    home = review.home
    for record in islice(review.records, limit):
        yield Item(
            id=record.id,
            title=record.title or record.original_title or "(no title)",
            line=line(record),
            status=_fate(record, home.get(record.id, ""), review),
            links=links(record),
            boxes=tuple(counted_in.get(record.id, ())),
        )


def _fate(record: Record, citation: str, review: Review) -> str:
    """Say what became of a record."""
    if citation and citation != record.id:
        return f"duplicate of {citation}"
    reached = review.screening.statuses.get(citation, ())
    return _said(reached[-1], review) if reached else ""


def _said(status: Status, review: Review) -> str:
    stage = review.screening_settings.stage(status.stage)
    at = stage.title.lower()
    if status.state == "included":
        return "included" if stage == review.screening_settings.stages[-1] else f"passed {at}"
    if status.state == "excluded":
        why = f": {stage.reason(status.reason)}" if status.reason else ""
        return f"excluded at {at}{why}"
    words = {"not-retrieved": "not retrieved", "conflict": f"disagreement at {at}", "awaiting": f"awaits {at}"}
    return words[status.state]
