"""Whether small studies say something else than large ones: Egger, Begg, trim and fill.

The fail-safe number is left out on purpose: it answers no question that a review asks.
Source: Sterne et al. 2011, BMJ 343:d4002, doi 10.1136/bmj.d4002; Cochrane Handbook 6.5, chapter 13.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import normal_p
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import Method, Pooled, Prediction, Test, pool, test_factor
from pipeline.synthesis.regression import Coefficient, Regression, coefficient, regress

FEWEST = 3  # that the arithmetic takes; `analysis` asks for ten


@dataclass(frozen=True, slots=True)
class Egger:
    """Egger's regression of effects on their standard errors.

    Attributes:
        intercept: the effect that a study without error would have.
        slope: by how much effects grow with their errors; its p is that of the test.
        df: degrees of freedom of the t distribution.
    """

    intercept: Coefficient
    slope: Coefficient
    df: int


def egger(effects: Sequence[Effect], *, level: float = 0.95) -> Egger | Refusal:
    """Test whether effects go with their standard errors, in the weighted regression with multiplicative dispersion.

    Source: Egger et al. 1997, BMJ 315:629, doi 10.1136/bmj.315.7109.629; Sterne and Egger 2005, in Publication Bias in
    Meta-Analysis, chapter 6.
    """
    if refusal := _too_few(effects):
        return refusal
    y, v = [effect.value for effect in effects], [effect.variance for effect in effects]
    columns = [[1.0] * len(y), [effect.error for effect in effects]]
    df = len(y) - 2
    fit = heterogeneity.fit_at(0, y, v, columns)
    dispersion = test_factor("HKSJ", heterogeneity.generalised_q(0, y, v, columns) / df)
    intercept, slope = (
        coefficient(name, fit.coefficients[i], math.sqrt(fit.covariance[i][i] * dispersion), df, level)
        for i, name in enumerate(("intercept", "standard error"))
    )
    return Egger(intercept, slope, df)


def egger_random(effects: Sequence[Effect], *, method: Method = "REML", level: float = 0.95) -> Regression | Refusal:
    """Test the same in a meta-regression with additive heterogeneity and the Wald test.

    Source: Sterne and Egger 2005, chapter 6; Moreno et al. 2009, BMC Medical Research Methodology 9:2,
    doi 10.1186/1471-2288-9-2.
    """
    if refusal := _too_few(effects):
        return refusal
    errors = [effect.error for effect in effects]
    return regress(effects, errors, name="standard error", method=method, test="Wald", level=level)


@dataclass(frozen=True, slots=True)
class Begg:
    """Begg's rank correlation (Kendall's tau-b) of standardised effects with their variances, and its p."""

    tau: float
    p: float


def begg(effects: Sequence[Effect]) -> Begg | Refusal:
    """Test whether effects and variances are ranked alike, by the normal approximation with correction for ties.

    Effects that all agree are ranked in no way.

    Source: Begg and Mazumdar 1994, Biometrics 50:1088; Kendall 1970, Rank Correlation Methods, chapters 3 to 5.
    """
    if refusal := _too_few(effects):
        return refusal
    total = math.fsum(1 / effect.variance for effect in effects)
    mean = math.fsum(effect.value / effect.variance for effect in effects) / total
    points = []
    for effect in effects:
        spread = effect.variance - 1 / total
        points.append(((effect.value - mean) / math.sqrt(spread) if spread > 0 else 0.0, effect.variance))
    k = len(points)
    score = sum(_sign(a[0] - b[0]) * _sign(a[1] - b[1]) for i, a in enumerate(points) for b in points[:i])
    ties = [list(Counter(column).values()) for column in zip(*points, strict=True)]
    pairs = k * (k - 1) / 2
    tied = [sum(t * (t - 1) / 2 for t in counts) for counts in ties]
    if tied[0] == pairs:
        return Begg(0.0, 1.0)
    tau = score / math.sqrt((pairs - tied[0]) * (pairs - tied[1]))
    variance = (k * (k - 1) * (2 * k + 5) - sum(t * (t - 1) * (2 * t + 5) for counts in ties for t in counts)) / 18
    variance += 4 * tied[0] * tied[1] / (2 * k * (k - 1))
    threes = [sum(t * (t - 1) * (t - 2) for t in counts) for counts in ties]
    variance += threes[0] * threes[1] / (9 * k * (k - 1) * (k - 2))
    return Begg(tau, normal_p(score / math.sqrt(variance)))


@dataclass(frozen=True, slots=True)
class Filled:
    """What trim and fill makes of a funnel.

    Attributes:
        side: "left" or "right", where studies seem to be missing.
        added: the effects that mirror the outermost ones on the other side.
        pooled: all effects and the added ones, pooled.
    """

    side: str
    added: tuple[Effect, ...]
    pooled: Pooled | Refusal


def trim_and_fill(
    effects: Sequence[Effect],
    *,
    method: Method = "DL",
    test: Test = "Wald",
    prediction: Prediction = "none",
    level: float = 0.95,
) -> Filled | Refusal:
    """Ask what the estimate would be if a lopsided funnel were completed (estimator L0): a what-if, no correction.

    Studies are taken to be missing on the side to which the effects of small studies do not lean.

    Source: Duval and Tweedie 2000, Biometrics 56:455, doi 10.1111/j.0006-341X.2000.00455.x.
    """
    if refusal := _too_few(effects):
        return refusal
    lopsided = egger_random(effects, method=method)
    if isinstance(lopsided, Refusal):
        return lopsided
    side = "left" if lopsided.coefficients[1].estimate > 0 else "right"
    mirror = 1 if side == "left" else -1
    ordered = sorted(effects, key=lambda effect: mirror * effect.value)
    k, missing, last = len(ordered), 0, -1
    centre = 0.0
    while missing != last:
        last = missing
        trimmed = pool(ordered[: k - missing], method=method, test="Wald", prediction="none")
        if isinstance(trimmed, Refusal):
            return trimmed
        centre = trimmed.estimate
        distances = sorted((mirror * (effect.value - centre) for effect in ordered), key=abs)
        ranks = sum(rank for rank, distance in enumerate(distances, start=1) if distance > 0)
        missing = max(0, round((4 * ranks - k * (k + 1)) / (2 * k - 1)))
    added = tuple(Effect(2 * centre - effect.value, effect.variance) for effect in ordered[k - missing :])
    return Filled(side, added, pool([*effects, *added], method=method, test=test, prediction=prediction, level=level))


def _too_few(effects: Sequence[Effect]) -> Refusal | None:
    if len(effects) < FEWEST:
        return Refusal("too-few", f"a funnel needs {FEWEST} studies, not {len(effects)}")
    if len({effect.variance for effect in effects}) == 1:
        return Refusal("no-covariate", "all studies have the same standard error")
    return None


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
