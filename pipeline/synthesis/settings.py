"""What a review may set about its analyses: which numbers are pooled with which, and how."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import Fault, unknown_words
from pipeline.extraction.measures import DESIGNS
from pipeline.extraction.settings import ExtractionSettings
from pipeline.synthesis.counts import EFFECTS
from pipeline.synthesis.effects import Measure, ProportionScale
from pipeline.synthesis.pooling import Prediction, Test
from pipeline.synthesis.scales import RATIOS

ALL = "all"  # the word for "all of the arm" among populations
COLUMNS = ("modality", "population", "design", "primary_site")  # what studies can be grouped by, beside vocabularies

SeveralArms = Literal["combine", "separate", "refuse"]


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """One entry of `synthesis:` in workflow.yaml.

    Attributes:
        id: names its files: small letters, digits, hyphens.
        title: heading; empty for one made of the other settings.
        outcome: an outcome of the protocol.
        measure: what is pooled. Odds ratio, risk ratio and risk difference are also computed from the proportions of
            two arms; mean difference and standardised mean difference from their means.
        modalities: treatments: an arm counts if each of its modalities stands here; empty for any but comparators.
        arms: names of arms that count; empty for any.
        comparators: modalities or names of the arms to compare with; empty for any that the arms form calls one.
        populations: parts of an arm that count, "all" for the whole of it.
        designs: designs of studies that count; empty for any. Reviews and meta-analyses never do.
        timepoint_months: when; empty for numbers without a time.
        assessed_by: whose assessment counts, where studies report several; empty for any.
        criteria: by which criteria, where studies report several (RECIST 1.1); empty for any.
        unit: of medians and differences; empty for months where it is a time, else the one unit that all share.
        overlaps: groups of studies that share patients; of each, the first that has a usable number counts.
        leave_out: study id to the reason why it does not count here, in words.
        several_arms: what happens to several arms of one study that count: their counts (or means) are combined; or
            they stand separately, sharing the patients of a comparator they have in common; or the study is left out.
        scale: on which proportions are pooled by inverse variance.
        model: empty for the binomial-normal model (GLMM) of proportions and random effects of everything else.
        method: of estimating the variance between studies.
        test: of the interval of a pooled estimate.
        prediction: t with k - 2 or k - 1 degrees of freedom, normal, or none.
        level: of every interval.
        subgroup: what groups are made by: modality, population, design, primary_site or a vocabulary of the protocol.
        moderator: number that effects are regressed on: year, n, or a column of your own in the studies form.
        cumulate: True to pool the studies one after the other by year.
        favours: what stands below the axis, left and right; empty for what the outcome's `better` says.
    """

    id: str
    outcome: str
    measure: Measure
    title: str = ""
    modalities: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    comparators: tuple[str, ...] = ()
    populations: tuple[str, ...] = (ALL,)
    designs: tuple[str, ...] = ()
    timepoint_months: float | None = None
    assessed_by: str = ""
    criteria: str = ""
    unit: str = ""
    overlaps: tuple[tuple[str, ...], ...] = ()
    leave_out: dict[str, str] = field(default_factory=dict)
    several_arms: SeveralArms = "combine"
    scale: ProportionScale = "logit"
    model: Literal["", "random", "common", "Mantel-Haenszel", "Peto", "GLMM"] = ""
    method: Literal["REML", "PM", "DL"] = "REML"
    test: Test = "HKSJ"
    prediction: Prediction = "k-2"
    level: float = 0.95
    subgroup: str = ""
    moderator: str = ""
    cumulate: bool = False
    favours: tuple[str, ...] = ()


def check(analyses: Sequence[Analysis], extraction: ExtractionSettings) -> tuple[Fault, ...]:
    """List what types cannot say about these settings; `column` of each fault is the path of the key."""
    faults = [
        Fault(what=f"{times} analyses are called {name!r}", column="synthesis", remedy="Give each an id of its own.")
        for name, times in Counter(analysis.id for analysis in analyses).items()
        if times > 1
    ]
    for place, analysis in enumerate(analyses):
        path = f"synthesis.{place}"
        faults.extend(_check_words(path, analysis, extraction))
        faults.extend(_check_model(path, analysis))
    return tuple(faults)


def _check_words(path: str, analysis: Analysis, extraction: ExtractionSettings) -> Iterator[Fault]:
    if not analysis.id or set(analysis.id) - set("abcdefghijklmnopqrstuvwxyz0123456789-"):
        what = f"{analysis.id!r} cannot name a file"
        yield Fault(what=what, column=f"{path}.id", accepted="small letters, digits and hyphens")
    columns = (*COLUMNS, *(vocabulary.column for vocabulary in extraction.terms))
    for key, words, accepted in (
        ("outcome", [analysis.outcome], [outcome.name for outcome in extraction.outcomes]),
        ("modalities", analysis.modalities, extraction.modalities),
        ("populations", analysis.populations, extraction.populations and (ALL, *extraction.populations)),
        ("designs", analysis.designs, [name for name, has_patients in DESIGNS.items() if has_patients]),
        ("subgroup", [analysis.subgroup] if analysis.subgroup else [], columns),
    ):
        if accepted:  # else the protocol takes any word
            yield from unknown_words(f"{path}.{key}", words, accepted)
    for at, group in enumerate(analysis.overlaps):
        if len(group) < 2:  # noqa: PLR2004 - one study overlaps with nothing
            what, remedy = f"{list(group)!r} is no group of studies", "Name two or more, the one that counts first."
            yield Fault(what=what, column=f"{path}.overlaps.{at}", remedy=remedy)
    if analysis.favours and len(analysis.favours) != 2:  # noqa: PLR2004 - left and right
        what = f"{len(analysis.favours)} words cannot stand left and right of the axis"
        yield Fault(what=what, column=f"{path}.favours", accepted="two: left, right")


def _check_model(path: str, analysis: Analysis) -> Iterator[Fault]:
    model, measure = analysis.model, analysis.measure
    fits = {
        "GLMM": ("proportion",),
        "Peto": ("odds ratio",),
        "Mantel-Haenszel": tuple(EFFECTS),
    }.get(model)
    if fits and measure not in fits:
        what = f"the model {model!r} does not fit the measure {measure!r}"
        yield Fault(what=what, column=f"{path}.model", accepted=f"{model} for {', '.join(fits)}")
    if analysis.scale != "logit" and (measure != "proportion" or model in {"", "GLMM"}):
        what = f"the scale {analysis.scale!r} would not be used"
        remedy = "Set model to random or common, with measure proportion, or leave scale out."
        yield Fault(what=what, column=f"{path}.scale", remedy=remedy)
    if not 0.5 <= analysis.level < 1:  # noqa: PLR2004 - an interval that is more likely wrong than right
        what = f"{analysis.level:g} is no level of confidence"
        yield Fault(what=what, column=f"{path}.level", accepted="0.5 up to, not including, 1: 0.95")
    if analysis.unit and (measure == "proportion" or measure in RATIOS):
        yield Fault(what=f"the measure {measure!r} has no unit", column=f"{path}.unit", remedy="Leave it out.")
    if analysis.comparators and measure in {"proportion", "median"}:
        what = f"the measure {measure!r} compares nothing"
        yield Fault(what=what, column=f"{path}.comparators", remedy="Leave it out, or choose a measure that compares.")
