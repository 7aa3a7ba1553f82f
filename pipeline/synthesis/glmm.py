"""Pooling of proportions by the binomial-normal model, straight from counts: no correction for zeros is needed.

The integrals of all studies are taken at once, as arrays, and added up without rounding, in whatever order they come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.distributions import chi2_p, crossing
from pipeline.synthesis.effects import Effect, Refusal, Share, proportion
from pipeline.synthesis.pooling import FEW, Heterogeneity, Pooled, Prediction, summarise, too_few
from pipeline.synthesis.scales import logistic

Counts = Sequence[Share]
_Floats = NDArray[np.float64]

_STEP = 0.5  # of a bell's width at its peak: the trapezium rule then errs by less than rounding
_CLIFF = 0.25  # of 1 / tau: the width over which a proportion near 0 or 1 cuts a bell off
_FAR = 38.0  # how far, in natural logarithms below the peak, an integrand is followed: beyond lies less than rounding
_NEARER = 6  # Newton steps towards the point from which on an integrand is not followed
_NEAR = 1e-6  # how exactly a peak is found: it only places the nodes
_ENOUGH = 1e-12  # of a standard error: a Newton step that is no longer taken
_LEAST = 0.003  # a smaller tau on the logit scale is 0
_MOST = 8.0  # a larger one is no estimate
_GRID = 18  # steps from the one to the other, each by about a half
_FLAT = 1e-6  # a bend below this is rounding


@dataclass(frozen=True, slots=True)
class _Counts:
    """Events and patients of all studies, and their logits with variances (half a patient added), near the peaks."""

    events: _Floats
    n: _Floats
    logits: _Floats
    variances: _Floats


@dataclass(frozen=True, slots=True)
class _Bells:
    """Each study's integrand: where its peak is, its logarithm there, and the step at which it is looked at."""

    peak: _Floats
    top: _Floats
    step: _Floats


@dataclass(frozen=True, slots=True)
class _Slopes:
    """The log-likelihood, its first and its negative second derivatives by mu and tau."""

    value: float
    mu_slope: float
    tau_slope: float
    mu_bend: float
    cross_bend: float
    tau_bend: float


@dataclass(frozen=True, slots=True)
class _Point:
    """A point of the ridge, where mu is best for its tau, and the slopes there."""

    mu: float
    tau: float
    slopes: _Slopes


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
        notes=(f"With {k} studies τ² is hardly known; the interval is too narrow if it is too small.",)
        if k < FEW
        else (),
    )


def _saturated(counts: Counts) -> float:
    """Return the log-likelihood of counts at their own proportions."""
    return math.fsum(
        part * math.log(part / share.n)
        for share in counts
        for part in (share.events, share.n - share.events)
        if part > 0
    )


def _maximise(shares: Counts, start: float) -> tuple[float, float, float] | None:
    """Return the mu and tau of highest likelihood, and the standard error of mu.

    For a given tau the likelihood of mu has one peak (its integrand is log-concave), and Newton's method climbs it.
    Along that ridge there can be several peaks, of which tau = 0 can be one: the ridge's slope is looked at on a grid,
    each change from rising to falling is closed in on, and the highest is taken. Where the ridge still rises at the
    end (studies of nothing but events beside studies without any), there is none.
    """
    counts = _arrays(shares)
    taus = [_LEAST * (_MOST / _LEAST) ** (i / _GRID) for i in range(_GRID + 1)]
    ridge = [_climb(start, taus[0], counts)]
    for tau in taus[1:]:
        ridge.append(_along(ridge[-1], tau, counts))
    if ridge[-1].slopes.tau_slope > 0:
        return None
    peaks = [ridge[0]] if ridge[0].slopes.tau_slope <= 0 else []
    peaks += [
        _peak(low, high, counts)
        for low, high in pairwise(ridge)
        if low.slopes.tau_slope > 0 and high.slopes.tau_slope <= 0
    ]
    best = max(peaks, key=lambda peak: peak.slopes.value)
    if best is ridge[0]:
        p = logistic(start)
        return start, 0.0, 1 / math.sqrt(math.fsum(share.n * p * (1 - p) for share in shares))
    at = best.slopes
    determinant = at.mu_bend * at.tau_bend - at.cross_bend**2
    return (best.mu, best.tau, math.sqrt(at.tau_bend / determinant)) if min(at.tau_bend, determinant) > 0 else None


def _arrays(shares: Counts) -> _Counts:
    x, n = (np.array(each, dtype=np.float64) for each in zip(*((one.events, one.n) for one in shares), strict=True))
    return _Counts(events=x, n=n, logits=np.log((x + 0.5) / (n - x + 0.5)), variances=1 / (x + 0.5) + 1 / (n - x + 0.5))


def _climb(mu: float, tau: float, counts: _Counts) -> _Point:
    """Climb from a first guess to the best mu for a given tau."""
    here: _Slopes

    def slope(at: float) -> tuple[float, float]:
        nonlocal here
        here = _slopes(at, tau, counts)
        return here.mu_slope, max(here.mu_bend, _FLAT)

    best = crossing(slope, mu, near=lambda bend: _ENOUGH / math.sqrt(bend))
    return _Point(mu=best, tau=tau, slopes=here)


def _along(point: _Point, tau: float, counts: _Counts) -> _Point:
    """Go along the ridge to another tau, first in the direction that it has at a point of it."""
    at = point.slopes
    return _climb(point.mu - at.cross_bend / max(at.mu_bend, _FLAT) * (tau - point.tau), tau, counts)


