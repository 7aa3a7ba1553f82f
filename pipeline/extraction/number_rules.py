"""Rules about one number: its unit, its interval, its range, its counts, its time."""

from decimal import Decimal

from pipeline.errors import Fault
from pipeline.extraction import measures
from pipeline.extraction.cells import p_number
from pipeline.extraction.context import Context, Finding
from pipeline.extraction.measures import MEASURE, PER_CENT, RANGE_KINDS, VALUE_STATUS
from pipeline.extraction.outcomes import Outcome

LIFETIME = 1200  # months; longer than anybody was ever followed
LONG = 360  # months; longer than nearly any trial, so that days are the likelier reading
SKEW = Decimal("0.15")  # how far from the middle of its log interval a ratio may lie, as a part of half its width
_SWAPPED = "Change the two over, or correct the one that is mistyped."


def comparison_has_comparator(row: Outcome, _: Context) -> Finding:
    """A number that compares needs a comparator."""
    if row.is_comparative and not row.comparator:
        what = f"a {row.measure} compares two arms, and the comparator is empty"
        yield Fault(what=what, column="comparator", remedy="Name the arm it is compared with.")


def measure_suits_outcome(row: Outcome, context: Context) -> Finding:
    """The protocol says which measures an outcome has."""
    accepted = context.settings.outcome(row.outcome).measures
    if accepted and row.measure not in accepted:
        what = f"the protocol does not take {row.outcome} as a {row.measure}"
        yield Fault(what=what, column="measure", accepted=", ".join(accepted))


def unit_suits_measure(row: Outcome, context: Context) -> Finding:
    """A measure has its units; a number has one."""
    accepted = context.settings.outcome(row.outcome).accepted_units(row.measure)
    has_number = row.value is not None or row.range_high is not None or row.ci_low is not None
    if row.unit and accepted and row.unit not in accepted:
        remedy = ""
        if row.unit in measures.MONTHS and "months" in accepted:
            remedy = "If the source gives months, correct the unit; else convert it and say so in notes."
        what = f"a {row.measure} of {row.outcome} is not given in {row.unit}"
        yield Fault(what=what, column="unit", accepted=", ".join(accepted), remedy=remedy)
    elif not row.unit and has_number:
        what = f"the unit of this {row.measure} is empty"
        yield Fault(what=what, column="unit", accepted=", ".join(accepted) or "the unit, in words")


def value_suits_status(row: Outcome, _: Context) -> Finding:
    """A value stands where, and only where, value_status says that there is one."""
    wants = VALUE_STATUS[row.value_status]
    counted = row.measure == "proportion" and row.n is not None and row.events is not None
    tested = row.o_minus_e is not None and row.o_minus_e_variance is not None
    if wants and row.value is None and not counted and not tested:
        words = ", ".join(status for status, number in VALUE_STATUS.items() if not number)
        what = "the value is empty"
        remedy = f"Type it, or say in value_status why there is none: {words}."
        yield Fault(what=what, column="value", remedy=remedy)
    if not wants and row.value is not None:
        what = f"value_status says {row.value_status!r}, but the value is {row.value}"
        yield Fault(what=what, column="value", remedy="Empty one of the two.")
    if row.value_status == "range only" and row.range_low is None and row.range_high is None:
        what = "value_status says 'range only', but there is no range"
        yield Fault(what=what, column="range_low", remedy="Type its two ends.")


def per_cent_is_possible(row: Outcome, _: Context) -> Finding:
    """Per cent go from 0 to 100; a risk can also rise."""
    lowest = -100 if row.measure == "risk reduction" else 0
    if row.unit == PER_CENT:
        for column in ("value", "ci_low", "ci_high", "range_low", "range_high"):
            number = getattr(row, column)
            if number is not None and not lowest <= number <= 100:  # noqa: PLR2004 - per cent
                what = f"{number} per cent is impossible"
                yield Fault(what=what, column=column, accepted=f"{lowest} to 100", remedy="Look at the source again.")


def ratio_is_positive(row: Outcome, _: Context) -> Finding:
    """A ratio is above 0."""
    if MEASURE[row.measure].is_ratio:
        for column in ("value", "ci_low", "ci_high"):
            number = getattr(row, column)
            if number is not None and number <= 0:
                what = f"a {row.measure} of {number} is impossible"
                remedy = "If the source gives its logarithm, enter the ratio itself."
                yield Fault(what=what, column=column, accepted="a number above 0", remedy=remedy)


