"""Normal, t, chi-squared, F and binomial probabilities and quantiles, to 12 digits or better.

The standard library has the error function, the logarithm of the gamma function and the normal quantile; what is built
on them here is short. Tail areas keep their relative accuracy however small they are.
"""

import math
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from statistics import NormalDist

_EPSILON = sys.float_info.epsilon
_TINY = 1e-300
_ROUNDS = 10_000  # of a series or continued fraction; reached by no argument that a meta-analysis has


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile: 1.96 for a level of 0.95."""
    return normal_z(1 - level)


def normal_z(p: float) -> float:
    """Return the z beyond which, on both sides, lies the area `p`, however small.

    Source: Wichura 1988, Applied Statistics 37:477, algorithm AS 241 (in `statistics.NormalDist`).
    """
    return -NormalDist().inv_cdf(p / 2)


def normal_p(z: float) -> float:
    """Return the two-sided tail area beyond `z`."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_p(t: float, df: float) -> float:
    """Return the two-sided tail area of Student's t beyond `t`.

    Source: Abramowitz and Stegun 1964, 26.7.1 and 26.5.27.
    """
    return f_p(t * t, 1, df)


@cache
def t_quantile(level: float, df: float) -> float:
    """Return the two-sided quantile of Student's t: 12.706 for a level of 0.95 and 1 degree of freedom.

    The tail is convex and the normal quantile lies before the answer, so that Newton's method comes up to it from
    one side.
    """
    tail = 1 - level
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    t = normal_quantile(level)
    while True:
        density = 2 * scale * math.exp(-(df + 1) / 2 * math.log1p(t * t / df))
        step = (t_p(t, df) - tail) / density
        t += step
        if step <= 4 * _EPSILON * t:
            return t


def f_p(f: float, df1: float, df2: float) -> float:
    """Return the upper tail area of the F distribution.

    Source: Abramowitz and Stegun 1964, 26.6.2.
    """
    if f <= 0 or math.isinf(f):
        return float(f <= 0)
    return beta_cdf(df2, df1 * f, df2 / 2, df1 / 2)


def chi2_p(x: float, df: float) -> float:
    """Return the upper tail area of the chi-squared distribution; 1 where `df` is 0.

    Source: Abramowitz and Stegun 1964, 26.4.19, 6.5.29 (series) and 6.5.31 (continued fraction).
    """
    if x <= 0 or df <= 0:
        return 1.0
    a, x = df / 2, x / 2
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1 - front * _gamma_series(a, x) if x < a + 1 else front * _gamma_fraction(a, x)


@cache
def chi2_quantile(upper_tail: float, df: float) -> float:
    """Return the value that a chi-squared variable exceeds with probability `upper_tail`."""
    high = df + 1.0
    while chi2_p(high, df) > upper_tail:
        high *= 2
    return root(lambda x: chi2_p(x, df) - upper_tail, 0.0, high)


def clopper_pearson(events: float, n: float, level: float) -> tuple[float, float]:
    """Return the exact confidence interval of a proportion.

    Source: Clopper and Pearson 1934, Biometrika 26:404, doi 10.1093/biomet/26.4.404.
    """
    tail = (1 - level) / 2
    low = 0.0
    if events > 0:
        low = root(lambda p: beta_cdf(p, 1 - p, events, n - events + 1) - tail, 0.0, 1.0)
    high = 1.0
    if events < n:
        high = root(lambda p: beta_cdf(1 - p, p, n - events, events + 1) - tail, 0.0, 1.0)
    return low, high


def beta_cdf(x: float, y: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function at x / (x + y).

    Both parts are asked for, since 1 - x would lose the digits of a small y.

    Source: Abramowitz and Stegun 1964, 26.5.8 (continued fraction), with 26.5.2 where it converges badly.
    """
    x, y = x / (x + y), y / (x + y)
    if x <= 0 or y <= 0:
        return float(y <= 0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y))
    if x <= (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(y, b, a) / b


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a continuous function crosses zero between two points at which its signs differ.

    Source: Ridders 1979, IEEE Transactions on Circuits and Systems 26:979, doi 10.1109/TCS.1979.1084580.
    """
    at_low, at_high = function(low), function(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    if (at_low > 0) == (at_high > 0):
        raise ValueError("the function has the same sign at both ends")
    found = math.inf
    while True:
        middle = (low + high) / 2
        at_middle = function(middle)
        spread = math.sqrt(at_middle**2 - at_low * at_high)
        if at_middle == 0 or spread == 0 or not low < middle < high:
            return middle
        last, found = found, middle + (middle - low) * math.copysign(at_middle / spread, at_low * at_middle)
        at_found = function(found)
        if at_found == 0 or abs(found - last) <= 2 * _EPSILON * abs(found):
            return found
        ends = sorted([(low, at_low), (middle, at_middle), (found, at_found), (high, at_high)])
        (low, at_low), (high, at_high) = next(
            (left, right) for left, right in pairwise(ends) if (left[1] > 0) != (right[1] > 0)
        )


def crossing(
    function: Callable[[float], tuple[float, float]],
    start: float,
    *,
    near: Callable[[float], float],
    between: tuple[float, float] = (-math.inf, math.inf),
) -> float:
    """Find where a falling function crosses zero by Newton's method, halving the bracket wherever a step leaves it.

    Args:
        function: returns its value and how fast it falls there, which is above 0.
        start: a first guess.
        near: how short the last step must be, given how fast the function falls.
        between: ends where it is known to be above and below zero; between them it may also rise, said as a slow fall.
    """
    (low, high), at = between, start
    while True:
        value, fall = function(at)
        low, high = (at, high) if value > 0 else (low, at)
        step = value / fall
        if abs(step) <= near(fall):
            return at
        after = at + step
        if not low < after < high:
            after = (low + high) / 2
        if after in {low, high, at}:
            return at
        at = after


def _gamma_series(a: float, x: float) -> float:
    term = total = 1 / a
    for n in range(1, _ROUNDS):
        term *= x / (a + n)
        total += term
        if term < total * _EPSILON:
            return total
    raise ArithmeticError(f"the gamma series did not converge at {a!r}, {x!r}")


def _gamma_fraction(a: float, x: float) -> float:
    """Evaluate the continued fraction from the top. Source: Lentz 1976, Applied Optics 15:668."""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for n in range(1, _ROUNDS):
        factor = n * (a - n)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        value *= c * d
        if abs(c * d - 1) <= 4 * _EPSILON:
            return value
    raise ArithmeticError(f"the gamma fraction did not converge at {a!r}, {x!r}")


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Evaluate the continued fraction from the top. Source: Lentz 1976, Applied Optics 15:668."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for n in range(1, _ROUNDS):
        for factor in (
            n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n)),
            -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1)),
        ):
            d = 1 / _away(1 + factor * d)
            c = _away(1 + factor / c)
            value *= c * d
        if abs(c * d - 1) <= 4 * _EPSILON:
            return value
    raise ArithmeticError(f"the beta fraction did not converge at {x!r}, {a!r}, {b!r}")


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
