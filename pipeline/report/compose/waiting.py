"""What still waits for a person: reports to be classified, and studies to be extracted."""

from collections import Counter
from collections.abc import Iterator

from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.reports import Listed, report_rows
from pipeline.report.compose.review import Review
from pipeline.report.compose.wording import name, sentence, step_words
from pipeline.report.document import Block, Column, Fact, Items, Paragraph, Row, Table, cell


def to_be_extracted(review: Review, context: Context) -> Iterator[Block]:
    """Table what is still to be extracted: studies that lack the same rows for the same reason stand in one line."""
    lacking: dict[str, dict[str, Counter[str]]] = {}
    for row in review.extraction.waiting:
        lacking.setdefault(row.why, {}).setdefault(row.study_id, Counter())[row.form] += 1
    lines: dict[tuple[str, str], list[str]] = {}
    citations = review.citations
    for why, studies in sorted(lacking.items()):
        for study, forms in sorted(studies.items()):
            rows = ", ".join(f"{form} {count:,}" for form, count in sorted(forms.items()))
            lines.setdefault((why, rows), []).append(study)
    if review.extraction.unlinked:
        lines["no study names this report", ""] = [name(citations[each].record) for each in review.extraction.unlinked]
    if not lines:
        return
    columns = (
        Column(label="Why", heads=True),
        Column(label="How many", holds="number"),
        Column(label="Rows that each lacks"),
        Column(label="Studies or reports"),
    )
    yield Table(
        id=context.name("awaiting-extraction"),
        title="What is still to be extracted",
        columns=columns,
        rows=tuple(
            Row(cells=(cell(why), cell(len(names)), cell(rows), cell(", ".join(names))))
            for (why, rows), names in lines.items()
        ),
    )


def awaiting(review: Review, context: Context) -> Said:
    """List what waits for a person: counts of records, and each report by name."""
    stages = {stage.id: stage for stage in review.screening_settings.stages}
    blocks: list[Block] = []
    if review.flow.awaiting:
        blocks.append(
            Items(
                items=tuple(
                    sentence(Fact(name=f"flow.{step.name}", value=step.n), f" {step_words(step.n, step.label)}")
                    for step in review.flow.awaiting
                )
            )
        )
    listed = []
    for reached in review.screening.statuses.values():
        status = reached[-1] if reached else None
        if status is None or status.is_final or not (stages[status.stage].reports or status.state == "conflict"):
            continue
        why = f"Disagreement: {status.about}" if status.state == "conflict" else stages[status.stage].title
        listed.append(Listed(status.citation, group=why))
    if listed:
        columns = (
            Column(label="Report", heads=True),
            Column(label="Title"),
        )
        blocks.append(
            Table(
                id="awaiting-list",
                title="Reports awaiting classification, by the stage at which they wait",
                columns=columns,
                rows=report_rows(listed, review.citations, context),
            )
        )
    if not blocks:
        blocks.append(Paragraph(content=("Nothing waits for a decision.",)))
    return Said(blocks=tuple(blocks))