def interval_is_whole(row: Outcome, _: Context) -> Finding:
    """An interval has two ends in order, holds its value and has a usual level."""
    low, high = row.ci_low, row.ci_high
    if (low is None) != (high is None):
        column = "ci_low" if low is None else "ci_high"
        yield Fault(what="the confidence interval has only one end", column=column, remedy="Type the other one.")
    elif low is not None and high is not None:
        if low > high:
            what = f"the interval begins at {low} and ends at {high}"
            yield Fault(what=what, column="ci_low", remedy=_SWAPPED)
        elif row.value is not None and not low <= row.value <= high:
            what = f"the interval from {low} to {high} does not hold its value, {row.value}"
            yield Fault(what=what, column="value", remedy="One of the three numbers is mistyped.")
    if row.ci_level is not None and not 50 <= row.ci_level < 100:  # noqa: PLR2004 - per cent
        what = f"a {row.ci_level}% interval is not used"
        yield Fault(what=what, column="ci_level", accepted="95, or another level from 50 to below 100")


def range_is_whole(row: Outcome, _: Context) -> Finding:
    """A range has a kind, is in order and holds its value; a spread is one number."""
    low, high = row.range_low, row.range_high
    if low is None and high is None:
        return
    if not row.range_kind:
        accepted = ", ".join(RANGE_KINDS)
        yield Fault(what="there is a range, and range_kind is empty", column="range_kind", accepted=accepted)
    elif not RANGE_KINDS[row.range_kind] and (low is not None or high is None):
        what = f"a {row.range_kind} is one number"
        yield Fault(what=what, column="range_low", remedy="Write it in range_high and leave range_low empty.")
    elif RANGE_KINDS[row.range_kind] and low is not None and high is not None:
        if low > high:
            what = f"the range begins at {low} and ends at {high}"
            yield Fault(what=what, column="range_low", remedy=_SWAPPED)
        elif row.value is not None and not low <= row.value <= high:
            what = f"the range from {low} to {high} does not hold its value, {row.value}"
            yield Fault(what=what, column="value", remedy="One of the three numbers is mistyped.")


def events_fit_n(row: Outcome, _: Context) -> Finding:
    """There are no more events than patients."""
    if row.n == 0:
        yield Fault(what="nobody was analysed", column="n", accepted="a whole number from 1, or an empty cell")
    if row.events is not None and row.n is None:
        remedy = "Type the number of patients analysed."
        yield Fault(what=f"{row.events} events, but of how many patients?", column="n", remedy=remedy)
    if row.events is not None and row.n is not None and row.events > row.n:
        what = f"{row.events} events in {row.n} patients"
        yield Fault(what=what, column="events", remedy=_SWAPPED)


def time_is_possible(row: Outcome, _: Context) -> Finding:
    """No time is negative or longer than a life."""
    time = row.timepoint_months
    if time is not None and (time < 0 or time > LIFETIME):
        what = f"{time} months is {'before the start' if time < 0 else f'{_years(time)} years'}"
        yield Fault(what=what, column="timepoint_months", remedy=_in_days(time))
    months = _in_months(row)
    if row.value is not None and months is not None and (months < 0 or months > LIFETIME):
        what = f"{row.value} {row.unit} is {'less than nothing' if months < 0 else f'{_years(months)} years'}"
        yield Fault(what=what, column="value", remedy=_in_days(row.value))


def time_is_likely(row: Outcome, _: Context) -> Finding:
    """A very long time is more likely one in days."""
    time = row.timepoint_months
    if time is not None and LONG < time <= LIFETIME:
        what = f"{time} months is {_years(time)} years, which is long for a follow-up"
        yield Fault(what=what, column="timepoint_months", remedy=_in_days(time))
    months = _in_months(row)
    if row.value is not None and months is not None and LONG < months <= LIFETIME:
        what = f"{row.value} {row.unit} is {_years(months)} years, which is long"
        yield Fault(what=what, column="value", remedy=_in_days(row.value))


def _in_months(row: Outcome) -> Decimal | None:
    if row.value is None or row.unit not in measures.MONTHS or row.is_comparative:
        return None
    return row.value * Decimal(measures.MONTHS[row.unit])


def _years(months: Decimal) -> int:
    return round(months / measures.MONTHS_A_YEAR)


def _in_days(number: Decimal) -> str:
    months = round(float(number) * measures.MONTHS["days"], 1)
    return f"Is it in days? {number} days are {months:g} months." if number > 0 else "Correct the number."


def survival_has_a_time(row: Outcome, context: Context) -> Finding:
    """A survival rate has a time."""
    is_rate = row.measure == "proportion" and context.settings.outcome(row.outcome).kind == "time to event"
    if is_rate and row.timepoint_months is None and VALUE_STATUS[row.value_status]:
        what = f"{row.outcome} in per cent, but at what time?"
        remedy = "Write 60 in timepoint_months for five years; if the source does not say, leave it empty."
        yield Fault(what=what, column="timepoint_months", remedy=remedy)


