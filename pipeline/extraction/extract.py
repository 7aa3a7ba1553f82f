"""The way in: the forms of a review to its Extraction, or every fault in them at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from pipeline.errors import Fault, FormError
from pipeline.extraction import checks, rules
from pipeline.extraction.columns import domain_of, forms
from pipeline.extraction.context import Context
from pipeline.extraction.extractors import settle
from pipeline.extraction.forms import Filled, read_files
from pipeline.extraction.outcomes import Arm, Certainty, Extraction, Judgement, Outcome, Study
from pipeline.extraction.settings import ExtractionSettings

_R = TypeVar("_R", Study, Arm, Outcome, Judgement, Certainty)


def extract(
    files: Mapping[str, bytes],
    settings: ExtractionSettings,
    *,
    statuses: Mapping[str, str] | None = None,
    included: Mapping[str, tuple[str, ...]] | None = None,
) -> Extraction:
    """Read, check and settle every form of a review; the files may come in any order.

    Args:
        files: path (`extraction/outcomes.csv`, `extraction/anna/outcomes.csv`) to bytes.
        settings: the words of the protocol.
        statuses: id of every record and citation to "included", "excluded" or any other word for waiting; None if
            nobody has screened, which skips what is asked of a study's reports.
        included: id of every included citation to the ids of its records; those that no study names are `unlinked`.

    Raises:
        FormError: every fault of every file, ordered by file, row and column; nothing is half-read. Where a file
            cannot be read at all, what it would have to say to the others is not asked.
    """
    pile = read_files(files, settings)
    if pile.unread:
        raise FormError(in_order([*pile.unread, *pile.faults], settings))
    studies = checks.study_index(pile.rows)
    context = Context(settings=settings, studies=studies, arms=checks.arm_index(pile.rows), statuses=statuses)
    faults = list(pile.faults)
    warnings: list[Fault] = []
    for filled in pile.rows:
        wrong, suspect = rules.judge(filled, context)
        faults.extend(wrong)
        warnings.extend(suspect)
    faults.extend(checks.repeated(pile.rows))
    settled = settle([_canonical(filled) for filled in pile.rows if not filled.bad], settings.extractors)
    outcomes = _of(settled.rows, Outcome)
    faults.extend(checks.preferred_twice(outcomes))
    if faults:
        raise FormError(in_order(faults, settings))
    idle = _not_needed(pile.rows, statuses or {})
    linked = {report for filled in pile.rows if isinstance(filled.row, Study) for report in filled.row.reports}
    extraction = Extraction(
        studies=_of(settled.rows, Study),
        arms=_of(settled.rows, Arm),
        outcomes=outcomes,
        judgements=_of(settled.rows, Judgement),
        certainties=_of(settled.rows, Certainty),
        waiting=tuple(row for row in settled.waiting if row.study_id not in idle),
        differences=settled.differences,
        cells_compared=settled.compared,
        cells_agreed=settled.agreed,
        unlinked=tuple(
            citation for citation, members in (included or {}).items() if not linked.intersection((citation, *members))
        ),
        notices=(*pile.notices, *idle.values()),
    )
    warnings.extend(checks.suspicious(extraction, settings))
    return replace(extraction, warnings=tuple(in_order(warnings, settings)))


def _not_needed(rows: tuple[Filled, ...], statuses: Mapping[str, str]) -> dict[str, str]:
    """Find studies that nobody has begun and whose every report was excluded since: id to a sentence."""
    return {
        row.study_id: f"{row.at}: {row.study_id} is not extracted, since screening excluded its report."
        for filled in rows
        if filled.waits and isinstance(row := filled.row, Study)
        if row.reports and all(statuses.get(report) == "excluded" for report in row.reports)
    }


def in_order(faults: list[Fault], settings: ExtractionSettings) -> list[Fault]:
    """Order faults by file, row, and the place of the column in its form; equal ones stand once."""
    columns = [column.name for form in forms(settings).values() for column in form.columns]
    places = {name: place for place, name in reversed(list(enumerate(columns)))}
    unique = dict.fromkeys(faults)
    return sorted(unique, key=lambda f: (f.file, f.row, f.line, places.get(f.column, len(columns)), f.what))


def _of(rows: tuple[Filled, ...], kind: type[_R]) -> tuple[_R, ...]:
    return tuple(filled.row for filled in rows if isinstance(filled.row, kind))


def _canonical(filled: Filled) -> Filled:
    """Give a judgement's domain its code, whatever the person called it."""
    row = filled.row
    if isinstance(row, Judgement) and not filled.waits:
        return replace(filled, row=replace(row, domain=domain_of(row.tool, row.domain) or row.domain))
    return filled
