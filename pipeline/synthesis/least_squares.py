"""Weighted least squares for a handful of columns; the arithmetic below every pooled estimate."""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass

_INDEPENDENT = 1e-10  # of a column's length, left when the columns before it are taken out


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted least squares fit.

    Attributes:
        coefficients: one a column.
        covariance: of the coefficients, if each weight is the inverse of a variance.
        residuals: one a study.
        leverages: diagonal of the hat matrix; they add up to the number of columns.
        log_determinant: of X'WX.
    """

    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    residuals: tuple[float, ...]
    leverages: tuple[float, ...]
    log_determinant: float


def fit(y: Sequence[float], weights: Sequence[float], columns: Sequence[Sequence[float]]) -> Fit:
    """Fit `y` to `columns`, each as long as `y`; the intercept is a column of ones.

    Source: Bjorck 1967, BIT 7:1, modified Gram-Schmidt, done twice for full precision.

    Raises:
        ArithmeticError: a column is a combination of those before it.
    """
    roots = [math.sqrt(w) for w in weights]
    basis: list[list[float]] = []
    triangle: list[list[float]] = []
    for column in columns:
        rest = [r * x for r, x in zip(roots, column, strict=True)]
        length = math.sqrt(dot(rest, rest))
        shares = [0.0] * len(basis)
        for _ in range(2):
            for i, unit in enumerate(basis):
                share = dot(unit, rest)
                shares[i] += share
                rest = [a - share * b for a, b in zip(rest, unit, strict=True)]
        left = math.sqrt(dot(rest, rest))
        if left <= _INDEPENDENT * length:
            raise ArithmeticError(f"column {len(basis) + 1} of {len(columns)} is a combination of those before it")
        basis.append([a / left for a in rest])
        triangle.append([*shares, left])
    inverse = _invert(triangle)
    target = [r * value for r, value in zip(roots, y, strict=True)]
    shares = [dot(unit, target) for unit in basis]
    coefficients = tuple(dot(row, shares) for row in inverse)
    fitted = (math.fsum(b * x for b, x in zip(coefficients, row, strict=True)) for row in zip(*columns, strict=True))
    return Fit(
        coefficients=coefficients,
        covariance=tuple(tuple(dot(a, b) for b in inverse) for a in inverse),
        residuals=tuple(value - at for value, at in zip(y, fitted, strict=True)),
        leverages=tuple(math.fsum(unit[i] ** 2 for unit in basis) for i in range(len(y))),
        log_determinant=2 * math.fsum(math.log(row[-1]) for row in triangle),
    )


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Add up the products of two sequences of one length, rounding once."""
    return math.fsum(map(operator.mul, a, b))


def _invert(triangle: Sequence[Sequence[float]]) -> list[list[float]]:
    """Invert an upper triangular matrix that is given by its columns, each down to the diagonal; rows come back."""
    p = len(triangle)
    rows = [[0.0] * p for _ in range(p)]
    for j in range(p):
        rows[j][j] = 1 / triangle[j][j]
        for i in range(j - 1, -1, -1):
            above = math.fsum(triangle[m][i] * rows[m][j] for m in range(i + 1, j + 1))
            rows[i][j] = -above / triangle[i][i]
    return rows