def _peak(low: _Point, high: _Point, counts: _Counts) -> _Point:
    """Find the peak of the ridge between a point where it rises with tau and one where it falls."""
    here = low

    def slope(tau: float) -> tuple[float, float]:
        nonlocal here
        here = _along(here, tau, counts)
        at = here.slopes
        return at.tau_slope, max(at.tau_bend - at.cross_bend**2 / max(at.mu_bend, _FLAT), _FLAT)

    crossing(
        slope,
        math.sqrt(low.tau * high.tau),
        near=lambda bend: _ENOUGH / math.sqrt(bend),
        between=(low.tau, high.tau),
    )
    return here


def _slopes(mu: float, tau: float, counts: _Counts) -> _Slopes:
    """Integrate over each study's standardised deviation u, where its logit is mu + tau u, and add up the studies.

    The integrand is a bell that is nowhere wider than the standard normal one: equal steps go down from its peak to
    both sides until nothing is left. The second derivatives follow Louis's rule: the expected bend of the complete data
    less the variance of their score.
    """
    bells = _bells(mu, tau, counts)
    left, right = (_steps(bells, side, mu, tau, counts) for side in (-1, 1))
    sizes = left + right + 1
    begins = np.cumsum(sizes) - sizes
    away = np.repeat(bells.step, sizes) * (np.arange(sizes.sum()) - np.repeat(begins + left, sizes))
    peak, x, n = (np.repeat(each, sizes) for each in (bells.peak, counts.events, counts.n))
    u = peak + away
    height = np.exp(-_depth(away, peak, mu=mu, tau=tau, x=x, n=n))
    p = _proportion(mu + tau * u)
    score = x - n * p
    first, second = height * score, height * (n * p * (1 - p) - score * score)

    def whole(parts: _Floats) -> _Floats:
        return np.add.reduceat(parts, begins)

    area = whole(height)
    by_mu, by_tau = whole(first) / area, whole(first * u) / area
    studies = (
        bells.top + np.log(bells.step * area / math.sqrt(2 * math.pi)),
        by_mu,
        by_tau,
        whole(second) / area + by_mu * by_mu,
        whole(second * u) / area + by_mu * by_tau,
        whole(second * u * u) / area + by_tau * by_tau,
    )
    return _Slopes(*(math.fsum(each.tolist()) for each in studies))


def _bells(mu: float, tau: float, counts: _Counts) -> _Bells:
    """Find the integrands' peaks, and steps that resolve them.

    Newton's method, with a bracket, from where the peak of a normal likelihood would be.
    """
    x, n = counts.events, counts.n
    u = tau * (counts.logits - mu) / (tau * tau + counts.variances)
    low, high = np.full_like(u, -np.inf), np.full_like(u, np.inf)
    while True:
        top, p = _integrand(u, mu, tau, x, n)
        slope = tau * (x - n * p) - u
        fall = 1 + tau * tau * n * p * (1 - p)
        bell = 1 / np.sqrt(fall)
        if np.all(np.abs(slope) <= _NEAR * fall * bell):
            return _Bells(peak=u, top=top, step=np.minimum(_STEP * bell, _CLIFF / tau))
        low, high = np.where(slope > 0, u, low), np.where(slope > 0, high, u)
        after = u + slope / fall
        u = np.where((low <= after) & (after <= high), after, (low + high) / 2)


def _steps(bells: _Bells, side: int, mu: float, tau: float, counts: _Counts) -> NDArray[np.intp]:
    """Count the steps to one side of each peak until an integrand is less than rounding, or a few more.

    The logarithm of an integrand is bent by at least 1, so that all of it lies within `sqrt(2 * _FAR)`; from there
    Newton's method comes nearer and never passes the point.
    """
    x, n = counts.events, counts.n
    away = np.full_like(bells.peak, side * math.sqrt(2 * _FAR))
    for _ in range(_NEARER):
        u = bells.peak + away
        rise = tau * (x - n * _proportion(mu + tau * u)) - u
        away = away - (_FAR - _depth(away, bells.peak, mu=mu, tau=tau, x=x, n=n)) / rise
    return np.ceil(np.abs(away) / bells.step).astype(np.intp)


def _integrand(u: _Floats, mu: float, tau: float, x: _Floats, n: _Floats) -> tuple[_Floats, _Floats]:
    """Return the logarithm of an integrand, and the proportion at that point."""
    logit = mu + tau * u
    height = x * logit - n * (np.maximum(logit, 0.0) + np.log1p(np.exp(-np.abs(logit)))) - u * u / 2
    return height, _proportion(logit)


def _depth(away: _Floats, peak: _Floats, *, mu: float, tau: float, x: _Floats, n: _Floats) -> _Floats:
    """Return how far the logarithm of an integrand lies below its peak, at a distance from it.

    Two heights taken from each other would leave no digit that is right in a study of many millions: what grows with n
    is left out beforehand, for the rarer of events and non-events.
    """
    logit = mu + tau * peak
    is_most = logit > 0
    rarer, up = np.where(is_most, n - x, x), np.where(is_most, -tau, tau) * away
    return n * np.log1p(_proportion(-np.abs(logit)) * np.expm1(up)) - rarer * up + away * (peak + away / 2)


def _proportion(logit: _Floats) -> _Floats:
    tail = np.exp(-np.abs(logit))
    share: _Floats = np.where(logit > 0, 1.0, tail) / (1 + tail)
    return share
