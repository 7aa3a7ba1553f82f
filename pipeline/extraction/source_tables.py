"""The tables about the extraction itself: disagreeing sources, differing extractors, open rows, terms and words."""

from collections import Counter

from pipeline.extraction.columns import Column, forms
from pipeline.extraction.discrepancies import discrepancies
from pipeline.extraction.outcomes import Extraction, Outcome, Waiting
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import Cell, SummaryTable, TableRow, Trace, cell
from pipeline.extraction.terms import Vocabulary
from pipeline.extraction.wording import result


def discrepancy_table(extraction: Extraction, settings: ExtractionSettings) -> SummaryTable:
    """Make the table of numbers that several sources state: what each says, whether they agree, which one counts."""
    names = {study.study_id: study.name for study in extraction.studies}
    rows = []
    for found in discrepancies(extraction.outcomes):
        first = found.rows[0]
        said = "\n".join(f"{row.source}: {result(row, settings, full=False)}" for row in found.rows)
        telling = (found.preferred,) if found.preferred else found.rows
        why = "; ".join(dict.fromkeys(row.notes for row in telling if row.notes))
        cells = (
            cell(names.get(first.study_id, first.study_id), *found.rows),
            cell(_quantity(first), *found.rows),
            cell(said, *found.rows),
            cell(f"differ in {', '.join(found.differs)}" if found.differs else "agree", *found.rows),
            cell(found.preferred.source if found.preferred else "not decided", *found.rows),
            cell(why, *found.rows),
        )
        rows.append((bool(found.differs), TableRow(cells=cells)))
    ordered = sorted(rows, key=lambda pair: (not pair[0], pair[1].cells[0].text.casefold()))
    return SummaryTable(
        name="discrepancies",
        title="Numbers that more than one source states",
        columns=("Study", "Number", "What each source states", "Agreement", "Counts", "Why"),
        rows=tuple(row for _, row in ordered),
        notes=(f"{sum(differ for differ, _ in rows)} of {len(rows)} numbers differ between their sources.",),
    )


def _quantity(row: Outcome) -> str:
    arms = f"{row.arm} v {row.comparator}" if row.is_comparative else row.arm
    when = "" if row.timepoint_months is None else f"at {row.timepoint_months:f} months"
    return ", ".join(part for part in (row.outcome, row.measure, arms, row.population, when) if part)


def difference_table(extraction: Extraction) -> SummaryTable:
    """Make the table of what two extractors wrote differently, cell by cell, and no consensus settles yet."""
    rows = []
    for found in extraction.differences:
        row = " / ".join(part for part in found.key if part)
        traces = tuple(Trace(file=at.file, row=at.row) for _, _, at in found.said if at.file)
        said = "\n".join(f"{name}: {text or '(empty)'}" for name, text, _ in found.said)
        texts = (found.form, row, found.column or "(whole row)", said)
        rows.append(TableRow(cells=tuple(Cell(text=text, kind="value", traces=traces) for text in texts)))
    compared, agreed = extraction.cells_compared, extraction.cells_agreed
    share = f" ({100 * agreed / compared:.1f}%)" if compared else ""
    return SummaryTable(
        name="extractor-differences",
        title="Where the extractors differ",
        columns=("Form", "Row", "Column", "What each wrote"),
        rows=tuple(rows),
        notes=(f"{agreed} of {compared} cells agree{share}: those that somebody filled in, in rows that all have.",),
    )


def waiting_table(extraction: Extraction) -> SummaryTable:
    """Make the table of what waits: a line for each study and reason, and each report that no study names yet."""
    waiting: dict[tuple[str, str], list[Waiting]] = {}
    for found in extraction.waiting:
        waiting.setdefault((found.study_id, found.why), []).append(found)
    rows = []
    for (study_id, why), rows_of_study in sorted(waiting.items()):
        counts = Counter(found.form for found in rows_of_study)
        traces = tuple(Trace(file=found.at.file, row=found.at.row) for found in rows_of_study)
        texts = (study_id, why, ", ".join(f"{form}: {count}" for form, count in sorted(counts.items())))
        rows.append(
            TableRow(cells=tuple(Cell(text=text, kind="value" if text else "empty", traces=traces) for text in texts))
        )
    rows += [
        TableRow(cells=(Cell(text=report, kind="value"), Cell(text="no study names this report", kind="value"), Cell()))
        for report in extraction.unlinked
    ]
    return SummaryTable(
        name="awaiting-extraction",
        title="What is still to be extracted",
        columns=("Study or report", "Why", "Rows in each form"),
        rows=tuple(rows),
    )


def reference_tables(settings: ExtractionSettings) -> tuple[SummaryTable, ...]:
    """Make one table for each vocabulary of the protocol: its terms, what they mean, and who says so."""
    return tuple(_reference_table(vocabulary) for vocabulary in settings.terms)


def _reference_table(vocabulary: Vocabulary) -> SummaryTable:
    headings = tuple(dict.fromkeys(heading for term in vocabulary.terms for heading in term.meaning))
    rows = tuple(
        TableRow(
            cells=(
                Cell(text=term.name, kind="value"),
                *(
                    Cell(text=term.meaning.get(heading, ""), kind="value" if heading in term.meaning else "empty")
                    for heading in headings
                ),
            )
        )
        for term in vocabulary.terms
    )
    return SummaryTable(
        name=vocabulary.column.replace("_", "-"),
        title=vocabulary.title,
        columns=(vocabulary.title, *headings),
        rows=rows,
        notes=tuple(note for note in (vocabulary.note, f"Source: {vocabulary.source}.") if note),
    )


def accepted_words(settings: ExtractionSettings) -> SummaryTable:
    """Make the table that people keep open beside the forms: each column, what to write in it, the accepted words."""
    rows = [
        TableRow(
            cells=(
                Cell(text=column.name, kind="value"),
                Cell(text=column.says, kind="value"),
                Cell(text="yes" if column.needed else "", kind="value" if column.needed else "empty"),
                Cell(text=_offered(column), kind="value" if column.words else "empty"),
            ),
            group=form.name,
        )
        for form in forms(settings).values()
        for column in form.columns
    ]
    return SummaryTable(
        name="words",
        title="What to write in the extraction forms",
        columns=("Column", "What to write", "Needed", "Accepted words"),
        rows=tuple(rows),
    )


def _offered(column: Column) -> str:
    return "\n".join((*column.words, "or another word") if column.others else column.words)
