"""RevMan's study, arm and result CSVs, and a list of what those cannot hold.

The column names are those of the CSVs in Cochrane's published data packages and of Covidence's export to RevMan.
A comparison stands there on the scale of its logarithm (Mean, SE, Variance) or as printed (Exp mean, Exp CI start ...).
Source: Cochrane, RevMan Knowledge Base, "Data extraction templates" and "Data package specification".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.extraction.discrepancies import chosen
from pipeline.extraction.measures import MEASURE, NOT_STATED, REPORTED
from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Study
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.wording import result
from pipeline.records import tables

STUDY_COLUMNS = (
    "Study",
    *(f"Char: {name}" for name in ("Methods", "Participants", "Interventions", "Outcomes", "Notes")),
)
ARM_COLUMNS = ("Study", "Arm", "Description", "Intervention")
RESULT_COLUMNS = (
    *("Study", "Outcome", "Data type", "Effect measure", "Arm", "Reference arm", "Sample size", "Cases"),
    *("Mean", "SD", "SE", "Variance", "CI level", "CI start", "CI end", "Exp mean", "Exp CI start", "Exp CI end"),
    *("t-test", "z-test", "P value", "Covariance method", "Covariance", "Other arm 1", "Other arm 2"),
    *("Correlation arm 1", "Correlation arm 2", "Correlation", "Other mean", "Other SE", "Other variance"),
    *("Other CI level", "Other CI start", "Other CI end", "Other exp mean", "Other exp CI start", "Other exp CI end"),
    *("Other t-test", "Other z-test", "Other P value", "Footnotes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevMan:
    """Three files for RevMan, and what they leave out.

    Attributes:
        studies: study information: one row a study.
        arms: study arms.
        results: study results.
        count: results that were written.
        left_out: one sentence for each study and each number that was not written, with the reason.
    """

    studies: bytes
    arms: bytes
    results: bytes
    count: int
    left_out: tuple[str, ...]


def write(extraction: Extraction, settings: ExtractionSettings) -> RevMan:
    """Write the primary studies for RevMan; numbers go in as stated.

    Nothing is computed to make one fit, but for log-rank tests: RevMan has no place for O-E and V beside intervals, and
    takes the log hazard ratio and its variance that they are.
    """
    names = _names(extraction.studies)
    labels = {study.study_id: study.name for study in extraction.studies}
    left_out = [
        f"{s.name}: RevMan takes single studies, and its design is {s.design!r}."
        for s in extraction.studies
        if s.study_id not in names
    ]
    results = []
    for row, reason in _chosen(extraction, names, labels):
        cells = reason or _result(row)
        if isinstance(cells, str):
            name = names.get(row.study_id) or labels.get(row.study_id, row.study_id)
            left_out.append(f"{name}, {result(row, settings)} ({row.at}): {cells}.")
        else:
            results.append({"Study": names[row.study_id], "Outcome": _outcome(row), **cells})
    return RevMan(
        studies=_csv(STUDY_COLUMNS, (_study(s, extraction, settings, names) for s in extraction.studies)),
        arms=_csv(ARM_COLUMNS, (_arm(arm, names) for arm in extraction.arms)),
        results=_csv(RESULT_COLUMNS, results),
        count=len(results),
        left_out=tuple(left_out),
    )


def _chosen(
    extraction: Extraction, names: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[tuple[Outcome, str]]:
    """List every row with the reason why it cannot go in, whatever it says; empty if there is none."""
    kept = chosen(extraction.outcomes)
    undecided = {id(row) for found in kept.undecided for row in found.rows}
    counting = {id(row) for row in kept.rows}
    for row in extraction.outcomes:
        if row.study_id not in labels:
            yield row, "the row of its study is not agreed on yet"
        elif row.study_id not in names:
            yield row, "RevMan takes results of single studies"
        elif id(row) in undecided:
            yield row, "several sources state it and none is preferred"
        elif id(row) not in counting:
            yield row, "another source states it too and is preferred"
        else:
            yield row, ""


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> bytes:
    ordered = sorted((tuple(row.get(column, "") for column in columns) for row in rows if row), key=lambda cells: cells)
    return tables.write(columns, ordered)


def _names(studies: Iterable[Study]) -> dict[str, str]:
    """Name each primary study as RevMan does, by its label, with its id where two labels are equal."""
    primary = [study for study in studies if study.is_primary]
    times = Counter(study.name for study in primary)
    return {s.study_id: s.name if times[s.name] == 1 else f"{s.name} ({s.study_id})" for s in primary}


def _study(
    study: Study, extraction: Extraction, settings: ExtractionSettings, names: Mapping[str, str]
) -> dict[str, str]:
    if study.study_id not in names:
        return {}
    methods = [study.design if study.design != NOT_STATED else "", study.setting, study.period]
    terms = [f"{column}: {', '.join(words)}" for column, words in study.terms]
    size = f"n = {study.n}" if study.n is not None else ""
    arms = [arm for arm in extraction.arms if arm.study_id == study.study_id]
    found = dict.fromkeys(row.outcome for row in extraction.outcomes if row.study_id == study.study_id)
    return {
        "Study": names[study.study_id],
        "Char: Methods": _joined(methods),
        "Char: Participants": _joined([study.population, study.primary_site, *terms, size]),
        "Char: Interventions": _joined([f"{arm.arm} ({', '.join(arm.modality)})" for arm in arms]),
        "Char: Outcomes": _joined(sorted(found, key=settings.rank)),
        "Char: Notes": _joined([study.trial, study.registration, study.funding, study.notes]),
    }


def _arm(arm: Arm, names: Mapping[str, str]) -> dict[str, str]:
    if arm.study_id not in names:
        return {}
    return {
        "Study": names[arm.study_id],
        "Arm": arm.arm,
        "Description": arm.treatment,
        "Intervention": " + ".join(arm.modality),
    }


def _outcome(row: Outcome) -> str:
    """Name an outcome so that each population, time and way of judging is one of its own."""
    when = "" if row.timepoint_months is None else f"at {row.timepoint_months:f} months"
    apart = [row.population, row.criteria, row.assessed_by]
    told = f" ({', '.join(part for part in apart if part)})" if any(apart) else ""
    return f"{row.outcome} {when}".rstrip() + told


def _result(row: Outcome) -> dict[str, str] | str:
    """Fill in the cells of one result, or say why RevMan has no place for it."""
    if row.value_status != REPORTED and row.o_minus_e is None:
        return f"the value is {row.value_status!r}, and RevMan takes only numbers"
    told = {"Arm": row.arm, "Footnotes": _joined([row.source, row.source_place, row.notes])}
    if row.n is not None:
        told["Sample size"] = str(row.n)
    if row.measure == "proportion":
        if row.events is None or row.n is None:
            return "RevMan takes events and patients, and the source gives only a percentage"
        return told | {"Data type": "Dichotomous", "Cases": str(row.events)}
    if row.measure == "mean":
        return _mean(row, told)
    if not row.is_comparative or MEASURE[row.measure].symbol not in {"HR", "OR", "RR", "MD", "SMD"}:
        return f"RevMan has no place for a {row.measure}"
    return _contrast(row, told)


def _mean(row: Outcome, told: dict[str, str]) -> dict[str, str] | str:
    spread = {"standard deviation": "SD", "standard error": "SE"}.get(row.range_kind)
    if spread is None or row.value is None or row.range_high is None or row.n is None:
        return "RevMan takes a mean with its standard deviation and n"
    return told | {"Data type": "Continuous", "Mean": format(row.value, "f"), spread: format(row.range_high, "f")}


def _contrast(row: Outcome, told: dict[str, str]) -> dict[str, str] | str:
    is_ratio = MEASURE[row.measure].is_ratio
    numbers = (row.value, row.ci_low, row.ci_high)
    measured = {
        "Data type": "Dichotomous" if is_ratio else "Continuous",
        "Effect measure": MEASURE[row.measure].symbol,
        "Reference arm": row.comparator,
    }
    difference, variance = row.o_minus_e, row.o_minus_e_variance
    if difference is not None and variance is not None and (None in numbers or row.value_status != REPORTED):
        made = f"log hazard ratio from the log-rank test: O-E {difference:f} over V {variance:f}"
        return (
            told
            | measured
            | {
                "Mean": f"{difference / variance:.10g}",
                "Variance": f"{1 / variance:.10g}",
                "Footnotes": _joined([told["Footnotes"], made]),
            }
        )
    if row.value is None or row.ci_level is None or None in numbers:
        return f"RevMan takes a {row.measure} with its confidence interval"
    columns = ("Exp mean", "Exp CI start", "Exp CI end") if is_ratio else ("Mean", "CI start", "CI end")
    written = [format(number, "f") for number in numbers if number is not None]
    return (
        told
        | measured
        | {
            "CI level": format(row.ci_level, "f"),
            **dict(zip(columns, written, strict=True)),
        }
    )


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
