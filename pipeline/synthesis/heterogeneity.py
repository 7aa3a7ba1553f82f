"""How much the true effects of studies differ: seven estimators of tau2, its interval, I2 and H2.

Every function takes study estimates `y`, their sampling variances `v` and the columns of the model (for a plain
meta-analysis one column of ones), so that pooling and meta-regression share it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from pipeline.synthesis import least_squares
from pipeline.synthesis.distributions import chi2_quantile, root
from pipeline.synthesis.least_squares import Fit

Columns = Sequence[Sequence[float]]
Vector = Sequence[float]

_GRID = 1.5  # ratio of neighbouring points at which a likelihood's slope is looked at


def fit_at(tau2: float, y: Vector, v: Vector, columns: Columns) -> Fit:
    """Fit the model with weights 1 / (v + tau2)."""
    return least_squares.fit(y, [1 / (variance + tau2) for variance in v], columns)


def generalised_q(tau2: float, y: Vector, v: Vector, columns: Columns) -> float:
    """Return the weighted sum of squared residuals at a given tau2; Cochran's Q at 0.

    Source: Cochran 1954, Biometrics 10:101; DerSimonian and Kacker 2007, Contemporary Clinical Trials 28:105,
    doi 10.1016/j.cct.2006.04.004.
    """
    residuals = fit_at(tau2, y, v, columns).residuals
    return math.fsum(r * r / (variance + tau2) for r, variance in zip(residuals, v, strict=True))


def typical_variance(v: Vector, columns: Columns) -> float:
    """Return the sampling variance of a typical study, with which I2 and H2 compare tau2.

    Source: Higgins and Thompson 2002, Statistics in Medicine 21:1539, equation 9, doi 10.1002/sim.1186; for
    meta-regression Viechtbauer 2010, Journal of Statistical Software 36(3), doi 10.18637/jss.v036.i03.
    """
    leverages = fit_at(0, v, v, columns).leverages
    return (len(v) - len(columns)) / math.fsum((1 - h) / variance for h, variance in zip(leverages, v, strict=True))


def q_profile(y: Vector, v: Vector, columns: Columns, level: float) -> tuple[float, float]:
    """Return the confidence interval of tau2; both ends are 0 where even 0 is too much for these data.

    Source: Viechtbauer 2007, Statistics in Medicine 26:37, doi 10.1002/sim.2514.
    """
    df = len(y) - len(columns)
    tail = (1 - level) / 2
    low, high = (_solve_q(chi2_quantile(upper, df), y, v, columns) for upper in (tail, 1 - tail))
    return low, high


def dersimonian_laird(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 by the moments of Cochran's Q, cut at 0.

    Source: DerSimonian and Laird 1986, Controlled Clinical Trials 7:177, doi 10.1016/0197-2456(86)90046-2.
    """
    df = len(y) - len(columns)
    return max(0.0, (generalised_q(0, y, v, columns) - df) * typical_variance(v, columns) / df)


def hedges(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 by the moments of the unweighted sum of squares, cut at 0.

    Source: Hedges and Olkin 1985, Statistical Methods for Meta-Analysis, chapter 9.
    """
    plain = least_squares.fit(y, [1.0] * len(y), columns)
    expected = math.fsum(variance * (1 - h) for variance, h in zip(v, plain.leverages, strict=True))
    return max(0.0, (math.fsum(r * r for r in plain.residuals) - expected) / (len(y) - len(columns)))


def sidik_jonkman(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 from weights that begin at the raw variance of the effects; never 0 unless all effects agree.

    Source: Sidik and Jonkman 2005, Applied Statistics 54:367, doi 10.1111/j.1467-9876.2005.00489.x.
    """
    mean = math.fsum(y) / len(y)
    start = math.fsum((value - mean) ** 2 for value in y) / len(y)
    if start == 0:
        return 0.0
    return start * generalised_q(start, y, v, columns) / (len(y) - len(columns))


def paule_mandel(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 so that the generalised Q equals its degrees of freedom; 0 where it is below them already.

    The empirical Bayes estimator of Morris (1983) is the same value.

    Source: Paule and Mandel 1982, Journal of Research of the National Bureau of Standards 87:377,
    doi 10.6028/jres.087.022.
    """
    return _solve_q(len(y) - len(columns), y, v, columns)


def restricted_likelihood(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 at the highest peak of the restricted likelihood.

    Source: Viechtbauer 2005, Journal of Educational and Behavioral Statistics 30:261,
    doi 10.3102/10769986030003261.
    """
    return _highest_peak(y, v, columns, restricted=True)


def likelihood(y: Vector, v: Vector, columns: Columns) -> float:
    """Estimate tau2 at the highest peak of the likelihood; biased downwards.

    Source: Hardy and Thompson 1996, Statistics in Medicine 15:619.
    """
    return _highest_peak(y, v, columns, restricted=False)


# The one list. REML and its companions are what Cochrane recommends; ML, HE and SJ are here for comparison.
ESTIMATORS: Mapping[str, Callable[[Vector, Vector, Columns], float]] = {
    "REML": restricted_likelihood,
    "PM": paule_mandel,
    "DL": dersimonian_laird,
    "ML": likelihood,
    "HE": hedges,
    "SJ": sidik_jonkman,
}


def _solve_q(target: float, y: Vector, v: Vector, columns: Columns) -> float:
    """Find the tau2 at which the generalised Q falls to `target`.

    It falls ever more slowly as tau2 grows, so that Newton's method from 0 comes up to the answer from below.
    """
    tau2 = 0.0
    while True:
        residuals = fit_at(tau2, y, v, columns).residuals
        scaled = [r / (variance + tau2) for r, variance in zip(residuals, v, strict=True)]
        slope = least_squares.dot(scaled, scaled)
        excess = least_squares.dot(scaled, residuals) - target
        step = excess / slope if slope > 0 else 0.0
        if step <= 1e-15 * tau2:
            return tau2
        tau2 += step


def _highest_peak(y: Vector, v: Vector, columns: Columns, *, restricted: bool) -> float:
    """Find the tau2 at which a likelihood is highest.

    A likelihood can have several peaks, and its slope has all its zeros below the mean square of the unweighted
    residuals plus the largest sampling variance (put the extreme weights into the slope): look at it on a grid over
    that range, close in on each change from rising to falling, and take the highest.
    """

    def slope(tau2: float) -> float:
        at = fit_at(tau2, y, v, columns)
        free = ((1 - h) if restricted else 1.0 for h in at.leverages)
        return math.fsum(
            (r / (variance + tau2)) ** 2 - share / (variance + tau2)
            for r, variance, share in zip(at.residuals, v, free, strict=True)
        )

    def height(tau2: float) -> float:
        at = fit_at(tau2, y, v, columns)
        total = math.fsum(
            math.log(variance + tau2) + r * r / (variance + tau2) for r, variance in zip(at.residuals, v, strict=True)
        )
        return -total - (at.log_determinant if restricted else 0.0)

    plain = least_squares.fit(y, [1.0] * len(y), columns).residuals
    limit = math.fsum(r * r for r in plain) / (len(y) - len(columns)) + max(v)
    least = min(v)
    count = math.ceil(math.log((least + limit) / least) / math.log(_GRID))
    points = [least * ((least + limit) / least) ** (i / count) - least for i in range(count + 1)]
    slopes = [slope(tau2) for tau2 in points]
    peaks = [0.0] if slopes[0] <= 0 else []
    peaks += [root(slope, points[i], points[i + 1]) for i in range(count) if slopes[i] > 0 and slopes[i + 1] <= 0]
    return max(peaks, key=height) if len(peaks) > 1 else peaks[0]
