"""Pooling of proportions by the binomial-normal model, straight from counts: no correction for zeros is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import chi2_p, crossing, root
from pipeline.synthesis.effects import Effect, Refusal, Share, proportion
from pipeline.synthesis.pooling import Heterogeneity, Pooled, Prediction, summarise, too_few
from pipeline.synthesis.scales import logistic

Counts = Sequence[Share]

_STEP = 0.5  # of a bell's width at its peak: the trapezium rule then errs by less than rounding
_CLIFF = 0.25  # of 1 / tau: the width over which a proportion near 0 or 1 cuts a bell off
_FAR = 38.0  # how far, in natural logarithms below the peak, an integrand is followed: beyond lies less than rounding
_NEAR = 1e-6  # how exactly a peak is found: it only places the nodes
_ENOUGH = 1e-10  # of a standard error: the last Newton step, whose own error is the square of that
_LEAST = 0.003  # a smaller tau on the logit scale is 0
_MOST = 8.0  # a larger one is no estimate
_GRID = 18  # steps from the one to the other, each by about a half
_FLAT = 1e-6  # a bend below this is rounding


@dataclass(frozen=True, slots=True)
class _Slopes:
    """The log-likelihood, its first and its negative second derivatives by mu and tau."""

    value: float
    mu_slope: float
    tau_slope: float
    mu_bend: float
    cross_bend: float
    tau_bend: float


def pool_proportions(counts: Counts, *, prediction: Prediction = "k-2", level: float = 0.95) -> Pooled | Refusal:
    """Pool proportions in a random-intercept logistic model by maximum likelihood.

    The estimate is on the logit scale. The integral over each study's true logit is taken to rounding error, so that
    the answer does not depend on a number of quadrature nodes; the standard error comes from the full information
    matrix. Q is the likelihood ratio test of one proportion against one for each study. Weights are those of the
    logits at the estimated tau2, for plotting only: the model itself has none.

    Source: Stijnen, Hamza and Ozdemir 2010, Statistics in Medicine 29:3046, doi 10.1002/sim.4040; Louis 1982, JRSS B
    44:226 (information); Schwarzer et al. 2019, Research Synthesis Methods 10:476, doi 10.1002/jrsm.1348.
    """
    singles = [proportion(share.events, share.n) for share in counts]
    if refusal := next((single for single in singles if isinstance(single, Refusal)), None):
        return refusal
    k = len(counts)
    if refusal := too_few(k):
        return refusal
    events, n = math.fsum(share.events for share in counts), math.fsum(share.n for share in counts)
    if events in {0, n}:
        return Refusal("no-events", f"no events, or nothing but events, in any study ({events:g}/{n:g})")
    logits = [single for single in singles if isinstance(single, Effect)]
    maximum = _maximise(counts, math.log(events / (n - events)))
    if maximum is None:
        return Refusal("no-estimate", "the proportions lie so far apart that the model has no best estimate")
    estimate, tau, error = maximum
    v = [logit.variance for logit in logits]
    q = 2 * (_saturated(counts) - _saturated([Share(events, n)]))
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
    return math.fsum(
        part * math.log(part / share.n)
        for share in counts
        for part in (share.events, share.n - share.events)
        if part > 0
    )


def _maximise(counts: Counts, start: float) -> tuple[float, float, float] | None:
    """Return the mu and tau of highest likelihood, and the standard error of mu.

    For a given tau the likelihood of mu has one peak (its integrand is log-concave), and Newton's method climbs it.
    Along that ridge there can be several peaks, of which tau = 0 can be one: the ridge's slope is looked at on a grid,
    each change from rising to falling is closed in on, and the highest is taken. Where the ridge still rises at the
    end (studies of nothing but events beside studies without any), there is none.
    """
    mu = start

    def slope(tau: float) -> float:
        nonlocal mu
        mu, there = _ridge(mu, tau, counts)
        return there.tau_slope / tau

    taus = [_LEAST * (_MOST / _LEAST) ** (i / _GRID) for i in range(_GRID + 1)]
    slopes = [slope(tau) for tau in taus]
    if slopes[-1] > 0:
        return None
    peaks = [taus[0]] if slopes[0] <= 0 else []
    peaks += [root(slope, taus[i], taus[i + 1]) for i in range(_GRID) if slopes[i] > 0 and slopes[i + 1] <= 0]
    best = max(((*_ridge(start, tau, counts), tau) for tau in peaks), key=lambda peak: peak[1].value)
    mu, at, tau = best
    if tau > taus[0]:
        determinant = at.mu_bend * at.tau_bend - at.cross_bend**2
        return (mu, tau, math.sqrt(at.tau_bend / determinant)) if min(at.tau_bend, determinant) > 0 else None
    p = logistic(start)
    return start, 0.0, 1 / math.sqrt(math.fsum(share.n * p * (1 - p) for share in counts))


def _ridge(mu: float, tau: float, counts: Counts) -> tuple[float, _Slopes]:
    """Climb to the best mu for a given tau; return it and the slopes there."""
    here: _Slopes

    def slope(at: float) -> tuple[float, float]:
        nonlocal here
        here = _slopes(at, tau, counts)
        return here.mu_slope, max(here.mu_bend, _FLAT)

    best = crossing(slope, mu, near=lambda bend: _ENOUGH / math.sqrt(bend))
    return best, here


def _slopes(mu: float, tau: float, counts: Counts) -> _Slopes:
    """Add up what each study says."""
    return _Slopes(*map(math.fsum, zip(*(_study(mu, tau, share.events, share.n) for share in counts), strict=True)))


def _study(mu: float, tau: float, x: float, n: float) -> tuple[float, ...]:
    """Integrate over one study's standardised deviation u, where its logit is mu + tau u.

    Returns the fields of `_Slopes`, the second derivatives by Louis's rule: the expected bend of the complete data less
    the variance of their score.
    """
    nodes, scale = _nodes(mu, tau, x, n)
    whole = by_mu = by_tau = bend = cross = bow = 0.0
    for u, height in nodes:
        p = logistic(mu + tau * u)
        score = x - n * p
        first, second = height * score, height * (n * p * (1 - p) - score * score)
        whole += height
        by_mu += first
        by_tau += first * u
        bend += second
        cross += second * u
        bow += second * u * u
    by_mu, by_tau = by_mu / whole, by_tau / whole
    return (
        scale + math.log(whole),
        by_mu,
        by_tau,
        bend / whole + by_mu * by_mu,
        cross / whole + by_mu * by_tau,
        bow / whole + by_tau * by_tau,
    )


def _nodes(mu: float, tau: float, x: float, n: float) -> tuple[list[tuple[float, float]], float]:
    """Return the points u of a study's integrand with its heights relative to the peak, and the logarithm of its scale.

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
    return nodes, top + math.log(width / math.sqrt(2 * math.pi))
