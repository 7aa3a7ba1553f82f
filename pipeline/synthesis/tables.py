"""The tables of a synthesis: what was pooled, what it comes to, what would change it, and what was refused and why."""

from collections import Counter
from collections.abc import Sequence

from pipeline.extraction import wording as row_wording
from pipeline.extraction.findings import Finding
from pipeline.extraction.measures import MEASURE
from pipeline.extraction.outcomes import Outcome
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import NOT_ESTIMABLE, Cell, SummaryTable, TableRow, cell, trace
from pipeline.synthesis import wording
from pipeline.synthesis.effects import ELSEWHERE, RULES, Refusal
from pipeline.synthesis.figures import asymmetry
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.settings import ALL
from pipeline.synthesis.synthesise import Synthesis

WEIGHTLESS = "The model has no weights; those shown are of the logits at its τ², for the plot."


def results(syntheses: Sequence[Synthesis]) -> SummaryTable:
    """List every analysis with its result, or why it has none."""
    rows = []
    for synthesis in syntheses:
        rows_of = [row for one in synthesis.selection.contributions for row in one.rows]
        traces = tuple(dict.fromkeys(trace(row) for row in rows_of))
        pooled = synthesis.pooled
        name = Cell(text=synthesis.title, kind="value", traces=traces)
        if isinstance(pooled, Refusal):
            why = " ".join((f"{wording.refusal(pooled)}.{_rules(synthesis)}", *synthesis.notes))
            nothing = Cell(text=NOT_ESTIMABLE, kind="not estimable", note=why)
            k, out = len(synthesis.selection.contributions), len(synthesis.selection.left_out)
            rows.append(TableRow(cells=(name, _cell(str(k)), Cell(), nothing, Cell(), Cell(), _cell(str(out)))))
            continue
        note = " ".join((*pooled.notes, *synthesis.notes))
        rows.append(
            TableRow(
                cells=(
                    name,
                    _cell(str(pooled.k)),
                    _cell(wording.method(pooled)),
                    Cell(text=estimate(synthesis, pooled), kind="value", note=note),
                    _prediction(synthesis, pooled),
                    _cell(wording.heterogeneity(pooled.heterogeneity, is_glmm=synthesis.pooling.model == "GLMM")),
                    _cell(str(len(synthesis.selection.left_out))),
                )
            )
        )
    return SummaryTable(
        name="synthesis",
        title="Results of the syntheses",
        columns=(
            *("Analysis", "Pooled", "Method", "Estimate (interval)", "Prediction interval", "Heterogeneity"),
            "Left out",
        ),
        rows=tuple(rows),
        notes=("Pooled, left out: how many numbers; one study can have several.",),
    )


def pooled_numbers(synthesis: Synthesis) -> SummaryTable:
    """List the numbers that an analysis pools, each with its weight and what was done to read it."""
    pooled, analysis = synthesis.pooled, synthesis.analysis
    contributions = synthesis.selection.contributions
    weights = pooled.weights if isinstance(pooled, Pooled) else (None,) * len(contributions)
    rows = []
    for one, weight in zip(contributions, weights, strict=True):
        reading = one.reading
        values = wording.estimate(analysis, (reading.estimate, reading.low, reading.high), synthesis.scale.unit)
        rows.append(
            TableRow(
                group=one.group,
                cells=(
                    cell(one.label, *one.rows),
                    _cell(reading.treated or ("" if reading.n is None else wording.people(reading.n))),
                    _cell(reading.compared),
                    Cell(text=values, kind="value", note=" ".join(one.effect.notes)),
                    _cell("" if weight is None else f"{weight:.1f}%"),
                ),
            )
        )
    return SummaryTable(
        name=f"{analysis.id}-numbers",
        title=f"{synthesis.title}: numbers pooled",
        columns=("Study", "Treatment", "Comparator", "Estimate (interval)", "Weight"),
        rows=tuple(sorted(rows, key=lambda row: row.group)),
        notes=(
            "Intervals are those of the sources; those of proportions are exact (Clopper and Pearson).",
            *((WEIGHTLESS,) if synthesis.pooling.model == "GLMM" and isinstance(pooled, Pooled) else ()),
        ),
    )


def left_out(synthesis: Synthesis, *, whole: bool = True) -> SummaryTable:
    """List every row about the outcome that is not pooled, with the rule and the case.

    Args:
        synthesis: the analysis.
        whole: False to count those that speak of something else, and to list only those that the analysis asks for.
    """
    refused = synthesis.selection.left_out
    listed = [one for one in refused if whole or one.refusal.rule not in ELSEWHERE]
    name = f"{synthesis.analysis.id}-left-out"
    elsewhere: tuple[str, ...] = ()
    if len(listed) < len(refused):
        counts = _counted([one.refusal.rule for one in refused if one.refusal.rule in ELSEWHERE])
        elsewhere = (
            f"Numbers about something else than the analysis asks for, listed in synthesis/{name}.csv: {counts}.",
        )
    rows = [
        TableRow(
            cells=(
                cell(one.label, one.row),
                _cell(one.row.arm),
                _cell(one.row.population),
                _cell(_number(one.row)),
                _cell(wording.rule(one.refusal.rule)),
                _cell(one.refusal.reason),
            )
        )
        for one in listed
    ]
    used = sorted({one.refusal.rule for one in listed})
    return SummaryTable(
        name=name,
        title=f"{synthesis.title}: numbers left out",
        columns=("Study", "Arm", "Population", "Number", "Rule", "Why"),
        rows=tuple(rows),
        notes=(*(f"{wording.rule(rule)}: {RULES[rule]}" for rule in used), *elsewhere),
    )


