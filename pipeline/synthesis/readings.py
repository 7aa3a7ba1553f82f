"""From a row of the outcomes form to an effect: which of its cells give a number, and what is refused.

A study's numbers come as a comparison (a hazard ratio with its interval) or as arms (events of patients, means), from
which comparisons are computed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.extraction.cells import p_number
from pipeline.extraction.measures import MONTHS, REPORTED
from pipeline.extraction.outcomes import Outcome
from pipeline.synthesis import effects, wording
from pipeline.synthesis.counts import EFFECTS
from pipeline.synthesis.distributions import clopper_pearson, normal_quantile
from pipeline.synthesis.effects import Effect, Mean, Measure, ProportionScale, Refusal, Share, TwoByTwo
from pipeline.synthesis.scales import RATIOS, Back, exponential

# What arms must report for a comparison to be computed from them.
BASIS: Mapping[Measure, str] = {
    **dict.fromkeys(EFFECTS, "proportion"),
    "mean difference": "mean",
    "standardised mean difference": "mean",
}
_MEANS: Mapping[Measure, Callable[[Mean, Mean], Effect | Refusal]] = {
    "mean difference": effects.mean_difference,
    "standardised mean difference": effects.standardised_mean_difference,
}
_LEVEL = 95  # per cent, where a form gives an interval without saying of what level


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An effect and how a plot shows it, on the scale on which people read it.

    Attributes:
        effect: what is pooled.
        estimate: as printed or observed; low and high are its interval.
        n: patients; None if not reported.
        treated: what the treated arm shows: "12/45"; empty if it does not.
        compared: the same of the comparator.
    """

    effect: Effect
    estimate: float
    low: float
    high: float
    n: float | None = None
    treated: str = ""
    compared: str = ""


def read_comparison(row: Outcome) -> Reading | Refusal:
    """Read a ratio or a difference that a source states.

    The error comes from its interval; without one from the log-rank test, which then gives the ratio, too; without that
    from the p-value.

    Source: Tierney et al. 2007, Trials 8:16, on the order: what is stated before what is derived from a p-value.
    """
    level, notes = _level(row)
    whole = row.value_status == REPORTED and None not in {row.value, row.ci_low, row.ci_high}
    if row.o_minus_e is not None and row.o_minus_e_variance is not None and not whole:
        tested = effects.log_ratio_from_log_rank(float(row.o_minus_e), float(row.o_minus_e_variance))
        n = None if row.n is None else float(row.n)
        return tested if isinstance(tested, Refusal) else _around(tested, exponential, level, n=n)
    value = _number(row)
    if isinstance(value, Refusal):
        return value
    percent = 100 if row.measure == "risk difference" else 1
    n = None if row.n is None else float(row.n)
    if row.ci_low is not None and row.ci_high is not None:
        low, high = float(row.ci_low) / percent, float(row.ci_high) / percent
        from_interval = effects.log_ratio_from_interval if row.measure in RATIOS else effects.difference_from_interval
        effect = from_interval(value / percent, low, high, level=level)
        if isinstance(effect, Refusal):
            return effect
        return Reading(effect=_noted(effect, notes), estimate=value / percent, low=low, high=high, n=n)
    p = p_number(row.p_value)
    if row.measure in RATIOS and p is not None and not row.p_value.startswith((">", "≥")):
        effect = effects.log_ratio_from_p(value, float(p), is_bound=row.p_value.startswith(("<", "≤")))
        if isinstance(effect, Refusal):
            return effect
        return _around(effect, exponential, level, n=n)
    return Refusal("no-interval", f"{value:g} without an interval, and no p-value that gives one")


def read_median(row: Outcome, unit: str) -> Reading | Refusal:
    """Read a median with its interval, in `unit`: the row's own, or both are units of time."""
    value = _number(row)
    if isinstance(value, Refusal):
        return value
    if row.ci_low is None or row.ci_high is None:
        return Refusal("no-interval", f"{value:g} without an interval")
    factor = 1.0 if row.unit == unit else MONTHS[row.unit] / MONTHS[unit]
    level, notes = _level(row)
    numbers = [float(number) * factor for number in (row.value, row.ci_low, row.ci_high) if number is not None]
    n = None if row.n is None else float(row.n)
    effect = effects.median_from_interval(*numbers, n=n, level=level)
    if isinstance(effect, Refusal):
        return effect
    if factor != 1:
        notes += (f"Converted from {row.unit} to {unit}.",)
    estimate, low, high = numbers
    return Reading(effect=_noted(effect, notes), estimate=estimate, low=low, high=high, n=n)


def read_rate(row: Outcome) -> Reading | Refusal:
    """Read a survival rate at a time, in per cent, with its interval."""
    value = _number(row)
    if isinstance(value, Refusal):
        return value
    if row.ci_low is None or row.ci_high is None:
        return Refusal("censored", f"a survival rate of {value:g}% without an interval")
    level, notes = _level(row)
    rate, low, high = value / 100, float(row.ci_low) / 100, float(row.ci_high) / 100
    effect = effects.rate_from_interval(rate, low, high, level=level)
    if isinstance(effect, Refusal):
        return effect
    n = None if row.n is None else float(row.n)
    return Reading(effect=_noted(effect, notes), estimate=rate, low=low, high=high, n=n)