def events_match_value(row: Outcome, _: Context) -> Finding:
    """Events and patients give the percentage, to its last printed place."""
    if row.measure != "proportion" or not row.n or row.events is None or row.value is None:
        return
    exact = Decimal(100 * row.events) / row.n
    places = -int(row.value.as_tuple().exponent)
    if abs(exact - row.value) > Decimal("0.51") * Decimal(10) ** -places:
        what = f"{row.events} of {row.n} is {exact:.1f}%, not {row.value}%"
        remedy = "If the source prints both, leave them and say so in notes."
        yield Fault(what=what, column="value", remedy=remedy)


def ratio_is_central(row: Outcome, _: Context) -> Finding:
    """A ratio lies in the middle of its interval on the log scale, rounding allowed for."""
    if not MEASURE[row.measure].is_ratio or row.value is None or row.ci_low is None or row.ci_high is None:
        return
    if not 0 < row.ci_low <= row.value <= row.ci_high or row.ci_low == row.ci_high:
        return
    low, middle, high = row.ci_low.ln(), row.value.ln(), row.ci_high.ln()
    slack = _rounding(row.value) + max(_rounding(row.ci_low), _rounding(row.ci_high))
    if abs(middle - (low + high) / 2) > SKEW * (high - low) / 2 + slack:
        what = f"{row.value} is not in the middle of its interval {row.ci_low} to {row.ci_high} on the log scale"
        remedy = "Intervals of ratios nearly always are; look at the three numbers again."
        yield Fault(what=what, column="value", remedy=remedy)


def _rounding(number: Decimal) -> Decimal:
    """Say how far the logarithm of a printed number can be from that of the exact one."""
    return Decimal("0.5") * Decimal(10) ** int(number.as_tuple().exponent) / number


def log_rank_is_whole(row: Outcome, _: Context) -> Finding:
    """Observed minus expected events stand with their variance, which is above 0, and give a hazard ratio."""
    difference, variance = row.o_minus_e, row.o_minus_e_variance
    if difference is None and variance is None:
        return
    if row.measure != "hazard ratio":
        what = f"observed minus expected events give a hazard ratio, and the measure is {row.measure}"
        remedy = "Give the hazard ratio a row of its own, or empty the cells."
        yield Fault(what=what, column="o_minus_e", remedy=remedy)
    if difference is None:
        yield Fault(what="a variance, but of what?", column="o_minus_e", remedy="Type observed minus expected events.")
    elif variance is None:
        what = "observed minus expected events without their variance"
        yield Fault(what=what, column="o_minus_e_variance", remedy="Type the V that the source prints beside them.")
    if variance is not None and variance <= 0:
        what = f"a variance of {variance} is impossible"
        yield Fault(what=what, column="o_minus_e_variance", accepted="a number above 0")


def log_rank_matches_ratio(row: Outcome, _: Context) -> Finding:
    """A stated hazard ratio is near the one that observed minus expected events give.

    Source: half a standard error (1 / sqrt V) is ours: a ratio adjusted for covariates may differ, and one of the other
    arm differs by more as soon as the trial shows anything.
    """
    difference, variance = row.o_minus_e, row.o_minus_e_variance
    if row.value is None or difference is None or variance is None or min(row.value, variance) <= 0:
        return
    log_ratio = difference / variance
    if abs(row.value.ln() - log_ratio) > Decimal("0.5") / variance.sqrt() + _rounding(row.value):
        what = f"observed minus expected of {difference} with variance {variance} gives a hazard ratio of"
        remedy = "If it is that of the other arm, change its sign; if the source prints both, say so in notes."
        yield Fault(what=f"{what} {log_ratio.exp():.2f}, not {row.value}", column="o_minus_e", remedy=remedy)


def p_matches_interval(row: Outcome, _: Context) -> Finding:
    """An interval that leaves out 1 goes with a small P value, and the other way round."""
    p = p_number(row.p_value)
    if not MEASURE[row.measure].is_ratio or row.ci_low is None or row.ci_high is None or p is None:
        return
    alpha = 1 - (row.ci_level or Decimal(95)) / 100
    excludes_one = row.ci_low > 1 or row.ci_high < 1
    if excludes_one and p > alpha and not row.p_value.startswith("<"):
        what = f"the interval leaves out 1, but P is {row.p_value}"
    elif not excludes_one and row.ci_low < 1 < row.ci_high and p < alpha and not row.p_value.startswith(">"):
        what = f"the interval holds 1, but P is {row.p_value}"
    else:
        return
    yield Fault(what=what, column="p_value", remedy="They may come from different tests; look at the source again.")


def interval_has_a_level(row: Outcome, _: Context) -> Finding:
    """An interval has a level."""
    if row.ci_level is None and row.ci_low is not None:
        remedy = "Write 95 for a 95% interval; without a level the number is not pooled."
        yield Fault(what="the level of the confidence interval is empty", column="ci_level", remedy=remedy)