def findings(syntheses: Sequence[Synthesis]) -> dict[Finding, str]:
    """Say each pooled result in words, by the key of the row of the certainty form that judges it.

    An analysis belongs to such a row if it names the row's one modality, its comparison (or neither names one), its
    outcome and its one population. Several analyses of one row stand below each other.
    """
    said: dict[Finding, list[str]] = {}
    for one in syntheses:
        asked = one.analysis
        is_one = len(asked.modalities) == len(asked.populations) == 1 and len(asked.comparators) <= 1
        if isinstance(one.pooled, Refusal) or not is_one:
            continue
        compared, population = "".join(asked.comparators), asked.populations[0]
        key = (asked.modalities[0], compared, asked.outcome, "" if population == ALL else population)
        when = f" at {asked.timepoint_months:g} months" if asked.timepoint_months is not None else ""
        words = f"{asked.measure}{when} {estimate(one, one.pooled)}, {len(one.studies)} studies pooled"
        said.setdefault(key, []).append(words)
    return {key: "\n".join(words) for key, words in said.items()}


def robustness(synthesis: Synthesis) -> SummaryTable:
    """List what the result becomes in other usual ways, without each study, by subgroup, and with a covariate."""
    rows: list[TableRow] = [_result(synthesis, "As planned", "", synthesis.pooled)]
    rows += [_result(synthesis, "Pooled otherwise", name, result) for name, result in synthesis.others]
    if synthesis.subgroups:
        rows += [_result(synthesis, "Subgroup", name, result) for name, result in synthesis.subgroups.groups]
    rows += [_result(synthesis, "One study left out", name, result) for name, result in synthesis.left_out]
    rows += [_result(synthesis, "Cumulated", name, result) for name, result in synthesis.cumulated]
    return SummaryTable(
        name=f"{synthesis.analysis.id}-robustness",
        title=f"{synthesis.title}: how far the result depends on its making",
        columns=("What", "Pooled", "Estimate (interval)", "Heterogeneity"),
        rows=tuple(rows),
        notes=tuple(part for part in (_regression(synthesis), asymmetry(synthesis)) if part),
    )


def _result(synthesis: Synthesis, group: str, name: str, result: Pooled | Refusal) -> TableRow:
    label = _cell(name or (wording.method(result) if isinstance(result, Pooled) else "As planned"))
    if isinstance(result, Refusal):
        nothing = Cell(text=NOT_ESTIMABLE, kind="not estimable", note=f"{wording.refusal(result)}.")
        return TableRow(group=group, cells=(label, Cell(), nothing, Cell()))
    spread = wording.heterogeneity(result.heterogeneity, is_glmm="GLMM" in result.method)
    note = " ".join(result.notes)
    return TableRow(
        group=group,
        cells=(
            label,
            _cell(str(result.k)),
            Cell(text=estimate(synthesis, result), kind="value", note=note),
            _cell(spread),
        ),
    )


def _regression(synthesis: Synthesis) -> str:
    """Say in words what the covariate explains."""
    found, name = synthesis.regression, synthesis.analysis.moderator
    if found is None:
        return ""
    if isinstance(found, Refusal):
        return f"No regression on {name}: {found.reason}."
    slope = found.coefficients[1]
    ends = f"{wording.number(slope.interval.low, 3)} to {wording.number(slope.interval.high, 3)}"
    r2 = "" if found.r2 is None else f"; it explains {found.r2:.0f}% of τ²"
    on = "logarithm" if synthesis.scale.is_ratio else "pooled scale"
    shown = f"{wording.number(slope.estimate, 3)} ({ends}) on the {on} for each unit of {name}"
    return f"Regression on {name} ({found.k} studies): {shown}, {wording.p_value(slope.p)}{r2}."


def estimate(synthesis: Synthesis, pooled: Pooled) -> str:
    """Write a pooled estimate with its interval, on the scale on which people read it."""
    values = wording.on_scale(synthesis.scale, pooled.estimate, pooled.interval)
    return wording.estimate(synthesis.analysis, values, synthesis.scale.unit)


def _prediction(synthesis: Synthesis, pooled: Pooled) -> Cell:
    if pooled.prediction is None:
        return Cell(text=NOT_ESTIMABLE, kind="not estimable") if synthesis.pooling.prediction != "none" else Cell()
    low, high = synthesis.scale.back(pooled.prediction.low), synthesis.scale.back(pooled.prediction.high)
    return _cell(wording.interval(synthesis.analysis, low, high))


def _rules(synthesis: Synthesis) -> str:
    counts = _counted([one.refusal.rule for one in synthesis.selection.left_out])
    return f" Numbers left out: {counts}." if counts else ""


def _counted(rules: Sequence[str]) -> str:
    """Count rules in words, the most frequent first: "3 other time, 1 censored"."""
    ordered = sorted(Counter(rules).items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} {wording.rule(rule)}" for rule, count in ordered)


def _number(row: Outcome) -> str:
    """Say a number as its source states it, with its measure."""
    said = row_wording.result(row, ExtractionSettings(), full=False)
    return said if MEASURE[row.measure].symbol else f"{row.measure} {said}"


def _cell(text: str) -> Cell:
    return Cell(text=text, kind="value") if text else Cell()
