"""How a number is said: as the source states it, with its unit, its interval and what it is compared with."""

from decimal import Decimal

from pipeline.extraction.measures import MEASURE, NOT_REPORTED, PER_CENT, RANGE_KINDS, RATIO, REPORTED
from pipeline.extraction.outcomes import Outcome
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import NOT_ESTIMABLE, Cell, CellKind, cell

_PREFIX = {"about": "about ", "up to": "up to ", "at least": "at least "}
_RANGES = {"interquartile range": "IQR"}
_SPREADS = {"standard deviation": "SD", "standard error": "SE"}


def stated(outcome: Outcome) -> str:
    """Say the number itself, as the source states it; nothing is rounded or computed.

    >>> from pipeline.extraction.measures import PER_CENT
    >>> stated(Outcome(study_id="a", measure="proportion", value=Decimal("30"), unit=PER_CENT, events=12, n=40))
    '30% (12/40)'
    """
    symbol = MEASURE[outcome.measure].symbol if outcome.measure in MEASURE else outcome.measure
    words = [symbol, _number(outcome), _interval(outcome), _range(outcome), _log_rank(outcome)]
    return " ".join(word for word in words if word)


def kind(outcome: Outcome) -> CellKind:
    """Say whether a source gives a number, says that it has none, or says that there can be none."""
    if outcome.value_status == NOT_REPORTED:
        return "not reported"
    return "not estimable" if outcome.value_status == NOT_ESTIMABLE else "value"


def result(outcome: Outcome, settings: ExtractionSettings, *, full: bool = True) -> str:
    """Say the outcome with its time, its comparison and how it was judged, in one line.

    Args:
        outcome: the row.
        settings: for abbreviations.
        full: True to name the outcome, and to add n where it is told.
    """
    name = settings.outcome(outcome.outcome).short if full else ""
    compared = f"v {outcome.comparator}" if outcome.is_comparative else ""
    tail = [
        f"P {spaced_p(outcome.p_value)}" + ("" if outcome.is_comparative else f" v {outcome.comparator}")
        if outcome.p_value
        else "",
        outcome.criteria,
        outcome.assessed_by,
        f"n = {outcome.n}" if full and outcome.n is not None and outcome.events is None else "",
    ]
    words = " ".join(word for word in (name, stated(outcome), _when(outcome), compared) if word)
    return ", ".join(word for word in (words, *tail) if word)


def result_cell(outcome: Outcome) -> Cell:
    """Make a cell of the number and its time, with its kind, its row and its note."""
    words = " ".join(word for word in (stated(outcome), _when(outcome)) if word)
    made = cell(words, outcome, note=outcome.notes)
    return Cell(text=made.text, kind=kind(outcome), traces=made.traces, note=made.note)


def spaced_p(p_value: str) -> str:
    """Write a P value behind "P": "< 0.001", "= 0.022", or its words."""
    if p_value[:1] in "<>≤≥":
        return f"{p_value[0]} {p_value[1:]}"
    return f"= {p_value}" if p_value[:1].isdigit() else p_value


def amount(number: Decimal, unit: str) -> str:
    """Write a number with its unit: 30%, 11.4 months, 1.4 (a ratio has no unit)."""
    written = format(number, "f")
    if unit == PER_CENT:
        return f"{written}%"
    return written if unit in {"", RATIO} else f"{written} {unit}"


def _number(outcome: Outcome) -> str:
    counts = f"{outcome.events}/{outcome.n}" if outcome.events is not None and outcome.n is not None else ""
    if outcome.value is not None:
        value = _PREFIX.get(outcome.value_status, "") + amount(outcome.value, outcome.unit)
        return f"{value} ({counts})" if counts else value
    if outcome.value_status == "range only" or (outcome.value_status == REPORTED and outcome.o_minus_e is not None):
        return ""
    return counts or outcome.value_status


def _interval(outcome: Outcome) -> str:
    if outcome.ci_low is None or outcome.ci_high is None:
        return ""
    level = f"{outcome.ci_level:f}% CI" if outcome.ci_level is not None else "CI"
    return f"({level} {outcome.ci_low:f} to {outcome.ci_high:f})"


def _range(outcome: Outcome) -> str:
    low, high, how = outcome.range_low, outcome.range_high, outcome.range_kind
    if not RANGE_KINDS.get(how, True):
        return "" if high is None else f"± {high:f}" if how == "plus or minus" else f"({_SPREADS[how]} {high:f})"
    ends = [format(low, "f")] if low is not None else []
    ends += [amount(high, outcome.unit)] if high is not None else []
    if not ends:
        return ""
    said, named = " to ".join(ends), _RANGES.get(how, how)
    return f"{said} ({named})" if outcome.value_status == "range only" else f"({named} {said})"


def _log_rank(outcome: Outcome) -> str:
    if outcome.o_minus_e is None or outcome.o_minus_e_variance is None:
        return ""
    return f"(O-E {outcome.o_minus_e:f}, V {outcome.o_minus_e_variance:f})"


def _when(outcome: Outcome) -> str:
    if outcome.timepoint_months is None:
        return ""
    return f"at {amount(outcome.timepoint_months, 'month' if outcome.timepoint_months == 1 else 'months')}"
