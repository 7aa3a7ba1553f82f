"""Meta-regression: whether effects go with one covariate, or differ between groups."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import chi2_p, f_p, normal_p, t_p
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import Heterogeneity, Interval, Method, Test, around, describe, test_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of a regression: its name, estimate, standard error, two-sided p and interval."""

    name: str
    estimate: float
    error: float
    p: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A regression of effects on one covariate or on groups.

    Attributes:
        k: number of effects.
        coefficients: the intercept, then the slope (or the difference of each further group from the first).
        df: degrees of freedom of the t distribution; 0 means normal.
        statistic: of the test that all coefficients but the intercept are 0: chi-squared, or F where `df` is not 0.
        statistic_df: its (first) degrees of freedom.
        p: of that test.
        r2: share of tau2 that the covariate explains, in percent; None where there is no tau2 to explain.
        residual: the heterogeneity that is left.
    """

    k: int
    coefficients: tuple[Coefficient, ...]
    df: int
    statistic: float
    statistic_df: int
    p: float
    r2: float | None
    residual: Heterogeneity


def regress(
    effects: Sequence[Effect],
    covariate: Sequence[float],
    *,
    name: str = "covariate",
    method: Method = "REML",
    test: Test = "HKSJ",
    level: float = 0.95,
) -> Regression | Refusal:
    """Regress effects on one covariate, with what it leaves as random effects.

    Source: Thompson and Higgins 2002, Statistics in Medicine 21:1559, doi 10.1002/sim.1187; Knapp and Hartung 2003,
    Statistics in Medicine 22:2693, doi 10.1002/sim.1482; Raudenbush 2009, in The Handbook of Research Synthesis (R2).
    """
    if min(covariate, default=0.0) == max(covariate, default=0.0):
        return Refusal("no-covariate", f"{name} does not differ between the studies")
    return _regress(effects, {name: covariate}, method=method, test=test, level=level)


def regress_groups(
    effects: Sequence[Effect],
    groups: Sequence[str],
    *,
    method: Method = "REML",
    test: Test = "HKSJ",
    level: float = 0.95,
) -> Regression | Refusal:
    """Compare groups that share one tau2; the first group in alphabetical order is the one others are compared with.

    Source: Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 19.
    """
    names = sorted(set(groups))
    if len(names) < 2:  # noqa: PLR2004 - two groups can differ
        return Refusal("no-covariate", "there is only one group")
    columns = {name: [float(group == name) for group in groups] for name in names[1:]}
    return _regress(effects, columns, method=method, test=test, level=level)


def _regress(
    effects: Sequence[Effect],
    covariates: Mapping[str, Sequence[float]],
    *,
    method: Method,
    test: Test,
    level: float,
) -> Regression | Refusal:
    k = len(effects)
    ones = [1.0] * k
    columns = [ones, *covariates.values()]
    df = k - len(columns)
    if df < 1:
        return Refusal("too-few", f"{k} studies cannot tell {len(columns)} coefficients")
    y, v = [effect.value for effect in effects], [effect.variance for effect in effects]
    estimate = heterogeneity.ESTIMATORS[method]
    tau2, alone = estimate(y, v, columns), estimate(y, v, [ones])
    fit = heterogeneity.fit_at(tau2, y, v, columns)
    q = heterogeneity.generalised_q(tau2, y, v, columns)
    factor = test_factor(test, q / df)
    t_df = 0 if test == "Wald" else df
    # The Wald test that all coefficients but the intercept are 0 is what they take off the weighted sum of squares.
    statistic = (heterogeneity.generalised_q(tau2, y, v, [ones]) - q) / factor
    if t_df:
        statistic /= len(covariates)
    return Regression(
        k=k,
        coefficients=tuple(
            coefficient(name, fit.coefficients[i], math.sqrt(fit.covariance[i][i] * factor), t_df, level)
            for i, name in enumerate(["intercept", *covariates])
        ),
        df=t_df,
        statistic=statistic,
        statistic_df=len(covariates),
        p=f_p(statistic, len(covariates), t_df) if t_df else chi2_p(statistic, len(covariates)),
        r2=max(0.0, 100 * (alone - tau2) / alone) if alone > 0 else None,
        residual=describe(y, v, columns, tau2=tau2, level=level),
    )


def coefficient(name: str, estimate: float, error: float, df: int, level: float) -> Coefficient:
    """Give a coefficient its test and interval; `df` 0 means normal."""
    statistic = estimate / error if error > 0 else math.copysign(math.inf, estimate)
    return Coefficient(
        name=name,
        estimate=estimate,
        error=error,
        p=t_p(statistic, df) if df else normal_p(statistic),
        interval=around(estimate, error, df, level),
    )
