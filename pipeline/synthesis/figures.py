"""From a synthesis to the values of its plots."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.extraction import wording as stated
from pipeline.extraction.discrepancies import chosen
from pipeline.extraction.measures import NOT_STATED
from pipeline.extraction.outcomes import Arm, Extraction, Study
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.synthesis import wording
from pipeline.synthesis.arms import Contribution
from pipeline.synthesis.effects import Refusal, Share, TwoByTwo
from pipeline.synthesis.plots.forest import Forest, Group, Line, Summary
from pipeline.synthesis.plots.funnel import Funnel, Point
from pipeline.synthesis.plots.timeline import Course, Timeline
from pipeline.synthesis.plots.years import Years
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.settings import Analysis
from pipeline.synthesis.synthesise import Synthesis

_SECONDARY = "Reviews and numbers of several studies"
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def forest(synthesis: Synthesis, settings: ExtractionSettings) -> Forest:
    """Show the studies of an analysis, by subgroup if there are any, and what they pool to."""
    contributions, pooled = synthesis.selection.contributions, synthesis.pooled
    weights = pooled.weights if isinstance(pooled, Pooled) else (None,) * len(contributions)
    lines = [_line(synthesis, one, weight) for one, weight in zip(contributions, weights, strict=True)]
    base = _base(synthesis, settings)
    summaries: tuple[Summary, ...] = ()
    detail = ""
    if isinstance(pooled, Pooled):
        whole = _summary(synthesis, wording.method(pooled), pooled)
        summaries = (replace(whole, cells=_totals(synthesis, contributions), weight=100.0),)
    else:
        detail = f"{wording.refusal(pooled)}."
    groups: tuple[Group, ...] = (Group(lines=tuple(lines)),)
    if synthesis.subgroups and len(synthesis.subgroups.groups) > 1:
        members: dict[str, list[Line]] = {one.group: [] for one in contributions}
        for one, line in zip(contributions, lines, strict=True):
            members[one.group].append(line)
        groups = tuple(_group(synthesis, name, result, members[name]) for name, result in synthesis.subgroups.groups)
        detail = " ".join(part for part in (detail, _difference(synthesis)) if part)
    return replace(base, groups=groups, summaries=summaries, detail=detail)


def leave_one_out(synthesis: Synthesis, settings: ExtractionSettings) -> Forest:
    """Show the pooled estimate without each study in turn."""
    return _steps(synthesis, settings, "leave-one-out", "Without", synthesis.left_out)


def cumulative(synthesis: Synthesis, settings: ExtractionSettings) -> Forest:
    """Show the pooled estimate after each further study."""
    return _steps(synthesis, settings, "cumulative", "With", synthesis.cumulated)


def funnel(synthesis: Synthesis) -> Funnel | Refusal:
    """Show effects against their standard errors, with the tests of asymmetry, from ten studies on."""
    pooled = synthesis.pooled
    if isinstance(pooled, Refusal):
        return pooled
    if isinstance(synthesis.asymmetry.egger, Refusal):
        return synthesis.asymmetry.egger
    scale, percent = synthesis.scale, wording.is_percent(synthesis.analysis)
    filled = synthesis.asymmetry.filled
    added = () if isinstance(filled, Refusal) else filled.added
    return Funnel(
        name=f"{synthesis.analysis.id}-funnel",
        title=f"Funnel plot: {synthesis.title}",
        points=tuple(Point(one.label, one.effect.value, one.effect.error) for one in synthesis.selection.contributions),
        added=tuple(Point("added", effect.value, effect.error) for effect in added),
        centre=pooled.estimate,
        level=pooled.level,
        null=None if scale.null is None else scale.forward(scale.null),
        label=f"{scale.name}, per cent" if percent else ", ".join(part for part in (scale.name, scale.unit) if part),
        back=scale.back,
        forward=scale.forward,
        is_ratio=scale.is_ratio,
        percent=percent,
        notes=(asymmetry(synthesis),),
    )


def asymmetry(synthesis: Synthesis) -> str:
    """Say in words what the tests of a funnel found."""
    found = synthesis.asymmetry
    if isinstance(found.egger, Refusal):
        return f"No test of asymmetry: {found.egger.reason}."
    slope = found.egger.slope
    shown = wording.number(slope.estimate, 2)
    said = [f"Egger: slope {shown}, t with {found.egger.df} df, {wording.p_value(slope.p)}."]
    if not isinstance(found.begg, Refusal):
        said.append(f"Begg: tau {wording.number(found.begg.tau, 2)}, {wording.p_value(found.begg.p)}.")
    if not isinstance(found.filled, Refusal) and isinstance(found.filled.pooled, Pooled):
        count, filled = len(found.filled.added), found.filled.pooled
        values = wording.on_scale(synthesis.scale, filled.estimate, filled.interval)
        shown = wording.estimate(synthesis.analysis, values, synthesis.scale.unit)
        studies = "1 study" if count == 1 else f"{count} studies"
        where = f"adds {studies} on the {found.filled.side}: {shown}" if count else "adds none"
        said.append(f"Trim and fill {where}.")
    return " ".join(said)


def timeline(extraction: Extraction, settings: ExtractionSettings, *, years: Mapping[str, Sequence[int]]) -> Timeline:
    """Show when studies recruited, when their reports appeared, and what they found first of all.

    Studies stand under the treatment of their experimental arms, in the protocol's order; what has no patients of its
    own stands last. What a study found is the first number of an arm that is no comparator, by the protocol's order of
    outcomes, primary ones first.

    Args:
        extraction: every row of the forms.
        settings: what the protocol says of treatments and outcomes.
        years: id of a study to the years of its reports.
    """
    compared = {arm.key for arm in extraction.arms if arm.role == "comparator"}
    rows = [row for row in chosen(extraction.outcomes).rows if (row.study_id, row.arm) not in compared]
    rows.sort(key=lambda row: (settings.rank(row.outcome), row.key))
    found: dict[str, str] = {}
    for row in rows:
        if row.value is not None or row.events is not None:
            found.setdefault(row.study_id, stated.result(row, settings))
    courses = []
    for study in extraction.studies:
        recruited = [int(year) for year in _YEARS.findall(study.period)]
        courses.append(
            Course(
                label=study.name,
                start=min(recruited) if recruited else None,
                end=max(recruited) if len(recruited) > 1 else None,
                published=tuple(sorted(set(years.get(study.study_id, ())))),
                result=found.get(study.study_id, ""),
                group=_treatment(study, extraction.arms),
            )
        )
    order = [*settings.modalities, ""]

    def place(one: Course) -> tuple[bool, int, str, float, str]:
        first = one.group.split(" + ")[0]
        known = order.index(first) if first in order else len(order)
        start = min([one.start or 9999, *one.published])
        return one.group == _SECONDARY, known, one.group, start, one.label.casefold()

    ordered = tuple(sorted(courses, key=place))
    return Timeline(name="timeline", title="Studies in time", courses=ordered, result="First result" if found else "")


def by_year(extraction: Extraction, settings: ExtractionSettings, *, years: Mapping[str, Sequence[int]]) -> Years:
    """Count the studies by the year of their first report, for each treatment and for all.

    A study stands in the row of each treatment that its experimental arms name; what has no patients of its own stands
    in a row of its own.

    Args:
        extraction: every row of the forms.
        settings: what the protocol says of treatments.
        years: id of a study to the years of its reports, the earliest first.
    """
    rows: dict[str, list[int]] = {}
    dated = []
    for study in extraction.studies:
        if not (found := years.get(study.study_id)):
            continue
        dated.append(found[0])
        for treatment in _treatments(study, extraction.arms) if study.is_primary else (_SECONDARY,):
            rows.setdefault(treatment, []).append(found[0])
    order = [*settings.modalities, NOT_STATED, _SECONDARY]
    ordered = sorted(rows, key=lambda name: (order.index(name) if name in order else -1, name))
    return Years(
        name="studies-by-year",
        title="Included studies by year of first report and treatment",
        rows=tuple((name, tuple(sorted(rows[name]))) for name in ordered),
        all=tuple(sorted(dated)),
        undated=len(extraction.studies) - len(dated),
    )


def _treatments(study: Study, arms: Sequence[Arm]) -> tuple[str, ...]:
    """Name the treatments of a study, each once, by its experimental arms, or all its arms if none is."""
    own = [arm for arm in arms if arm.study_id == study.study_id]
    tried = [arm for arm in own if arm.role == "experimental"] or own
    return tuple(dict.fromkeys(word for arm in tried for word in arm.modality)) or (NOT_STATED,)


def _treatment(study: Study, arms: Sequence[Arm]) -> str:
    """Name the treatments of a study by its experimental arms, or all its arms if none is."""
    if not study.is_primary:
        return _SECONDARY
    own = [arm for arm in arms if arm.study_id == study.study_id]
    tried = [arm for arm in own if arm.role == "experimental"] or own
    words = dict.fromkeys(" + ".join(arm.modality) for arm in tried if arm.modality)
    return "; ".join(words) or NOT_STATED


def favours(analysis: Analysis, outcome: OutcomeSetting) -> tuple[str, str]:
    """Say what stands left and right below the axis.

    A time that is better long makes a hazard ratio below 1 good, since the hazard is of the event that ends it.
    """
    if analysis.favours:
        return analysis.favours[0], analysis.favours[1]
    if not outcome.better or analysis.measure in {"proportion", "median"}:
        return "", ""
    treated = " or ".join(analysis.arms or analysis.modalities) or "treatment"
    compared = " or ".join(analysis.comparators) or "comparator"
    good_is_low = (outcome.better == "lower") != (analysis.measure == "hazard ratio")
    left, right = (treated, compared) if good_is_low else (compared, treated)
    return f"Favours {left}", f"Favours {right}"


def _base(synthesis: Synthesis, settings: ExtractionSettings) -> Forest:
    """Return the plot without its lines."""
    analysis, scale = synthesis.analysis, synthesis.scale
    return Forest(
        name=f"{analysis.id}-forest",
        title=synthesis.title,
        columns=_columns(synthesis),
        value=scale.name,
        interval=f"{100 * analysis.level:g}% CI",
        groups=(),
        null=scale.null,
        is_ratio=scale.is_ratio,
        percent=wording.is_percent(analysis),
        decimals=wording.decimals(analysis),
        unit=scale.unit,
        lowest=scale.lowest,
        highest=scale.highest,
        favours=favours(analysis, settings.outcome(analysis.outcome)),
    )


def _columns(synthesis: Synthesis) -> tuple[str, ...]:
    """Name the left columns: counts where there are any, else patients where any are known."""
    readings = [one.reading for one in synthesis.selection.contributions]
    if any(reading.compared for reading in readings):
        return "Study", "Treatment\nevents/n", "Comparator\nevents/n"
    if any(reading.treated for reading in readings):
        return "Study", "Events/n"
    return ("Study", "Patients") if any(reading.n for reading in readings) else ("Study",)


def _totals(synthesis: Synthesis, contributions: Sequence[Contribution]) -> tuple[str, ...]:
    """Add up the left columns: events and patients, where every number has them."""
    counts = [one.effect.counts for one in contributions]
    shares = [one for one in counts if isinstance(one, Share)]
    pairs = [one for one in counts if isinstance(one, TwoByTwo)]
    if shares and len(shares) == len(counts):
        return (_total([(one.events, one.n) for one in shares]),)
    if pairs and len(pairs) == len(counts):
        treated = _total([(one.events, one.n) for one in pairs])
        return treated, _total([(one.comparator_events, one.comparator_n) for one in pairs])
    patients = [one.reading.n for one in contributions]
    if len(_columns(synthesis)) == 2 and None not in patients:  # noqa: PLR2004 - studies and their patients
        return (wording.people(sum(n for n in patients if n)),)
    return ()


def _total(counts: Sequence[tuple[float, float]]) -> str:
    return "/".join(wording.people(sum(column)) for column in zip(*counts, strict=True))


def _line(synthesis: Synthesis, one: Contribution, weight: float | None) -> Line:
    reading = one.reading
    patients = "" if reading.n is None else wording.people(reading.n)
    cells = (reading.treated or patients, reading.compared)[: len(_columns(synthesis)) - 1]
    return Line(
        label=one.label, cells=cells, estimate=reading.estimate, low=reading.low, high=reading.high, weight=weight
    )


def _summary(synthesis: Synthesis, label: str, pooled: Pooled) -> Summary:
    scale = synthesis.scale
    middle, low, high = wording.on_scale(scale, pooled.estimate, pooled.interval)
    prediction = pooled.prediction
    is_glmm = synthesis.pooling.model == "GLMM"
    detail = _held(wording.heterogeneity(pooled.heterogeneity, is_glmm=is_glmm))
    if pooled.test.startswith("HKSJ"):
        wald = wording.on_scale(scale, pooled.estimate, pooled.wald)
        detail += f"; Wald interval {wording.interval(synthesis.analysis, wald[1], wald[2])}"
    return Summary(
        label=label,
        estimate=middle,
        low=low,
        high=high,
        prediction=(scale.back(prediction.low), scale.back(prediction.high)) if prediction else None,
        detail=detail,
    )


def _group(synthesis: Synthesis, name: str, result: Pooled | Refusal, lines: Sequence[Line]) -> Group:
    if isinstance(result, Refusal):
        return Group(title=name, lines=tuple(lines), detail=f"{wording.refusal(result)}.")
    weights = [line.weight for line in lines if line.weight is not None]
    summary = replace(
        _summary(synthesis, wording.method(result), result), prediction=None, weight=sum(weights) if weights else None
    )
    return Group(title=name, lines=tuple(lines), summary=summary)


def _difference(synthesis: Synthesis) -> str:
    """Say whether groups differ, with a tau2 for each and with one for all."""
    groups = synthesis.subgroups
    if groups is None or groups.separate is None:
        return ""
    test = groups.separate
    said = f"Between groups: Q {test.statistic:.1f} (df {test.df}), {wording.p_value(test.p)}"
    if groups.common:
        said += f"; with one τ² for all, {wording.p_value(groups.common.p)}"
    return f"{_held(said)}."


def _held(words: str) -> str:
    """Hold names and their values together on one line."""
    return re.sub(r"(?<=[²QPf<]) (?=[\d<])", "\u00a0", words)


def _steps(
    synthesis: Synthesis,
    settings: ExtractionSettings,
    kind: str,
    word: str,
    steps: Sequence[tuple[str, Pooled | Refusal]],
) -> Forest:
    """Show a series of pooled estimates, and name those that could not be made."""
    lines = []
    missing = []
    for label, result in steps:
        if isinstance(result, Refusal):
            missing.append(f"{word.lower()} {label}: {result.reason}")
            continue
        middle, low, high = wording.on_scale(synthesis.scale, result.estimate, result.interval)
        cells = (str(result.k), f"{result.heterogeneity.i2:.0f}%")
        lines.append(Line(label=f"{word} {label}", cells=cells, estimate=middle, low=low, high=high))
    summaries: tuple[Summary, ...] = ()
    if isinstance(synthesis.pooled, Pooled):
        summaries = (replace(_summary(synthesis, "All studies", synthesis.pooled), prediction=None),)
    return replace(
        _base(synthesis, settings),
        name=f"{synthesis.analysis.id}-{kind}",
        title=f"{synthesis.title}, {kind}",
        columns=("Study", "Studies", "I²"),
        groups=(Group(lines=tuple(lines)),),
        summaries=summaries,
        detail=f"Not pooled {'; '.join(missing)}." if missing else "",
    )
