"""How figures of a synthesis are written: estimates with their intervals, p-values, heterogeneity, methods."""

from pipeline.synthesis.effects import Refusal
from pipeline.synthesis.pooling import Heterogeneity, Interval, Pooled
from pipeline.synthesis.scales import RATIOS, Scale
from pipeline.synthesis.settings import Analysis

_MOST = 99999  # no column holds more
_SMALL_P = 0.001
_NEAR_0 = 0.0095  # a smaller ratio would be 0.00 with two decimals


def decimals(analysis: Analysis) -> int:
    """Return how many decimals estimates get: one in per cent and months, two elsewhere."""
    return 1 if is_percent(analysis) or analysis.measure == "median" else 2


def is_percent(analysis: Analysis) -> bool:
    """Say whether estimates are printed in per cent."""
    return analysis.measure in {"proportion", "risk difference"}


def number(value: float, places: int, *, percent: bool = False, is_ratio: bool = False) -> str:
    """Write a number with a real minus sign and no minus before 0; a ratio near 0 keeps two digits.

    >>> number(-0.5, 2), number(-0.001, 2), number(0.256, 1, percent=True), number(0.0038, 2, is_ratio=True)
    ('−0.50', '0.00', '25.6', '0.0038')
    """
    if is_ratio and 0 < value < _NEAR_0:
        return f"{value:.2g}" if value >= 1e-4 else "< 0.0001"  # noqa: PLR2004 - below, only that it is small counts
    shown = value * 100 if percent else value
    if abs(shown) > _MOST:
        return f"> {_MOST}" if shown > 0 else f"< −{_MOST}"
    written = f"{shown:.{places}f}"
    return written.removeprefix("-") if float(written) == 0 else written.replace("-", "−")


def people(n: float, *, thousands: str = "") -> str:
    """Write a number of patients or events, every digit of it; comparisons that share an arm have fractions.

    >>> people(1234567), people(1234567, thousands=","), people(12.5), people(100 / 3)
    ('1234567', '1,234,567', '12.5', '33.33')
    """
    return f"{n:{thousands}.2f}".rstrip("0").rstrip(".")


def estimate(analysis: Analysis, values: tuple[float, float, float], unit: str = "") -> str:
    """Write an estimate and its interval: "0.65 (0.50 to 0.84)", "28.0% (24.2 to 32.2)"."""
    behind = "%" if is_percent(analysis) else f" {unit}".rstrip()
    middle, low, high = values
    return f"{_number(analysis, middle)}{behind} ({interval(analysis, low, high)})"


def interval(analysis: Analysis, low: float, high: float) -> str:
    """Write an interval: "0.50 to 0.84"."""
    return f"{_number(analysis, low)} to {_number(analysis, high)}"


def _number(analysis: Analysis, value: float) -> str:
    is_ratio = analysis.measure in RATIOS
    return number(value, decimals(analysis), percent=is_percent(analysis), is_ratio=is_ratio)


def p_value(p: float) -> str:
    """Write a p-value: two significant digits, "< 0.001" below that.

    >>> p_value(0.0234), p_value(0.2), p_value(1e-9)
    ('P 0.023', 'P 0.20', 'P < 0.001')
    """
    if p < _SMALL_P:
        return "P < 0.001"
    return f"P {p:.3f}" if p < 0.1 else f"P {p:.2f}"  # noqa: PLR2004 - where a third decimal matters


def method(pooled: Pooled) -> str:
    """Say how an estimate was pooled, in a few words."""
    if pooled.method == "common effect" or pooled.test == "Wald":
        names = {"REML", "PM", "DL", "ML", "HE", "SJ"}
        return f"Random effects ({pooled.method}, Wald)" if pooled.method in names else _capital(pooled.method)
    return f"Random effects ({pooled.method}, {pooled.test})"


def heterogeneity(spread: Heterogeneity, *, is_glmm: bool = False) -> str:
    """Write tau2 with its interval, I2, and the test."""
    within = f" ({_short(spread.tau2_interval)})" if spread.tau2_interval else ""
    test = "likelihood ratio" if is_glmm else "Q"
    shown = f"{test} {spread.q:.1f} (df {spread.df}), {p_value(spread.p)}"
    return f"τ² {spread.tau2:.3g}{within}, I² {spread.i2:.0f}%, {shown}"


def _short(interval: Interval) -> str:
    return f"{interval.low:.2g} to {interval.high:.3g}"


def rule(name: str) -> str:
    """Write the name of a rule in words.

    >>> rule("other-measure"), rule("meta-analysis")
    ('other measure', 'meta-analysis')
    """
    return name if name == "meta-analysis" else name.replace("-", " ")


def refusal(refused: Refusal) -> str:
    """Say why there is no result."""
    return f"Not pooled: {refused.reason}"


def on_scale(scale: Scale, middle: float, around: Interval) -> tuple[float, float, float]:
    """Take an estimate and its interval back to the scale on which people read them."""
    return scale.back(middle), scale.back(around.low), scale.back(around.high)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
