"""Pooling straight from counts: Mantel-Haenszel and Peto, which need no correction for a zero in one cell."""

import math
from collections.abc import Callable, Mapping, Sequence

from pipeline.synthesis.distributions import chi2_p
from pipeline.synthesis.effects import (
    Effect,
    Measure,
    Refusal,
    TwoByTwo,
    log_odds_ratio,
    log_risk_ratio,
    risk_difference,
)
from pipeline.synthesis.pooling import Heterogeneity, Pooled, summarise, too_few

_Sums = tuple[float, float, list[float]]  # estimate, variance, weights

EFFECTS: Mapping[Measure, Callable[[TwoByTwo], Effect | Refusal]] = {
    "odds ratio": log_odds_ratio,
    "risk ratio": log_risk_ratio,
    "risk difference": risk_difference,
}


def mantel_haenszel(tables: Sequence[TwoByTwo], measure: Measure, *, level: float = 0.95) -> Pooled | Refusal:
    """Pool two by two tables under a common effect, without any correction for zeros.

    A ratio is pooled as its logarithm. Tables without information on a ratio carry no weight: leave them out first
    (`effects.log_odds_ratio` says which they are). Q compares the inverse-variance effects with the pooled estimate.

    Source: Mantel and Haenszel 1959, Journal of the National Cancer Institute 22:719; Robins, Breslow and Greenland
    1986, Biometrics 42:311 (variance of the odds ratio); Greenland and Robins 1985, Biometrics 41:55 (risk ratio);
    Sato, Greenland and Robins 1989, Biometrics 45:1323 (risk difference).
    """
    if measure not in EFFECTS:
        return Refusal("other-measure", f"counts give no {measure}")
    if refusal := _unfit(tables):
        return refusal
    pooled = _SUMS[measure](tables)
    if pooled is None:
        return Refusal("no-events", "taken together, one arm has no events (or nothing but events)")
    estimate, variance, weights = pooled
    single = [effect for table in tables if isinstance(effect := EFFECTS[measure](table), Effect)]
    q = math.fsum((effect.value - estimate) ** 2 / effect.variance for effect in single)
    return _common(
        estimate,
        math.sqrt(variance),
        q=q,
        df=len(single) - 1,
        weights=weights,
        method="Mantel-Haenszel",
        level=level,
    )


def peto(tables: Sequence[TwoByTwo], *, level: float = 0.95) -> Pooled | Refusal:
    """Pool two by two tables as Peto's log odds ratio; for rare events, small effects and balanced arms.

    Source: Yusuf et al. 1985, Progress in Cardiovascular Diseases 27:335; Cochrane Handbook 6.5, section 10.4.2.
    """
    if refusal := _unfit(tables):
        return refusal
    differences, variances = [], []
    for table in tables:
        a, b, c, d = table.cells
        n1, n2, total = a + b, c + d, a + b + c + d
        differences.append(a - (a + c) * n1 / total)
        variances.append(n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1)))
    informative = sum(variance > 0 for variance in variances)
    whole = math.fsum(variances)
    if whole <= 0:
        return Refusal("no-events", "no study has events")
    estimate = math.fsum(differences) / whole
    q = math.fsum(o * o / variance for o, variance in zip(differences, variances, strict=True) if variance > 0)
    q -= whole * estimate**2
    return _common(
        estimate,
        1 / math.sqrt(whole),
        q=q,
        df=informative - 1,
        weights=variances,
        method="Peto",
        level=level,
    )


def _unfit(tables: Sequence[TwoByTwo]) -> Refusal | None:
    return too_few(len(tables)) or next((table.fault for table in tables if table.fault), None)


def _common(
    estimate: float, error: float, *, q: float, df: int, weights: Sequence[float], method: str, level: float
) -> Pooled:
    spread = Heterogeneity(
        tau2=0.0,
        tau2_interval=None,
        i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0,
        h2=q / df if df else 1.0,
        q=q,
        df=df,
        p=chi2_p(q, df),
    )
    return summarise(
        estimate=estimate,
        error=error,
        wald_error=error,
        df=0,
        level=level,
        heterogeneity=spread,
        prediction="none",
        weights=weights,
        method=method,
        test="Wald",
    )


def _odds_ratio(tables: Sequence[TwoByTwo]) -> _Sums | None:
    parts = []
    for table in tables:
        a, b, c, d = table.cells
        total = a + b + c + d
        parts.append(((a + d) / total, (b + c) / total, a * d / total, b * c / total))
    r, s = math.fsum(part[2] for part in parts), math.fsum(part[3] for part in parts)
    if min(r, s) <= 0:
        return None
    variance = math.fsum(
        p * up / (2 * r * r) + (p * down + q * up) / (2 * r * s) + q * down / (2 * s * s) for p, q, up, down in parts
    )
    return math.log(r / s), variance, [part[3] for part in parts]


def _risk_ratio(tables: Sequence[TwoByTwo]) -> _Sums | None:
    up, down, spread = [], [], []
    for table in tables:
        a, b, c, d = table.cells
        n1, n2, total = a + b, c + d, a + b + c + d
        up.append(a * n2 / total)
        down.append(c * n1 / total)
        spread.append((n1 * n2 * (a + c) - a * c * total) / total**2)
    r, s = math.fsum(up), math.fsum(down)
    if min(r, s) <= 0:
        return None
    return math.log(r / s), math.fsum(spread) / (r * s), down


def _risk_difference(tables: Sequence[TwoByTwo]) -> _Sums:
    weights, sums, p_terms, q_terms = [], [], [], []
    for table in tables:
        a, b, c, d = table.cells
        n1, n2, total = a + b, c + d, a + b + c + d
        weights.append(n1 * n2 / total)
        sums.append((a * n2 - c * n1) / total)
        p_terms.append((c * n1**2 - a * n2**2 + n1 * n2 * (n2 - n1) / 2) / total**2)
        q_terms.append((a * d + c * b) / (2 * total))
    whole = math.fsum(weights)
    estimate = math.fsum(sums) / whole
    return estimate, (estimate * math.fsum(p_terms) + math.fsum(q_terms)) / whole**2, weights


_SUMS: Mapping[Measure, Callable[[Sequence[TwoByTwo]], _Sums | None]] = {
    "odds ratio": _odds_ratio,
    "risk ratio": _risk_ratio,
    "risk difference": _risk_difference,
}
