"""From the effects of studies to one estimate, with its interval, its heterogeneity and its prediction.

The defaults are those of Cochrane's RevMan since January 2025: random effects, REML, Hartung-Knapp-Sidik-Jonkman,
Q-profile. What cannot be pooled is a `Refusal`, a value like any other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import chi2_p, normal_p, normal_quantile, t_p, t_quantile
from pipeline.synthesis.effects import Effect, Refusal

Model = Literal["random", "common"]
Method = Literal["REML", "PM", "DL", "ML", "HE", "SJ"]
Test = Literal["HKSJ", "HKSJ-never-narrower", "Wald"]
Prediction = Literal["k-2", "k-1", "normal", "none"]

# Studies below which a prediction interval, and the tau2 of counts, are said to be imprecise. Source: IntHout et al.
# 2016; Jackson et al. 2018, Statistics in Medicine 37:1059, doi 10.1002/sim.7588; the 5 is ours.
FEW = 5


_NOTHING = 1e-9  # a mean square of the residuals that is rounding, or agreement too good to be an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence or prediction interval on the scale of the effects."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Say whether a value lies in the interval, its ends included."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How much the effects differ beyond chance.

    Attributes:
        tau2: variance of the true effects; 0 under a common effect.
        tau2_interval: its Q-profile interval; None where there are fewer than three studies, or it was not estimated.
        i2: share of the variance that is not sampling error, in percent, from tau2 (from Q under a common effect).
        h2: total variance over sampling variance.
        q: Cochran's Q.
        df: its degrees of freedom.
        p: of the test that all true effects are one.
    """

    tau2: float
    tau2_interval: Interval | None
    i2: float
    h2: float
    q: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One pooled estimate, on the scale of the effects.

    Attributes:
        k: number of effects.
        method: in words: "REML", "common effect", "Mantel-Haenszel".
        test: how the interval was made: "HKSJ", "HKSJ-never-narrower", "Wald".
        estimate: the pooled effect.
        error: its standard error, as the test takes it.
        df: degrees of freedom of the t distribution; 0 means normal.
        statistic: estimate over error.
        p: two-sided.
        interval: confidence interval of the estimate.
        wald: the normal interval without the Hartung-Knapp factor, to be shown beside `interval` where it is wider.
        level: of every interval: 0.95.
        heterogeneity: how much the effects differ.
        prediction: where the true effect of a new study is expected; None where there are too few to say.
        weights: of the studies, in percent, in the order given.
        notes: what a reader must know, whole sentences.
    """

    k: int
    method: str
    test: str
    estimate: float
    error: float
    df: int
    statistic: float
    p: float
    interval: Interval
    wald: Interval
    level: float
    heterogeneity: Heterogeneity
    prediction: Interval | None
    weights: tuple[float, ...]
    notes: tuple[str, ...] = ()


def pool(
    effects: Sequence[Effect],
    *,
    model: Model = "random",
    method: Method = "REML",
    test: Test = "HKSJ",
    prediction: Prediction = "k-2",
    level: float = 0.95,
) -> Pooled | Refusal:
    """Pool effects by inverse variance.

    A common-effect model takes the Wald test: the Hartung-Knapp factor estimates what that model denies.

    Source: Borenstein et al. 2010, Research Synthesis Methods 1:97, doi 10.1002/jrsm.12 (both models);
    Hartung and Knapp 2001, Statistics in Medicine 20:3875, doi 10.1002/sim.1009; Sidik and Jonkman 2002, Statistics in
    Medicine 21:3153, doi 10.1002/sim.1262; Rover et al. 2015, BMC Medical Research Methodology 15:99,
    doi 10.1186/s12874-015-0091-1 (never narrower); Higgins and Thompson 2002 (I2, H2); Higgins, Thompson and
    Spiegelhalter 2009, JRSS A 172:137, doi 10.1111/j.1467-985X.2008.00552.x (prediction with k - 2).
    """
    k = len(effects)
    if refusal := too_few(k):
        return refusal
    y, v = [effect.value for effect in effects], [effect.variance for effect in effects]
    columns = [[1.0] * k]
    tau2 = 0.0 if model == "common" else heterogeneity.ESTIMATORS[method](y, v, columns)
    fit = heterogeneity.fit_at(tau2, y, v, columns)
    wald_error = math.sqrt(fit.covariance[0][0])
    square = heterogeneity.generalised_q(tau2, y, v, columns) / (k - 1)
    factor = 1.0 if model == "common" else test_factor(test, square)
    df = 0 if model == "common" or test == "Wald" else k - 1
    notes: tuple[str, ...] = ()
    if df and test == "HKSJ" and factor != square:
        notes = ("All effects agree: the Hartung-Knapp error would be 0, and the Wald error was taken.",)
    spread = describe(y, v, columns, tau2=tau2, level=level, common=model == "common")
    weights = [1 / (variance + tau2) for variance in v]
    return summarise(
        estimate=fit.coefficients[0],
        error=wald_error * math.sqrt(factor),
        wald_error=wald_error,
        df=df,
        level=level,
        heterogeneity=spread,
        prediction="none" if model == "common" else prediction,
        weights=weights,
        method="common effect" if model == "common" else method,
        test="Wald" if model == "common" else test,
        notes=notes,
    )


def too_few(k: int) -> Refusal | None:
    """Refuse to pool nothing, or one study alone."""
    if k > 1:
        return None
    return Refusal("too-few", "one study alone is not pooled" if k else "no study has a usable number")


def test_factor(test: Test, square: float) -> float:
    """Return what the Wald variance is multiplied by, given the weighted mean square of the residuals.

    Under HKSJ it is that mean square. Where effects agree so well that it is nothing, an interval of no width would
    follow; then it is 1.
    """
    if test == "Wald" or square < _NOTHING:
        return 1.0
    return max(1.0, square) if test == "HKSJ-never-narrower" else square


def describe(
    y: Sequence[float],
    v: Sequence[float],
    columns: heterogeneity.Columns,
    *,
    tau2: float,
    level: float,
    common: bool = False,
) -> Heterogeneity:
    """Describe heterogeneity at an estimated tau2; with several columns, what the covariates leave of it."""
    df = len(y) - len(columns)
    q = heterogeneity.generalised_q(0, y, v, columns)
    typical = heterogeneity.typical_variance(v, columns)
    interval = None
    if not common and df > 1:
        low, high = heterogeneity.q_profile(y, v, columns, level)
        interval = Interval(low=low, high=high)
    return Heterogeneity(
        tau2=tau2,
        tau2_interval=interval,
        i2=100 * (max(0.0, (q - df) / q) if common and q > 0 else tau2 / (tau2 + typical)),
        h2=q / df if common else tau2 / typical + 1,
        q=q,
        df=df,
        p=chi2_p(q, df),
    )


def summarise(
    *,
    estimate: float,
    error: float,
    wald_error: float,
    df: int,
    level: float,
    heterogeneity: Heterogeneity,
    prediction: Prediction,
    weights: Sequence[float],
    method: str,
    test: str,
    notes: tuple[str, ...] = (),
) -> Pooled:
    """Turn an estimate and its error into everything that is reported of it; `df` 0 means normal.

    There is no prediction interval for fewer than three studies.

    Source: Higgins, Thompson and Spiegelhalter 2009, section 4.1 (prediction, t with k - 2); Viechtbauer 2010 (t with
    k - 1, with the Hartung-Knapp error); IntHout et al. 2016, BMJ Open 6:e010247, doi 10.1136/bmjopen-2015-010247.
    """
    k = len(weights)
    statistic = estimate / error if error > 0 else math.copysign(math.inf, estimate)
    interval = around(estimate, error, df, level)
    wald = around(estimate, wald_error, 0, level)
    expected = None
    if prediction != "none" and k > 2:  # noqa: PLR2004 - k - 2 must be positive
        expected_df = {"k-2": k - 2, "k-1": k - 1, "normal": 0}[prediction]
        expected = around(estimate, math.sqrt(error**2 + heterogeneity.tau2), expected_df, level)
    if interval.high - interval.low < wald.high - wald.low:
        notes += ("The Hartung-Knapp interval is narrower than the Wald interval; both are given.",)
    if df == 1:
        notes += ("With two studies the Hartung-Knapp interval rests on one degree of freedom and is very wide.",)
    if expected and k < FEW:
        notes += (f"With {k} studies the prediction interval is imprecise.",)
    if prediction != "none" and not expected:
        notes += ("A prediction interval needs three studies.",)
    total = math.fsum(weights)
    return Pooled(
        k=k,
        method=method,
        test=test,
        estimate=estimate,
        error=error,
        df=df,
        statistic=statistic,
        p=t_p(statistic, df) if df else normal_p(statistic),
        interval=interval,
        wald=wald,
        level=level,
        heterogeneity=heterogeneity,
        prediction=expected,
        weights=tuple(100 * weight / total for weight in weights),
        notes=notes,
    )


def around(estimate: float, error: float, df: int, level: float) -> Interval:
    """Return the confidence interval around an estimate; `df` 0 means normal."""
    reach = (t_quantile(level, df) if df else normal_quantile(level)) * error
    return Interval(low=estimate - reach, high=estimate + reach)