def read_share(row: Outcome) -> tuple[Share, tuple[str, ...]] | Refusal:
    """Read events and patients of an arm; a percentage of n patients gives the events if it fits a whole number."""
    if row.n is None:
        return Refusal("no-counts", "the number of patients is not reported")
    if row.events is not None:
        return Share(float(row.events), float(row.n)), ()
    value = _number(row)
    if isinstance(value, Refusal):
        return value
    percent = row.value if row.value is not None else Decimal()
    half = Decimal(1).scaleb(int(percent.as_tuple().exponent)) / 2
    least, most = (math.ceil((percent - half) * row.n / 100), math.floor((percent + half) * row.n / 100))
    events = round(value * row.n / 100)
    if least > most:
        return Refusal("bad-figures", f"{percent}% of {row.n} patients is no whole number of patients")
    alike = "" if least == most else f" ({max(least, 0)} to {min(most, row.n)} round alike)"
    return Share(float(events), float(row.n)), (f"{events} events computed from {percent}% of {row.n}{alike}.",)


def read_mean(row: Outcome) -> tuple[Mean, tuple[str, ...]] | Refusal:
    """Read a mean with its standard deviation or standard error."""
    value = _number(row)
    if isinstance(value, Refusal):
        return value
    if row.n is None:
        return Refusal("no-counts", "the number of patients is not reported")
    if row.range_kind == "standard deviation" and row.range_high is not None:
        return Mean(value, float(row.range_high), row.n), ()
    if row.range_kind == "standard error" and row.range_high is not None:
        return Mean(value, float(row.range_high) * math.sqrt(row.n), row.n), ()
    return Refusal("no-interval", f"a mean of {value:g} without a standard deviation")


def of_share(share: Share, scale: ProportionScale, level: float, notes: Sequence[str]) -> Reading | Refusal:
    """Make the reading of one proportion; its own interval is exact, whatever the scale."""
    effect = effects.proportion(share.events, share.n, scale)
    if isinstance(effect, Refusal):
        return effect
    low, high = clopper_pearson(share.events, share.n, level)
    return Reading(
        effect=_noted(effect, notes),
        estimate=share.events / share.n,
        low=low,
        high=high,
        n=share.n,
        treated=_shown(share),
    )


def of_table(
    treated: Share, compared: Share, measure: Measure, level: float, notes: Sequence[str]
) -> Reading | Refusal:
    """Make the reading of a comparison of two proportions."""
    table = TwoByTwo(events=treated.events, n=treated.n, comparator_events=compared.events, comparator_n=compared.n)
    effect = EFFECTS[measure](table)
    if isinstance(effect, Refusal):
        return effect
    back = exponential if measure in RATIOS else float
    return _around(
        _noted(effect, notes),
        back,
        level,
        n=treated.n + compared.n,
        treated=_shown(treated),
        compared=_shown(compared),
    )


def of_means(treated: Mean, compared: Mean, measure: Measure, level: float, notes: Sequence[str]) -> Reading | Refusal:
    """Make the reading of a comparison of two means."""
    effect = _MEANS[measure](treated, compared)
    if isinstance(effect, Refusal):
        return effect
    return _around(_noted(effect, notes), float, level, n=treated.n + compared.n)


def together_shares(shares: Sequence[Share]) -> Share:
    """Combine arms into one. Source: Cochrane Handbook 6.5, section 23.3.4."""
    return Share(math.fsum(share.events for share in shares), math.fsum(share.n for share in shares))


def together_means(means: Sequence[Mean]) -> Mean:
    """Combine arms into one as if nobody had divided them. Source: Cochrane Handbook 6.5, section 6.5.2.10."""
    if len(means) == 1:
        return means[0]
    n = math.fsum(arm.n for arm in means)
    mean = math.fsum(arm.n * arm.mean for arm in means) / n
    square = math.fsum((arm.n - 1) * arm.sd**2 + arm.n * (arm.mean - mean) ** 2 for arm in means)
    return Mean(mean, math.sqrt(square / (n - 1)), n)


def divide_share(share: Share, parts: int) -> Share:
    """Share the patients of a comparator out among several comparisons. Source: Handbook 6.5, section 23.3.4."""
    return Share(share.events / parts, share.n / parts)


def divide_mean(arm: Mean, parts: int) -> Mean:
    """Share the patients of a comparator out among several comparisons. Source: Handbook 6.5, section 23.3.4."""
    return Mean(arm.mean, arm.sd, arm.n / parts)


def _number(row: Outcome) -> float | Refusal:
    if row.value is not None and row.value_status == REPORTED:
        return float(row.value)
    if row.value is None:
        return Refusal("not-reported", "no number" if row.value_status == REPORTED else row.value_status)
    return Refusal("not-exact", f"{row.value_status} {row.value}")


def _level(row: Outcome) -> tuple[float, tuple[str, ...]]:
    if row.ci_level is not None:
        return float(row.ci_level) / 100, ()
    return _LEVEL / 100, (f"The level of the interval is not stated; taken as {_LEVEL}%.",)


def _noted(effect: Effect, notes: Sequence[str]) -> Effect:
    return Effect(effect.value, effect.variance, (*notes, *effect.notes), effect.counts)


def _shown(share: Share) -> str:
    return f"{wording.people(share.events)}/{wording.people(share.n)}"


def _around(
    effect: Effect, back: Back, level: float, *, n: float | None, treated: str = "", compared: str = ""
) -> Reading:
    reach = normal_quantile(level) * effect.error
    low, middle, high = (back(effect.value + side * reach) for side in (-1, 0, 1))
    return Reading(effect=effect, estimate=middle, low=low, high=high, n=n, treated=treated, compared=compared)
