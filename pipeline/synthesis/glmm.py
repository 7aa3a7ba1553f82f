"""Pooling of proportions by the binomial-normal model, straight from counts: no correction for zeros is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import chi2_p, crossing, root
from pipeline.synthesis.effects import Effect, Refusal, proportion
from pipeline.synthesis.pooling import Heterogeneity, Pooled, Prediction, summarise
from pipeline.synthesis.scales import logistic

Counts = Sequence[tuple[float, float]]

_STEP = 0.5  # of a bell's width at its peak: the trapezium rule then errs by less than rounding
_CLIFF = 0.25  # of 1 / tau: the width over which a proportion near 0 or 1 cuts a bell off
_FAR = 38.0  # how far, in natural logarithms below the peak, an integrand is followed: beyond lies less than rounding
_NEAR = 1e-6  # how exactly a peak is found: it only places the nodes
_ENOUGH = 1e-10  # of a standard error: the last Newton step, whose own error is the square of that
_LEAST = 1e-4  # a smaller tau is 0
_MOST = 16.0  # a larger tau on the logit scale is no estimate


@dataclass(frozen=True, slots=True)
class _Slopes:
    """First and negative second derivatives of the log-likelihood by mu and tau."""

    mu_slope: float
    tau_slope: float
    mu_bend: float
    cross_bend: float
    tau_bend: float


def pool_proportions(counts: Counts, *, prediction: Prediction = "k-2", level: float = 0.95) -> Pooled | Refusal:
    """Pool proportions, given as (events, n), in a random-intercept logistic model by maximum likelihood.

    The estimate is on the logit scale. The integral over each study's true logit is taken to rounding error, so that
    the answer does not depend on a number of quadrature nodes; the standard error comes from the full information
    matrix. Q is the likelihood ratio test of one proportion against one for each study. Weights are those of the
    logits at the estimated tau2, for plotting only: the model itself has none.

    Source: Stijnen, Hamza and Ozdemir 2010, Statistics in Medicine 29:3046, doi 10.1002/sim.4040; Louis 1982, JRSS B
    44:226 (information); Schwarzer et al. 2019, Research Synthesis Methods 10:476, doi 10.1002/jrsm.1348.
    """
    singles = [proportion(x, n) for x, n in counts]
    if refusal := next((single for single in singles if isinstance(single, Refusal)), None):
        return refusal
    k = len(counts)
    if k < 2:  # noqa: PLR2004 - one is no meta-analysis
        return Refusal("too-few", "one study alone is not pooled" if counts else "no study has counts")
    events, n = math.fsum(x for x, _ in counts), math.fsum(size for _, size in counts)
    if events in {0, n}:
        return Refusal("no-events", f"no events, or nothing but events, in any study ({events:g}/{n:g})")
    logits = [single for single in singles if isinstance(single, Effect)]
    maximum = _maximise(counts, math.log(events / (n - events)))
    if maximum is None:
        return Refusal("no-estimate", "the proportions lie so far apart that the model has no best estimate")
    estimate, tau, error = maximum
    v = [logit.variance for logit in logits]
    q = 2 * (_saturated(counts) - _saturated([(events, n)]))
    spread = Heterogeneity(
        tau2=tau**2,
        tau2_interval=None,
        i2=100 * tau**2 / (tau**2 + heterogeneity.typical_variance(v, [[1.0] * k])),
        h2=tau**2 / heterogeneity.typical_variance(v, [[1.0] * k]) + 1,
        q=q,
        df=k - 1,
        p=chi2_p(q, k - 1),
    )
    return summarise(
        estimate=estimate,
        error=error,
        wald_error=error,
        df=0,
        level=level,
        heterogeneity=spread,
        prediction=prediction,
        weights=[1 / (variance + tau**2) for variance in v],
        method="binomial-normal GLMM (ML)",
        test="Wald",
    )


def _saturated(counts: Counts) -> float:
    """Return the log-likelihood of counts at their own proportions."""
    return math.fsum(part * math.log(part / n) for x, n in counts for part in (x, n - x) if part > 0)


def _maximise(counts: Counts, start: float) -> tuple[float, float, float] | None:
    """Return the mu and tau of highest likelihood, and the standard error of mu.

    For a given tau the likelihood of mu has one peak (its integrand is log-concave), and Newton's method climbs it;
    tau is where the slope of that ridge changes sign. Where the ridge falls from tau = 0 on, tau is 0. Where it rises
    for ever (studies of nothing but events beside studies without any), there is none.
    """
    p = logistic(start)
    curvature = math.fsum(n * p * (1 - p) for _, n in counts)
    if math.fsum((x - n * p) ** 2 for x, n in counts) <= curvature:
        return start, 0.0, 1 / math.sqrt(curvature)
    mu = start

    def slope(tau: float) -> float:
        nonlocal mu
        mu, there = _ridge(mu, tau, counts)
        return there.tau_slope / tau

    low, high = _LEAST, 1.0
    if slope(low) <= 0:
        return start, 0.0, 1 / math.sqrt(curvature)
    while slope(high) > 0:
        low, high = high, 2 * high
        if high > _MOST:
            return None
    tau = root(slope, low, high)
    mu, at = _ridge(mu, tau, counts)
    return mu, tau, math.sqrt(at.tau_bend / (at.mu_bend * at.tau_bend - at.cross_bend**2))


def _ridge(mu: float, tau: float, counts: Counts) -> tuple[float, _Slopes]:
    """Climb to the best mu for a given tau; return it and the slopes there."""
    here: _Slopes

    def slope(at: float) -> tuple[float, float]:
        nonlocal here
        here = _slopes(at, tau, counts)
        return here.mu_slope, here.mu_bend

    best = crossing(slope, mu, near=lambda bend: _ENOUGH / math.sqrt(bend))
    return best, here


def _slopes(mu: float, tau: float, counts: Counts) -> _Slopes:
    """Add up what each study says."""
    return _Slopes(*map(math.fsum, zip(*(_study(mu, tau, x, n) for x, n in counts), strict=True)))


def _study(mu: float, tau: float, x: float, n: float) -> tuple[float, ...]:
    """Integrate over one study's standardised deviation u, where its logit is mu + tau u.

    Returns the fields of `_Slopes`, the second derivatives by Louis's rule: the expected bend of the complete data less
    the variance of their score.
    """
    nodes = _nodes(mu, tau, x, n)
    whole = math.fsum(height for _, height in nodes)
    scores, spreads, shares = [], [], []
    for u, height in nodes:
        p = logistic(mu + tau * u)
        scores.append(x - n * p)
        spreads.append(n * p * (1 - p) - (x - n * p) ** 2)
        shares.append(height / whole)

    def expect(values: Sequence[float], power: int = 0) -> float:
        return math.fsum(w * value * u**power for w, value, (u, _) in zip(shares, values, nodes, strict=True))

    by_mu, by_tau = expect(scores), expect(scores, 1)
    return (
        by_mu,
        by_tau,
        expect(spreads) + by_mu * by_mu,
        expect(spreads, 1) + by_mu * by_tau,
        expect(spreads, 2) + by_tau * by_tau,
    )


def _nodes(mu: float, tau: float, x: float, n: float) -> list[tuple[float, float]]:
    """Return the points u at which a study's integrand is looked at, with its heights relative to the peak.

    The integrand is a bell that is nowhere wider than the standard normal one: Newton's method finds its peak, and
    equal steps go down both sides until nothing is left.
    """

    def height(u: float) -> float:
        logit = mu + tau * u
        return x * logit - n * (max(logit, 0.0) + math.log1p(math.exp(-abs(logit)))) - u * u / 2

    def slope(u: float) -> tuple[float, float]:
        p = logistic(mu + tau * u)
        return tau * (x - n * p) - u, 1 + tau * tau * n * p * (1 - p)

    peak = crossing(slope, 0.0, near=lambda bend: _NEAR / math.sqrt(bend))
    top, width = height(peak), min(_STEP / math.sqrt(slope(peak)[1]), _CLIFF / tau)
    nodes = [(peak, 1.0)]
    for side in (-1, 1):
        u = peak + side * width
        while (below := height(u) - top) > -_FAR:
            nodes.append((u, math.exp(below)))
            u += side * width
    return nodes
