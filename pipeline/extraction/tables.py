"""The tables of what the studies found: their characteristics, results by treatment modality, results one by one.

Rows of a form may stand in any order: the tables do not follow it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from pipeline.extraction.discrepancies import discrepancies
from pipeline.extraction.measures import NOT_STATED
from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Study
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import Cell, SummaryTable, TableRow, cell, trace, without_empty
from pipeline.extraction.wording import kind, result, result_cell, spaced_p

_R = TypeVar("_R", Arm, Outcome)
OTHER = "Other results"
NO_MODALITY = "Modality not given"


def characteristics(
    extraction: Extraction, settings: ExtractionSettings, *, names: Mapping[str, str] | None = None
) -> SummaryTable:
    """Make the table of characteristics of included studies, one row a study, ordered by label.

    Args:
        extraction: what was extracted.
        settings: the words of the protocol.
        names: id of a record or citation to how the report cites it; an id without a name stands as it is.
    """
    own = tuple(dict.fromkeys(name for study in extraction.studies for name, _ in study.extra))
    terms = [(vocabulary.column, vocabulary.title) for vocabulary in settings.terms]
    columns = (
        *("Study", "Reports", "Design", "Setting", "Period", "Population", "Primary site"),
        *(title for _, title in terms),
        *("Patients", "Arms", "Outcomes", "Follow-up", "Funding", "Notes"),
        *own,
    )
    arms_of = _of_study(extraction.arms)
    outcomes_of = _of_study(extraction.outcomes)
    rows = []
    for study in _by_name(extraction.studies):
        arms = sorted(arms_of.get(study.study_id, ()), key=lambda arm: (arm.role == "comparator", arm.arm))
        found = sorted(outcomes_of.get(study.study_id, ()), key=lambda row: row.key)
        followed = [row for row in found if row.outcome == "follow-up"]
        said = dict(study.terms)
        cited = dict.fromkeys((names or {}).get(report, report) for report in study.reports)
        cells = (
            cell(study.name, study),
            cell("\n".join(cited), study, column="reports"),
            _design(study),
            *(
                cell(getattr(study, name), study, column=name)
                for name in ("setting", "period", "population", "primary_site")
            ),
            *(cell(", ".join(said.get(column, ())), study, column=column) for column, _ in terms),
            cell("" if study.n is None else str(study.n), study, column="n"),
            cell("\n".join(_arm(arm) for arm in arms), *arms),
            cell(", ".join(_outcome_names(found, settings)), *found),
            cell("\n".join(result(row, settings, full=False) for row in followed), *followed),
            cell(study.funding, study, column="funding"),
            cell(_notes(study), study),
            *(cell(dict(study.extra).get(name, ""), study) for name in own),
        )
        rows.append(TableRow(cells=cells))
    table = SummaryTable(
        name="characteristics", title="Characteristics of included studies", columns=columns, rows=tuple(rows)
    )
    return without_empty(table, keep=("Study", "Design", "Patients", "Arms", "Outcomes"))


def by_modality(extraction: Extraction, settings: ExtractionSettings) -> SummaryTable:
    """Make the table of outcomes by treatment modality, one row an arm and population.

    A study stands where its experimental arms belong, its comparators under them. Arms of several modalities stand
    under "Combined:" behind the single ones. Where several sources state a number, the preferred one stands here.
    """
    headings = _headings(extraction, settings)
    columns = ("Study", "Arm", "Population", "Patients", *headings)
    kept = _preferred(extraction.outcomes)
    studies = {study.study_id: study for study in extraction.studies}
    arms_of, outcomes_of = _of_study(extraction.arms), _of_study(kept)
    lines = []
    for arm in extraction.arms:
        mine = [row for row in outcomes_of.get(arm.study_id, ()) if row.arm == arm.arm]
        study = studies.get(arm.study_id)
        for population in sorted({row.population for row in mine}):
            rows = sorted(
                (row for row in mine if row.population == population),
                key=lambda row: (*settings.rank(row.outcome), row.key),
            )
            group, order = _group(arm, arms_of[arm.study_id], settings)
            label = study.name if study else arm.study_id
            own = label if study is None or study.is_primary else f"{label} ({study.design})"
            cells = (
                cell(own, *([study] if study else [])),
                cell(_arm_short(arm), arm),
                cell(population, *rows),
                _patients(arm, rows),
                *(_results(rows, heading, settings) for heading in headings),
            )
            key = (order, label.casefold(), arm.study_id, arm.role == "comparator", arm.arm, population)
            lines.append((key, TableRow(cells=cells, group=group)))
    table = SummaryTable(
        name="outcomes-by-modality",
        title="Outcomes by treatment modality",
        columns=columns,
        rows=tuple(row for _, row in sorted(lines, key=lambda line: line[0])),
        notes=(_abbreviations(kept, settings),),
    )
    return without_empty(table, keep=columns[:2])


def individual_results(extraction: Extraction, settings: ExtractionSettings) -> SummaryTable:
    """Make the table of results of individual studies: every row that was extracted, whether preferred or not."""
    names = {study.study_id: study.name for study in extraction.studies}
    several = {id(row): found for found in discrepancies(extraction.outcomes) for row in found.rows}
    rows = []
    for row in sorted(
        extraction.outcomes,
        key=lambda row: (names.get(row.study_id, row.study_id).casefold(), *settings.rank(row.outcome), row.key),
    ):
        found = several.get(id(row))
        counted = "" if found is None else "not decided" if found.preferred is None else "no"
        cells = (
            cell(names.get(row.study_id, row.study_id), row),
            cell(row.arm, row),
            cell(row.comparator, row),
            cell(row.population, row),
            cell(row.outcome, row),
            result_cell(row),
            cell("" if row.n is None else str(row.n), row, column="n"),
            cell(f"P {spaced_p(row.p_value)}" if row.p_value else "", row, column="p_value"),
            cell(", ".join(part for part in (row.criteria, row.assessed_by) if part), row),
            cell(", ".join(part for part in (row.source, row.source_place) if part), row),
            cell("yes" if found is None or found.preferred is row else counted, row),
        )
        rows.append(TableRow(cells=cells))
    headings = (
        "Study",
        "Arm",
        "Comparator",
        "Population",
        "Outcome",
        "Result",
        "n",
        "P",
        "Assessed",
        "Source",
        "Counts",
    )
    table = SummaryTable(
        name="individual-results",
        title="Results of individual studies",
        columns=headings,
        rows=tuple(rows),
        notes=("Counts: whether the row is used where several sources state the number.",),
    )
    return without_empty(table, keep=headings[:6])


def _of_study(rows: Iterable[_R]) -> dict[str, list[_R]]:
    """Group rows by their study, in their order."""
    grouped: dict[str, list[_R]] = {}
    for row in rows:
        grouped.setdefault(row.study_id, []).append(row)
    return grouped


def _by_name(studies: Iterable[Study]) -> list[Study]:
    return sorted(studies, key=lambda study: (study.name.casefold(), study.study_id))


def _design(study: Study) -> Cell:
    if study.design == NOT_STATED:
        return Cell(text="not reported", kind="not reported", traces=(trace(study),))
    return cell(study.design, study)


def _arm(arm: Arm) -> str:
    """Say an arm in one line: name (n), modality, treatment."""
    size = f" (n = {arm.n})" if arm.n is not None else ""
    told = [", ".join(arm.modality), arm.treatment]
    return f"{arm.arm}{size}: {'; '.join(part for part in told if part)}".removesuffix(": ")


def _arm_short(arm: Arm) -> str:
    return f"{arm.arm} (comparator)" if arm.role == "comparator" else arm.arm


def _notes(study: Study) -> str:
    return "; ".join(part for part in (study.trial, study.registration, study.notes) if part)


def _outcome_names(rows: Iterable[Outcome], settings: ExtractionSettings) -> list[str]:
    names = sorted({row.outcome for row in rows}, key=settings.rank)
    return [settings.outcome(name).short for name in names if name != "follow-up"]


def _headings(extraction: Extraction, settings: ExtractionSettings) -> tuple[str, ...]:
    """List the headings of the table by modality that some number needs, in the order of the protocol."""
    used = {settings.outcome(row.outcome).column or OTHER for row in extraction.outcomes}
    ordered = dict.fromkeys(outcome.column for outcome in settings.outcomes if outcome.column in used)
    return (*ordered, *((OTHER,) if OTHER in used and OTHER not in ordered else ()))


def _preferred(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Leave out what another source states better; a number that nobody has decided on stays with all its rows."""
    dropped = {
        id(row)
        for found in discrepancies(outcomes)
        if found.preferred is not None
        for row in found.rows
        if row is not found.preferred
    }
    return [row for row in outcomes if id(row) not in dropped]


