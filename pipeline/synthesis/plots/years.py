"""Studies by year and treatment: a matrix of counts that stays readable from ten studies to thousands."""

import math
from dataclasses import dataclass

from pipeline.drawing import svg
from pipeline.drawing.text import width, wrap
from pipeline.synthesis.plots.axis import ACCENT, SMALL

_SIZE = 12
_LINE = 16
_LABEL = 190  # widest label before it wraps
_CELL = 25  # a square of the matrix; its number has room for three digits
_ROW = 22
_GAP = 14
_MARGIN = 8
_MOST = 20  # columns that an upright page has room for
_SMALLER = 10  # type of the years: four digits are as wide as a column
_STEPS = (1, 2, 5, 10, 20)
_DARKEST = 0.6  # of the ink behind the largest number, which has to stay readable on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Everything that a matrix of studies by year shows.

    Attributes:
        name: begins the ids inside the picture.
        title: what the plot is.
        rows: treatments in order, each with the years of its studies, one year a study.
        all: the years of all studies, one year a study; a study of two treatments stands in two rows and here once.
        undated: how many studies have no year.
    """

    name: str
    title: str
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    all: tuple[int, ...]
    undated: int = 0

    @property
    def step(self) -> int:
        """Return how many years a column holds: as few as leave no more columns than a page has room for."""
        first, last = min(self.all), max(self.all)
        return next((step for step in _STEPS if last // step - first // step < _MOST), _STEPS[-1])

    @property
    def columns(self) -> tuple[int, ...]:
        """List the first years of the columns, those without a study included."""
        step = self.step
        return tuple(range(min(self.all) // step * step, max(self.all) + 1, step))

    def counts(self, years: tuple[int, ...]) -> tuple[int, ...]:
        """Count years by column."""
        return tuple(sum(first <= year < first + self.step for year in years) for first in self.columns)


def draw(years: Years) -> str:
    """Draw the matrix: a row a treatment, a column a year or span of years, the last row and column the totals."""
    labels = [*(label for label, _ in years.rows), _ALL]
    left = _MARGIN + min(_LABEL, max(width(label, _SIZE, bold=True) for label in labels)) + _GAP
    right = left + _CELL * len(years.columns)
    whole = right + _GAP + _CELL
    parts, y = _header(years, left, whole)
    most = max((n for _, found in years.rows for n in years.counts(found)), default=1)
    for label, found in years.rows:
        drawn, y = _row(years, label, found, left=left, whole=whole, y=y, most=most)
        parts += drawn
    parts.append(svg.line(_MARGIN, y + 3, whole, y + 3))
    drawn, y = _row(years, _ALL, years.all, left=left, whole=whole, y=y + 5, most=0)
    return svg.picture(
        years.name, whole + _MARGIN, y + _MARGIN, *parts, *drawn, title=years.title, description=describe(years)
    )


_ALL = "All studies, each once"


def describe(years: Years) -> str:
    """Say in words what the matrix shows."""
    said = [f"{years.title}."]
    for label, found in (*years.rows, (_ALL, years.all)):
        counted = zip(years.columns, years.counts(found), strict=True)
        spans = ", ".join(f"{_span(years, first)}: {n}" for first, n in counted if n)
        said.append(f"{label} {len(found)}" + (f" ({spans})." if spans else "."))
    return " ".join(said)


def _span(years: Years, first: int) -> str:
    return f"{first}" if years.step == 1 else f"{first} to {first + years.step - 1}"


def _header(years: Years, left: float, whole: float) -> tuple[list[str], float]:
    """Write the years above the columns, a span on two lines."""
    is_span = years.step > 1
    base = _MARGIN + _SIZE + (_LINE - 2 if is_span else 0)
    parts = [svg.text(_MARGIN, base, "Treatment", font_weight="bold")]
    for place, first in enumerate(years.columns):
        middle = left + (place + 0.5) * _CELL
        lines = (f"{first}", f"–{(first + years.step - 1) % 100:02}") if is_span else (f"{first}",)
        for line, words in enumerate(reversed(lines)):
            parts.append(svg.text(middle, base - line * 12, words, text_anchor="middle", font_size=_SMALLER))
    parts.append(svg.text(whole, base, "All", text_anchor="end", font_weight="bold"))
    y = base + 7
    parts.append(svg.line(_MARGIN, y, whole, y))
    return parts, y + 4


def _row(
    years: Years, label: str, found: tuple[int, ...], *, left: float, whole: float, y: float, most: int
) -> tuple[list[str], float]:
    """Draw one row; the more studies, the darker the square behind their number. The row of totals has none."""
    weight = None if most else "bold"
    lines = wrap(label, _LABEL, _SIZE, bold=not most)
    base = y + _LINE - 1
    parts = [svg.text(_MARGIN, base + place * _LINE, line, font_weight=weight) for place, line in enumerate(lines)]
    for place, n in enumerate(years.counts(found)):
        x = left + place * _CELL
        if n and most:
            ink = _DARKEST * math.sqrt(n / most)
            parts.append(
                svg.element("rect", x=x + 1, y=y + 1, width=_CELL - 2, height=_ROW - 2, fill=ACCENT, fill_opacity=ink)
            )
        if n:
            middle = x + _CELL / 2
            parts.append(svg.text(middle, base, f"{n}", text_anchor="middle", font_size=SMALL, font_weight=weight))
    parts.append(svg.text(whole, base, f"{len(found)}", text_anchor="end", font_weight="bold"))
    return parts, y + _ROW + (len(lines) - 1) * _LINE
