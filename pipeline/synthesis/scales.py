"""Back from the scale on which effects are pooled to the one on which people read them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.synthesis.effects import Measure, ProportionScale, freeman_tukey

RATIOS = frozenset({"hazard ratio", "odds ratio", "risk ratio"})


Back = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Scale:
    """How an effect is read.

    Attributes:
        name: what the numbers are: "Hazard ratio", "Proportion".
        back: from the pooled scale to this one; rising.
        forward: the other way, between the ends of this scale.
        null: the value, on this scale, at which there is no difference; None for proportions and medians.
        is_ratio: drawn on a logarithmic axis.
        lowest: where the scale begins.
        highest: where it ends.
        unit: behind the numbers: "months"; empty for none.
    """

    name: str
    back: Back
    forward: Back = float
    null: float | None = None
    is_ratio: bool = False
    lowest: float = -math.inf
    highest: float = math.inf
    unit: str = ""


def scale_of(
    measure: Measure, *, proportion_scale: ProportionScale = "logit", sizes: Sequence[float] = (), unit: str = ""
) -> Scale:
    """Return how a measure is read.

    Args:
        measure: what was pooled.
        proportion_scale: the scale of pooled proportions.
        sizes: patients of each study; the Freeman-Tukey scale goes back through their harmonic mean.
        unit: of a difference or a median.
    """
    if measure == "proportion":
        n = harmonic_mean(sizes) if sizes else 1.0
        ways: dict[str, tuple[Back, Back]] = {
            "logit": (logistic, logit),
            "arcsine": (from_arcsine, lambda share: math.asin(math.sqrt(share))),
            "raw": (float, float),
            "freeman-tukey": (lambda value: from_freeman_tukey(value, n), lambda share: freeman_tukey(share * n, n)),
        }
        back, forward = ways[proportion_scale]
        return Scale("Proportion", back, forward, lowest=0.0, highest=1.0)
    name = measure.capitalize()
    if measure in RATIOS:
        return Scale(name, exponential, math.log, null=1.0, is_ratio=True, lowest=0.0)
    if measure == "median":
        return Scale(name, float, lowest=0.0, unit=unit)
    limit = 1.0 if measure == "risk difference" else math.inf
    return Scale(name, float, null=0.0, lowest=-limit, highest=limit, unit=unit)


def exponential(value: float) -> float:
    """Turn a logarithm into a ratio; beyond what a computer can hold stands the largest ratio that it can."""
    return math.exp(min(value, 700.0))


def logistic(value: float) -> float:
    """Turn a logit into a proportion."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))


def logit(share: float) -> float:
    """Turn a proportion into a logit; 0 and 1 become the largest that are told apart from them."""
    inside = min(max(share, 1e-15), 1 - 1e-15)
    return math.log(inside / (1 - inside))


def from_arcsine(value: float) -> float:
    """Turn an arcsine square root into a proportion; beyond the ends of the scale stand 0 and 1."""
    return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2


def from_freeman_tukey(value: float, n: float) -> float:
    """Turn a double arcsine into a proportion as of `n` patients; beyond the ends of the scale stand 0 and 1.

    The answer depends on `n`, and studies have many: this is why the scale is off by default.

    Source: Miller 1978, The American Statistician 32:138; Schwarzer et al. 2019.
    """
    least, most = freeman_tukey(0.0, n), freeman_tukey(n, n)
    if value <= least or value >= most:
        return float(value >= most)
    sine = math.sin(2 * value)
    inner = max(0.0, 1 - (sine + (sine - 1 / sine) / n) ** 2)
    return (1 - math.copysign(math.sqrt(inner), math.cos(2 * value))) / 2


def harmonic_mean(sizes: Sequence[float]) -> float:
    """Return the harmonic mean, through which Miller goes back."""
    return len(sizes) / math.fsum(1 / n for n in sizes)
