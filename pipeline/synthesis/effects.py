"""From what a paper prints to an effect and its variance, on the scale on which effects are pooled.

Ratios are pooled as logarithms, differences as they are, proportions as logits unless another scale is asked for. What
cannot be turned into an effect is a `Refusal` that says why.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.synthesis.distributions import normal_quantile, normal_z

FEW_PATIENTS = 50  # below this many, the error of a median from its interval is biased. Source: McGrath 2025, abstract

# As the extraction forms call them.
Measure = Literal[
    "hazard ratio",
    "odds ratio",
    "risk ratio",
    "risk difference",
    "mean difference",
    "standardised mean difference",
    "proportion",
    "median",
]
ProportionScale = Literal["logit", "arcsine", "raw", "freeman-tukey"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not pooled: the rule that says so (a key of `RULES`) and this case in words."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean, standard deviation and patients of one arm."""

    mean: float
    sd: float
    n: float


@dataclass(frozen=True, slots=True)
class Share:
    """Events among the patients of one arm."""

    events: float
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """Events and patients of a treated and a comparator arm."""

    events: float
    n: float
    comparator_events: float
    comparator_n: float

    @property
    def cells(self) -> tuple[float, float, float, float]:
        """Return events and non-events, treated before comparator: a, b, c, d."""
        a, c = self.events, self.comparator_events
        return a, self.n - a, c, self.comparator_n - c

    @property
    def fault(self) -> Refusal | None:
        """Say what cannot be in this table."""
        if min(self.cells) < 0 or min(self.n, self.comparator_n) <= 0:
            shown = f"{self.events:g}/{self.n:g} against {self.comparator_events:g}/{self.comparator_n:g}"
            return Refusal("bad-figures", f"events must lie between 0 and n: {shown}")
        return None


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: its value and sampling variance on the scale on which it is pooled.

    Attributes:
        value: the effect.
        variance: above 0.
        notes: what was done to get it, whole sentences.
        counts: the counts it was made of, for models that pool those; None if it was not made of counts.
    """

    value: float
    variance: float
    notes: tuple[str, ...] = ()
    counts: TwoByTwo | Share | None = None

    @property
    def error(self) -> float:
        """Return the standard error."""
        return math.sqrt(self.variance)


# Every rule by which something is refused, and where it stands.
RULES: Mapping[str, str] = {
    "other-treatment": "The analysis asks for another treatment, or for this one alone.",
    "other-comparator": "The analysis asks for another comparator.",
    "no-comparator": "A ratio or a difference without a comparator says nothing. Cochrane Handbook 6.5, 3.2.3.",
    "other-population": "The analysis asks for another part of the patients.",
    "other-design": "The analysis asks for other designs.",
    "other-assessment": "The analysis asks for another assessor or other criteria.",
    "not-included": "Only studies with an included report are pooled.",
    "meta-analysis": "A meta-analysis never stands among studies: its patients would count twice. Handbook 6.5, 5.2.1.",
    "left-out-by-hand": "A person left the study out, and said why.",
    "other-measure": "Another measure is another quantity. Cochrane Handbook 6.5, 6.1.",
    "other-time": "The analysis asks for another time point. Cochrane Handbook 6.5, chapter 9.",
    "other-unit": "The number stands in a unit that is not converted.",
    "other-source": "Another row states the same number and counts. Cochrane Handbook 6.5, 5.2.1.",
    "no-preference": "Sources disagree on one number, and none is marked as preferred.",
    "several-numbers": "One arm has several numbers, and the analysis does not say which counts. Handbook 6.5, 6.2.4.",
    "shared-arm": "Comparisons that share an arm count its patients twice. Cochrane Handbook 6.5, 23.3.4.",
    "overlap": "Cohorts that share patients are not independent. Cochrane Handbook 6.5, 5.2.1 and 6.2.",
    "not-reported": "The source does not give a number.",
    "not-exact": "The source gives only a bound or a round number.",
    "bad-figures": "The figures contradict each other or cannot be: an estimate outside its interval, events above n.",
    "censored": "A survival rate is a Kaplan-Meier estimate: its error comes from its interval, not from n events.",
    "no-interval": "Without an interval, a p-value or counts there is no standard error. Cochrane Handbook 6.5, 6.3.",
    "no-counts": "The model pools counts of events and patients, and they are not reported.",
    "no-events": "No events, or only events, in both arms say nothing of a ratio. Cochrane Handbook 6.5, 10.4.4.2.",
    "no-covariate": "The covariate is not known, or does not differ between studies.",
    "no-estimate": "The likelihood of the model has no peak for these figures.",
    "too-few": "One study alone is no meta-analysis; regression and funnel tests need ten. Handbook 6.5, 10.11.5.1.",
}


# Rules by which a row speaks of something else than the analysis asks for: no fault of the row.
ELSEWHERE = frozenset(f"other-{what}" for what in ("treatment", "comparator", "population", "design", "assessment"))


def log_ratio_from_interval(ratio: float, low: float, high: float, *, level: float = 0.95) -> Effect | Refusal:
    """Take the logarithm of a hazard ratio, odds ratio or risk ratio, and its error from the confidence interval.

    The printed estimate is kept even where it is not the middle of its interval; the extraction rules warn of that.

    Source: Parmar, Torri and Stewart 1998, Statistics in Medicine 17:2815, equation 7; Tierney et al. 2007, Trials
    8:16, doi 10.1186/1745-6215-8-16; Cochrane Handbook 6.5, section 6.3.2.
    """
    if not 0 < low < high or not low <= ratio <= high:
        return Refusal("bad-figures", f"{ratio:g} with an interval of {low:g} to {high:g} cannot be a ratio")
    return Effect(math.log(ratio), (math.log(high / low) / (2 * normal_quantile(level))) ** 2)


def log_ratio_from_p(ratio: float, p: float, *, is_bound: bool = False) -> Effect | Refusal:
    """Take the logarithm of a ratio, and its error from the two-sided p-value of the test that it is 1.

    Args:
        ratio: a hazard ratio, odds ratio or risk ratio.
        p: two-sided.
        is_bound: only "p < 0.01" is printed; taking p = 0.01 overstates the error, and a note says so.

    Source: Parmar, Torri and Stewart 1998, equations 9 and 10; Cochrane Handbook 6.5, sections 6.3.2 and 6.5.2.3.
    """
    if ratio <= 0 or ratio == 1 or not 0 < p < 1:
        return Refusal("bad-figures", f"a ratio of {ratio:g} with p = {p:g} gives no standard error")
    value = math.log(ratio)
    error = abs(value) / normal_z(p)
    notes = (f"Only p < {p:g} is given; taken as p = {p:g}, which widens the interval.",) if is_bound else ()
    return Effect(value, error**2, notes)


def log_ratio_from_log_rank(o_minus_e: float, variance: float) -> Effect | Refusal:
    """Take the log hazard ratio from a log-rank test: observed minus expected events over their variance.

    Args:
        o_minus_e: of the treated arm.
        variance: V, that of the difference; the log hazard ratio has 1 / V.

    Source: Yusuf et al. 1985, Progress in Cardiovascular Diseases 27:335; Parmar, Torri and Stewart 1998, equations 1
    to 3; Tierney et al. 2007, Trials 8:16, doi 10.1186/1745-6215-8-16; Cochrane Handbook 6.5, section 6.8.2.
    """
    if variance <= 0:
        return Refusal("bad-figures", f"observed minus expected of {o_minus_e:g} with a variance of {variance:g}")
    notes = (f"Log hazard ratio of the log-rank test: O-E {o_minus_e:g} over V {variance:g}.",)
    return Effect(o_minus_e / variance, 1 / variance, notes)


def difference_from_interval(value: float, low: float, high: float, *, level: float = 0.95) -> Effect | Refusal:
    """Take a difference as it is, and its error from the width of the confidence interval.

    Source: Cochrane Handbook 6.5, section 6.3.1.
    """
    if not low < high or not low <= value <= high:
        return Refusal("bad-figures", f"{value:g} does not lie in its interval of {low:g} to {high:g}")
    return Effect(value, ((high - low) / (2 * normal_quantile(level))) ** 2)


def rate_from_interval(rate: float, low: float, high: float, *, level: float = 0.95) -> Effect | Refusal:
    """Take the logit of a survival rate, and its error from the confidence interval.

    A rate at a time is a Kaplan-Meier estimate: patients whose follow-up ended earlier count in part, and the number of
    patients gives neither events nor error.

    Source: Combescure, Foucher and Jackson 2014, Statistics in Medicine 33:2521, doi 10.1002/sim.6111; Cochrane
    Handbook 6.5, section 6.3.2 (errors from intervals on the scale of analysis).
    """
    if not 0 < low < high < 1 or not low <= rate <= high:
        return Refusal("bad-figures", f"{rate:g} with an interval of {low:g} to {high:g} has no logit")
    ends = [math.log(part / (1 - part)) for part in (low, rate, high)]
    return Effect(ends[1], ((ends[2] - ends[0]) / (2 * normal_quantile(level))) ** 2)


def median_from_interval(
    median: float, low: float, high: float, *, n: float | None = None, level: float = 0.95
) -> Effect | Refusal:
    """Take a median survival time as it is, and its error from the width of the confidence interval.

    A note says where the study is so small that the error is known to be biased.

    Source: McGrath et al. 2025, Meta-analysis of median survival times with inverse-variance weighting,
    arXiv:2503.03065.
    """
    effect = difference_from_interval(median, low, high, level=level)
    if isinstance(effect, Refusal) or n is None or n >= FEW_PATIENTS:
        return effect
    return Effect(effect.value, effect.variance, (f"With {n:g} patients the error of a median is rough.",))


def log_odds_ratio(table: TwoByTwo) -> Effect | Refusal:
    """Take the log odds ratio of a two by two table.

    Where a cell is 0, half a patient is added to all four; without an event (or a non-event) in either arm, the table
    says nothing.

    Source: Woolf 1955, Annals of Human Genetics 19:251; Cochrane Handbook 6.5, sections 10.4.4.1 and 10.4.4.2.
    """
    if refusal := _uninformative(table):
        return refusal
    (a, b, c, d), notes = _corrected(table)
    return Effect(math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d, notes, table)


def log_risk_ratio(table: TwoByTwo) -> Effect | Refusal:
    """Take the log risk ratio of a two by two table; zeros as for the odds ratio.

    Source: Katz et al. 1978, Biometrics 34:469; Cochrane Handbook 6.5, sections 10.4.4.1 and 10.4.4.2.
    """
    if refusal := _uninformative(table):
        return refusal
    (a, b, c, d), notes = _corrected(table)
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return Effect(math.log(a / (a + b) * (c + d) / c), variance, notes, table)


def risk_difference(table: TwoByTwo) -> Effect | Refusal:
    """Take the risk difference of a two by two table; where a cell is 0, half a patient is added to all four.

    Source: Cochrane Handbook 6.5, sections 6.4.1 and 10.4.4.1.
    """
    if table.fault:
        return table.fault
    (a, b, c, d), notes = _corrected(table)
    return Effect(a / (a + b) - c / (c + d), a * b / (a + b) ** 3 + c * d / (c + d) ** 3, notes, table)


def mean_difference(treated: Mean, comparator: Mean) -> Effect | Refusal:
    """Take the difference of two means.

    Source: Cochrane Handbook 6.5, section 6.5.1.1.
    """
    if min(treated.sd, comparator.sd) <= 0 or min(treated.n, comparator.n) < 1:
        return Refusal("bad-figures", "a mean difference needs standard deviations above 0 and patients in both arms")
    return Effect(treated.mean - comparator.mean, treated.sd**2 / treated.n + comparator.sd**2 / comparator.n)


def standardised_mean_difference(treated: Mean, comparator: Mean) -> Effect | Refusal:
    """Take Hedges' g: the difference of two means in pooled standard deviations, with the exact small-sample factor.

    Source: Hedges 1981, Journal of Educational Statistics 6:107, doi 10.3102/10769986006002107 (factor);
    Hedges and Olkin 1985, chapter 5, equation 8 (variance).
    """
    n1, n2 = treated.n, comparator.n
    df = n1 + n2 - 2
    if min(treated.sd, comparator.sd) <= 0 or min(n1, n2) < 1 or df <= 1:
        return Refusal("bad-figures", "Hedges' g needs standard deviations above 0 and at least four patients")
    pooled = math.sqrt(((n1 - 1) * treated.sd**2 + (n2 - 1) * comparator.sd**2) / df)
    factor = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    g = factor * (treated.mean - comparator.mean) / pooled
    return Effect(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def proportion(events: float, n: float, scale: ProportionScale = "logit") -> Effect | Refusal:
    """Take a proportion on the scale on which it is to be pooled.

    On the logit and raw scales, half a patient is added to the events and to the others where either is 0.

    Source: Warton and Hui 2011, Ecology 92:3 (logit); Rucker et al. 2009, Statistics in Medicine 28:721 (arcsine);
    Freeman and Tukey 1950, Annals of Mathematical Statistics 21:607, as halved by Viechtbauer 2010; Schwarzer et al.
    2019, Research Synthesis Methods 10:476, doi 10.1002/jrsm.1348, on why Freeman-Tukey misleads.
    """
    if n <= 0 or not 0 <= events <= n:
        return Refusal("bad-figures", f"events must lie between 0 and n: {events:g}/{n:g}")
    counts = Share(events, n)
    if scale == "arcsine":
        return Effect(math.asin(math.sqrt(events / n)), 1 / (4 * n), counts=counts)
    if scale == "freeman-tukey":
        return Effect(freeman_tukey(events, n), 1 / (4 * n + 2), counts=counts)
    x, others, corrected = events, n - events, min(events, n - events) == 0
    if corrected:
        x, others = x + 0.5, others + 0.5
    notes = (_HALF,) if corrected else ()
    if scale == "raw":
        return Effect(x / (x + others), x * others / (x + others) ** 3, notes, counts)
    return Effect(math.log(x / others), 1 / x + 1 / others, notes, counts)


def freeman_tukey(events: float, n: float) -> float:
    """Turn events of `n` patients into half their double arcsine."""
    return (math.asin(math.sqrt(events / (n + 1))) + math.asin(math.sqrt((events + 1) / (n + 1)))) / 2


_HALF = "A cell is 0: half a patient is added to each."


def _uninformative(table: TwoByTwo) -> Refusal | None:
    a, b, c, d = table.cells
    if table.fault or not (a == c == 0 or b == d == 0):
        return table.fault
    what = "no events" if a == 0 else "nothing but events"
    return Refusal("no-events", f"{what} in both arms ({a:g}/{table.n:g} and {c:g}/{table.comparator_n:g})")


def _corrected(table: TwoByTwo) -> tuple[tuple[float, float, float, float], tuple[str, ...]]:
    a, b, c, d = table.cells
    if min(table.cells) > 0:
        return table.cells, ()
    return (a + 0.5, b + 0.5, c + 0.5, d + 0.5), (_HALF,)