def _group(arm: Arm, arms: Iterable[Arm], settings: ExtractionSettings) -> tuple[str, tuple[int, str]]:
    """Find the group of an arm among the arms of its study, and the place of the group."""
    tried = [_group_place(other, settings) for other in arms if other.role != "comparator"]
    place = min(tried) if arm.role == "comparator" and tried else _group_place(arm, settings)
    return place[1], place


def _group_place(arm: Arm, settings: ExtractionSettings) -> tuple[int, str]:
    known = list(settings.modalities)
    if len(arm.modality) > 1:
        ordered = sorted(arm.modality, key=lambda word: (known.index(word) if word in known else len(known), word))
        return len(known) + 1, f"Combined: {' + '.join(ordered)}"
    word = arm.modality[0] if arm.modality else NO_MODALITY
    return (known.index(word) if word in known else len(known)), word


def _patients(arm: Arm, rows: Sequence[Outcome]) -> Cell:
    """Give the number that all rows analysed, or else that of the whole arm."""
    analysed = {row.n for row in rows}
    if len(analysed) == 1 and None not in analysed:
        return cell(str(analysed.pop()), *rows)
    if arm.n is not None and not any(row.population for row in rows):
        return cell(str(arm.n), arm)
    return cell("", arm, column="n")


def _results(rows: Sequence[Outcome], heading: str, settings: ExtractionSettings) -> Cell:
    mine = [row for row in rows if (settings.outcome(row.outcome).column or OTHER) == heading]
    if not mine:
        return Cell()
    told = len({row.n for row in rows}) > 1
    lines = [result(row, settings) if told else _without_n(row, settings) for row in mine]
    kinds = {kind(row) for row in mine}
    note = "; ".join(dict.fromkeys(row.notes for row in mine if row.notes))
    return Cell(
        text="\n".join(lines),
        kind=kinds.pop() if len(kinds) == 1 else "value",
        traces=tuple(trace(row) for row in mine),
        note=note,
    )


def _without_n(row: Outcome, settings: ExtractionSettings) -> str:
    return f"{settings.outcome(row.outcome).short} {result(row, settings, full=False)}"


def _abbreviations(rows: Iterable[Outcome], settings: ExtractionSettings) -> str:
    used = [settings.outcome(name) for name in sorted({row.outcome for row in rows}, key=settings.rank)]
    said = "; ".join(f"{outcome.abbreviation}: {outcome.name}" for outcome in used if outcome.abbreviation)
    return f"{said}; v: against." if said else "v: against."
