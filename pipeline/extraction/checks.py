"""What must hold, and what ought to, between the rows of the forms."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from pipeline.errors import Fault
from pipeline.extraction.discrepancies import chosen, discrepancies
from pipeline.extraction.forms import Filled
from pipeline.extraction.measures import REPORTED
from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Study
from pipeline.extraction.settings import ExtractionSettings

HALF = Decimal("0.5")  # what rounding to whole per cent can take from, or add to, one number


def repeated(rows: Sequence[Filled]) -> Iterator[Fault]:
    """Find rows that one owner filled in twice: the same number from the same source."""
    seen: dict[tuple[str, str, tuple[str, ...]], Filled] = {}
    for filled in rows:
        if filled.waits or filled.bad:
            continue
        key = (filled.owner, filled.form.name, filled.row.key)
        first = seen.setdefault(key, filled)
        if first is not filled:
            at = filled.row.at
            what = f"{', '.join(part for part in filled.row.key if part)} stands already in {first.row.at}"
            remedy = "Delete one of the two rows, or say what tells them apart (population, criteria, assessed_by)."
            column = filled.form.columns[0].name
            yield Fault(what=what, file=at.file, row=at.row, column=column, remedy=remedy)


def preferred_twice(outcomes: Sequence[Outcome]) -> Iterator[Fault]:
    """Find numbers for which two sources are marked as the one that counts."""
    for found in discrepancies(outcomes):
        marked = [row for row in found.rows if row.preferred]
        for row in marked[1:]:
            what = f"this number is preferred already in {marked[0].at}"
            remedy = "Leave yes at one of them and empty the others."
            yield Fault(what=what, file=row.at.file, row=row.at.row, column="preferred", remedy=remedy)


def suspicious(extraction: Extraction, settings: ExtractionSettings) -> Iterator[Fault]:
    """Find what is possible and unlikely between rows, each with its reason."""
    yield from _undecided(extraction)
    yield from _one_report_twice(extraction)
    yield from _without_rows(extraction)
    kept = chosen(extraction.outcomes).rows
    yield from _sums(kept, settings)
    yield from _rising_survival(kept, settings)


def _undecided(extraction: Extraction) -> Iterator[Fault]:
    for found in chosen(extraction.outcomes).undecided:
        row = found.rows[0]
        others = ", ".join(str(other.at) for other in found.rows[1:])
        what = f"{row.outcome} of {row.study_id} ({row.arm}) stands in several sources (also in {others})"
        remedy = "Write yes in preferred of the one that counts, and why in notes; until then none is pooled."
        yield Fault(what=what, file=row.at.file, row=row.at.row, column="preferred", remedy=remedy)


def _one_report_twice(extraction: Extraction) -> Iterator[Fault]:
    first: dict[str, Study] = {}
    for study in extraction.studies:
        for report in study.reports if study.is_primary else ():
            other = first.setdefault(report, study)
            if other is not study:
                what = f"{report} is a report of {other.study_id} as well"
                remedy = "If both are one study, give their rows one study_id, so that no patient counts twice."
                yield Fault(what=what, file=study.at.file, row=study.at.row, column="reports", remedy=remedy)


def _without_rows(extraction: Extraction) -> Iterator[Fault]:
    for rows, form in ((extraction.arms, "arms"), (extraction.outcomes, "outcomes")):
        have = {row.study_id for row in rows}
        for study in extraction.studies:
            if study.study_id not in have:
                what = f"{study.study_id} has no row in the {form} form yet"
                yield Fault(what=what, file=study.at.file, row=study.at.row, column="study_id")
    named = {(row.study_id, arm) for row in extraction.outcomes for arm in (row.arm, row.comparator)}
    begun = {row.study_id for row in extraction.outcomes}
    for arm in extraction.arms:
        if arm.key not in named and arm.study_id in begun:
            what = f"no outcome names the arm {arm.arm!r} of {arm.study_id}"
            yield Fault(what=what, file=arm.at.file, row=arm.at.row, column="arm")


def _sums(rows: Sequence[Outcome], settings: ExtractionSettings) -> Iterator[Fault]:
    """Compare each outcome that is a sum (response = complete + partial) with its parts, rounding allowed for."""
    plain = {_place(row): row for row in rows if row.measure == "proportion" and row.value_status == REPORTED}
    for row in plain.values():
        parts = settings.outcome(row.outcome).sum_of
        found = [plain.get(_place(row, outcome=part)) for part in parts]
        values = [part.value for part in found if part is not None and part.value is not None]
        if not parts or len(values) != len(parts) or row.value is None:
            continue
        if abs(sum(values) - row.value) > HALF * (len(values) + 1):
            said = " + ".join(f"{part} {value}" for part, value in zip(parts, values, strict=True))
            what = f"{said} is {sum(values)}%, but {row.outcome} is {row.value}%"
            remedy = "If the source prints them so, leave them and say so in notes."
            yield Fault(what=what, file=row.at.file, row=row.at.row, column="value", remedy=remedy)


def _place(row: Outcome, *, outcome: str = "") -> tuple[object, ...]:
    name = outcome or row.outcome
    return (row.study_id, row.arm, row.population, row.assessed_by, row.criteria, row.timepoint_months, name)


def _rising_survival(rows: Sequence[Outcome], settings: ExtractionSettings) -> Iterator[Fault]:
    """Find survival rates that are higher later; those of one arm never rise."""
    curves: dict[tuple[object, ...], list[tuple[Decimal, Decimal, Outcome]]] = {}
    for row in rows:
        is_rate = row.measure == "proportion" and settings.outcome(row.outcome).kind == "time to event"
        if is_rate and row.timepoint_months is not None and row.value is not None and row.value_status == REPORTED:
            key = (row.study_id, row.arm, row.population, row.assessed_by, row.criteria, row.outcome)
            curves.setdefault(key, []).append((row.timepoint_months, row.value, row))
    for curve in curves.values():
        curve.sort(key=lambda point: point[:2])
        for (early, before, _), (late, after, row) in pairwise(curve):
            if after > before:
                what = f"{row.outcome} rises from {before}% at {early} months to {after}% at {late} months"
                remedy = "One of the two is mistyped, or they are of different patients: say which in population."
                yield Fault(what=what, file=row.at.file, row=row.at.row, column="value", remedy=remedy)


def arm_index(rows: Sequence[Filled]) -> dict[tuple[str, str], Arm]:
    """Index the arms that anybody's forms name, by study and name."""
    return {
        (filled.row.study_id, filled.row.arm): filled.row
        for filled in rows
        if isinstance(filled.row, Arm) and not filled.waits
    }


def study_index(rows: Sequence[Filled]) -> dict[str, Study]:
    """Index the studies that anybody's forms name; a starter row counts, since its study exists."""
    return {filled.row.study_id: filled.row for filled in rows if isinstance(filled.row, Study)}
