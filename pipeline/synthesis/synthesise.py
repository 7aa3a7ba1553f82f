"""One analysis from rows to results: what was pooled and how, what would change it, and what was refused."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.errors import did_you_mean
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.settings import ExtractionSettings
from pipeline.synthesis import asymmetry
from pipeline.synthesis.arms import Contribution
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import Pooled
from pipeline.synthesis.regression import Regression, regress
from pipeline.synthesis.scales import Scale, scale_of
from pipeline.synthesis.selection import Selection, select
from pipeline.synthesis.sensitivity import Pooling, Subgroups, by_group, cumulate, leave_one_out
from pipeline.synthesis.settings import Analysis

# Studies that a regression on one covariate and a test of a funnel's asymmetry need.
# Source: Cochrane Handbook 6.5, sections 10.11.5.1 and 13.3.5.4.
TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """What small studies say against large ones; each test, or why it was not made."""

    egger: asymmetry.Egger | Refusal
    begg: asymmetry.Begg | Refusal
    filled: asymmetry.Filled | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """One analysis, done.

    Attributes:
        analysis: what was asked.
        title: its heading.
        selection: which rows were pooled, and why the others were not.
        scale: how its effects are read.
        pooling: how effects were pooled.
        pooled: the result, or why there is none.
        others: the same effects pooled in other usual ways, by name.
        subgroups: None if none were asked for.
        left_out: the result without each contribution in turn.
        cumulated: the result after each further study by year; empty if not asked for.
        regression: on the moderator; None if none was asked for.
        asymmetry: tests of the funnel.
        notes: of the analysis, whole sentences; those of its numbers stand with these.
    """

    analysis: Analysis
    title: str
    selection: Selection
    scale: Scale
    pooling: Pooling
    pooled: Pooled | Refusal
    others: tuple[tuple[str, Pooled | Refusal], ...]
    subgroups: Subgroups | None
    left_out: tuple[tuple[str, Pooled | Refusal], ...]
    cumulated: tuple[tuple[str, Pooled | Refusal], ...]
    regression: Regression | Refusal | None
    asymmetry: Asymmetry
    notes: tuple[str, ...]

    @property
    def studies(self) -> tuple[str, ...]:
        """List the ids of the studies that were pooled; none if nothing was."""
        if isinstance(self.pooled, Refusal):
            return ()
        return tuple(dict.fromkeys(one.study_id for one in self.selection.contributions))


def synthesise(
    analysis: Analysis,
    extraction: Extraction,
    settings: ExtractionSettings,
    *,
    years: Mapping[str, Sequence[int]] | None = None,
    included: Collection[str] | None = None,
) -> Synthesis:
    """Do one analysis.

    Args:
        analysis: what is to be pooled.
        extraction: every row of the forms.
        settings: what the protocol says of outcomes.
        years: id of a study to the years of its reports; the first is the year of the study.
        included: ids of the included citations and of their records; None if nobody screens.
    """
    in_time = settings.outcome(analysis.outcome).kind == "time to event"
    pooling = pooling_of(analysis, in_time=in_time)
    selection = select(analysis, extraction, settings, years=years, included=included)
    contributions = selection.contributions
    effects = [one.effect for one in contributions]
    sizes = [one.reading.n for one in contributions if one.reading.n]
    labels = [one.label for one in contributions]
    unit = analysis.unit or next((row.unit for one in contributions for row in one.rows), "")
    if analysis.measure == "median" and in_time:
        unit = analysis.unit or "months"
    dated = [one for one in contributions if one.year is not None] if analysis.cumulate else []
    return Synthesis(
        analysis=analysis,
        title=analysis.title or title_of(analysis),
        selection=selection,
        scale=scale_of(analysis.measure, proportion_scale=analysis.scale, sizes=sizes or [1.0], unit=unit),
        pooling=pooling,
        pooled=pooling.of(effects),
        others=tuple((name, other.of(effects)) for name, other in _other_ways(pooling)),
        subgroups=by_group(effects, [one.group for one in contributions], pooling) if analysis.subgroup else None,
        left_out=tuple(zip(labels, leave_one_out(effects, pooling), strict=True)),
        cumulated=tuple(
            zip([one.label for one in dated], cumulate([one.effect for one in dated], pooling), strict=True)
        ),
        regression=_regress(analysis, contributions, pooling),
        asymmetry=_asymmetry(effects, analysis.level),
        notes=(*_unknown(analysis, extraction), *_undated(analysis, contributions)),
    )


def years(extraction: Extraction, year_of: Callable[[str], int | None]) -> Mapping[str, Sequence[int]]:
    """Map each study to the years of its reports, the earliest first; `year_of` a report is None if nobody knows it."""
    return {
        study.study_id: sorted({year for report in study.reports if (year := year_of(report)) is not None})
        for study in extraction.studies
    }


def pooling_of(analysis: Analysis, *, in_time: bool) -> Pooling:
    """Say how an analysis pools: proportions of patients by GLMM, all else by random effects, unless it says otherwise.

    Source: Schwarzer et al. 2019, doi 10.1002/jrsm.1348, on proportions.
    """
    model = analysis.model or ("GLMM" if analysis.measure == "proportion" and not in_time else "random")
    return Pooling(
        model=model,
        measure=analysis.measure,
        method=analysis.method,
        test=analysis.test,
        prediction=analysis.prediction,
        level=analysis.level,
    )


def title_of(analysis: Analysis) -> str:
    """Make a heading of the settings."""
    parts = [f"{analysis.outcome[:1].upper()}{analysis.outcome[1:]}"]
    if analysis.timepoint_months is not None:
        parts.append(f"at {analysis.timepoint_months:g} months")
    treatments = analysis.arms or analysis.modalities
    if treatments:
        parts.append(f"under {' or '.join(treatments)}")
    if analysis.comparators:
        parts.append(f"against {' or '.join(analysis.comparators)}")
    return f"{' '.join(parts)}: {analysis.measure}"


def _other_ways(pooling: Pooling) -> list[tuple[str, Pooling]]:
    """List the other usual ways to pool the same effects."""
    random = replace(pooling, model="random", test="HKSJ" if pooling.test == "Wald" else pooling.test)
    common = ("Common effect by inverse variance", replace(pooling, model="common"))
    if pooling.model == "random":
        other_test = replace(pooling, test="HKSJ" if pooling.test == "Wald" else "Wald")
        return [(f"Random effects, {other_test.test} interval", other_test), common]
    if pooling.model in {"GLMM", "common"}:
        return [("Random effects by inverse variance", random)]
    return [("Random effects by inverse variance", random), common]


def _regress(
    analysis: Analysis, contributions: Sequence[Contribution], pooling: Pooling
) -> Regression | Refusal | None:
    if not analysis.moderator:
        return None
    known = [one for one in contributions if one.moderator is not None]
    if len(known) < TEN:
        without = len(contributions) - len(known)
        reason = f"meta-regression needs {TEN} studies, and there are {len(known)}"
        return Refusal("too-few", reason + (f"; {without} more have no {analysis.moderator}" if without else ""))
    return regress(
        [one.effect for one in known],
        [one.moderator for one in known if one.moderator is not None],
        name=analysis.moderator,
        method=pooling.method,
        test=pooling.test,
        level=pooling.level,
    )


def _asymmetry(effects: Sequence[Effect], level: float) -> Asymmetry:
    if len(effects) < TEN:
        refusal = Refusal("too-few", f"tests of a funnel need {TEN} studies, and there are {len(effects)}")
        return Asymmetry(egger=refusal, begg=refusal, filled=refusal)
    return Asymmetry(
        egger=asymmetry.egger(effects, level=level),
        begg=asymmetry.begg(effects),
        filled=asymmetry.trim_and_fill(effects, level=level),
    )


def _unknown(analysis: Analysis, extraction: Extraction) -> Iterator[str]:
    """Say which names of the analysis stand in no form."""
    studies = {study.study_id for study in extraction.studies}
    arms = {arm.arm for arm in extraction.arms}
    treatments = arms | {word for arm in extraction.arms for word in arm.modality}
    overlaps = [name for group in analysis.overlaps for name in group]
    for key, names, known in (
        ("leave_out", list(analysis.leave_out), studies),
        ("overlaps", overlaps, studies),
        ("arms", analysis.arms, arms),
        ("modalities", analysis.modalities, treatments),
        ("comparators", analysis.comparators, treatments),
    ):
        for name in names:
            if name not in known:
                remedy = did_you_mean(name, sorted(known))
                yield f"{key} names {name!r}, which stands in no form. {remedy}".rstrip()


def _undated(analysis: Analysis, contributions: Sequence[Contribution]) -> Iterator[str]:
    undated = [one.label for one in contributions if one.year is None]
    if analysis.cumulate and undated:
        yield f"Not cumulated, since their year is not known: {', '.join(undated)}."
