"""The forest plot drawn: columns measured and aligned, squares as heavy as weights, diamonds for pooled values."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.drawing import svg
from pipeline.drawing.text import width, wrap
from pipeline.synthesis.plots.axis import ACCENT, CONTRAST, SMALL, Axis, limits
from pipeline.synthesis.plots.forest import Forest, Group, Line, Summary, describe, words

_SIZE = 12
_LINE = 16  # between base lines of one label
_ROW = 22
_LABEL = 250  # widest label before it wraps
_GRAPH = 300
_GAP = 18  # between columns
_MARGIN = 8
_SQUARE = 15  # side of the square of a study that carries half of the weight or more
_LEAST = 3.5
_WEIGHT = "Weight"
_DIAMOND = 6.5


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns stand: left end of the study column, the axis, right ends of all others."""

    study: float
    cells: tuple[float, ...]
    axis: Axis
    value: float
    interval: float
    weight: float
    width: float

    @property
    def room(self) -> float:
        """Return how wide a line of details may be: up to the axis."""
        return self.axis.left - _GAP - self.study


def draw(forest: Forest) -> str:
    """Draw a forest plot; nothing of it refers to another file, and its text can be selected and searched."""
    columns = _columns(forest)
    header, y = _header(forest, columns)
    top = y
    body: list[str] = []
    for group in forest.groups:
        parts, y = _group(group, forest, columns, y)
        body.extend(parts)
    for summary in forest.summaries:
        parts, y = _summary(summary, forest, columns, y)
        body.extend(parts)
    bottom = y + 4
    parts, y = _details(forest.detail, columns, y)
    body.extend(parts)
    foot, height = _foot(forest, columns, bottom, max(y, bottom))
    return svg.picture(
        forest.name,
        columns.width,
        height,
        *header,
        *_guides(forest, columns, top, bottom),
        *body,
        *foot,
        title=forest.title,
        description=describe(forest),
    )


def _columns(forest: Forest) -> _Columns:
    """Measure every text and lay the columns out."""
    x = _MARGIN + max(150.0, _widest([forest.columns[0]]), min(_LABEL, _widest(_names(forest))))
    cells = []
    for place, heading in enumerate(forest.columns[1:]):
        totals = [one.cells[place] for one in forest.pooled if one.cells]
        x += _GAP + _widest([*heading.split("\n"), *(one.cells[place] for one in forest.lines), *totals])
        cells.append(x)
    low, high = _limits(forest)
    left = x + _GAP
    axis = Axis(low=low, high=high, left=left, right=left + _GRAPH, is_log=forest.is_ratio, percent=forest.percent)
    value = axis.right + _GAP + _widest([_heading(forest), *(forest.number(one.estimate) for one in forest.shown)])
    intervals = [_interval(forest, one.low, one.high) for one in forest.shown]
    intervals += [_interval(forest, *one.prediction) for one in forest.pooled if one.prediction]
    interval = value + _GAP / 2 + _widest([forest.interval, *intervals])
    weighted = any(one.weight is not None for one in forest.shown)
    weight = interval + (_GAP + _widest([_WEIGHT]) if weighted else 0)
    return _Columns(float(_MARGIN), tuple(cells), axis, value, interval, weight, weight + _MARGIN)


def _names(forest: Forest) -> list[str]:
    groups = [group.title for group in forest.groups]
    return [*groups, *(one.label for one in forest.shown)]


def _widest(texts: Iterable[str]) -> float:
    """Return how wide the widest text is in bold type."""
    return max((width(text, _SIZE, bold=True) for text in texts), default=0.0)


def _heading(forest: Forest) -> str:
    if forest.percent:
        return "%"
    return forest.unit.capitalize() if forest.unit else _initials(forest.value)


def _initials(value: str) -> str:
    """Shorten "Hazard ratio" to "HR"; one word stays."""
    words = value.replace("-", " ").split()
    return "".join(word[0].upper() for word in words) if len(words) > 1 else value


def _interval(forest: Forest, low: float, high: float) -> str:
    return f"({forest.number(low)} to {forest.number(high)})"


def _limits(forest: Forest) -> tuple[float, float]:
    shown = forest.shown
    least, most = 1e-12, 1e12
    estimates = [one.estimate for one in shown] + ([] if forest.null is None else [forest.null])
    intervals = [(one.low, one.high) for one in shown] + [one.prediction for one in forest.pooled if one.prediction]
    if not estimates:
        estimates = [1.0]
    if forest.is_ratio:
        positive = [(min(max(low, least), most), min(max(high, least), most)) for low, high in intervals]
        within = [min(max(value, least), most) for value in estimates]
        return limits(within, positive, forward=math.log, back=math.exp)
    low, high = limits(estimates, intervals, forward=float, back=float)
    return max(forest.lowest, low), min(forest.highest, high)


def _header(forest: Forest, columns: _Columns) -> tuple[list[str], float]:
    """Write the headings, and a rule below them."""
    tallest = max(heading.count("\n") for heading in forest.columns)
    base = _MARGIN + _SIZE + tallest * _LINE
    parts = [svg.text(columns.study, base, forest.columns[0], font_weight="bold")]
    for x, heading in zip(columns.cells, forest.columns[1:], strict=True):
        lines = heading.split("\n")
        for place, part in enumerate(lines):
            y = base - (len(lines) - 1 - place) * _LINE
            parts.append(svg.text(x, y, part, font_weight="bold", text_anchor="end"))
    middle = (columns.axis.left + columns.axis.right) / 2
    parts.append(svg.text(middle, base, forest.value, font_weight="bold", text_anchor="middle"))
    for x, heading in ((columns.value, _heading(forest)), (columns.interval, forest.interval)):
        parts.append(svg.text(x, base, heading, font_weight="bold", text_anchor="end"))
    if columns.weight > columns.interval:
        parts.append(svg.text(columns.weight, base, _WEIGHT, font_weight="bold", text_anchor="end"))
    y = base + 8
    parts.append(svg.line(_MARGIN, y, columns.width - _MARGIN, y))
    return parts, y + 4


def _group(group: Group, forest: Forest, columns: _Columns, y: float) -> tuple[list[str], float]:
    parts: list[str] = []
    if group.title:
        for place, part in enumerate(wrap(group.title, columns.room, _SIZE, bold=True)):
            parts.append(svg.text(columns.study, y + (place + 1) * _LINE, part, font_weight="bold"))
            y += _LINE if place else 0
        y += _ROW
    heaviest = max((one.weight or 0.0 for one in forest.lines), default=0.0)
    for one in group.lines:
        drawn, y = _line(one, forest, columns, y, heaviest)
        parts.extend(drawn)
    if group.summary:
        drawn, y = _summary(group.summary, forest, columns, y)
        parts.extend(drawn)
    drawn, y = _details(group.detail, columns, y)
    parts.extend(drawn)
    return parts, y + (6 if group.title else 0)


def _line(one: Line, forest: Forest, columns: _Columns, y: float, heaviest: float) -> tuple[list[str], float]:
    labels = wrap(one.label, max(_LABEL, 1), _SIZE)
    base = y + _LINE
    parts = [svg.text(columns.study, base + place * _LINE, part) for place, part in enumerate(labels)]
    for x, cell in zip(columns.cells, one.cells, strict=True):
        parts.append(svg.text(x, base, cell, text_anchor="end"))
    axis, middle = columns.axis, base - _SIZE * 0.35
    side = _LEAST + (_SQUARE - _LEAST) * math.sqrt((one.weight or 0.0) / max(heaviest, 50.0))
    if one.weight is None:
        side = 7.0
    x = axis.place(one.estimate)
    square = svg.element("rect", x=x - side / 2, y=middle - side / 2, width=side, height=side, fill=ACCENT)
    hint = svg.element("title", svg.quote(f"{one.label}: {words(forest, one)}"))
    parts.append(svg.element("g", hint, *_whisker(axis, one.low, one.high, middle), square))
    parts += _numbers(forest, columns, one, base, bold=False)
    return parts, y + _ROW + (len(labels) - 1) * _LINE


def _whisker(
    axis: Axis, low: float, high: float, y: float, *, ink: str = "currentColor", thick: float = 1
) -> list[str]:
    """Draw an interval; an end that lies beyond the axis gets an arrow."""
    bar = svg.line(axis.place(low), y, axis.place(high), y, stroke=ink, stroke_width=thick)
    return [bar, *_arrows(axis, low, high, y, ink)]


def _arrows(axis: Axis, low: float, high: float, y: float, ink: str) -> list[str]:
    """Point outwards where an interval goes on beyond the axis."""
    ends = [(axis.left, -1)] if low < axis.low else []
    ends += [(axis.right, 1)] if high > axis.high else []
    return [svg.element("path", d=f"M{_at(x + side * 3, y)} l{-side * 8},-4.5 v9 z", fill=ink) for x, side in ends]


def _at(x: float, y: float) -> str:
    return f"{svg.number(x)},{svg.number(y)}"


def _numbers(forest: Forest, columns: _Columns, one: Line | Summary, base: float, *, bold: bool) -> list[str]:
    weight = "bold" if bold else None
    parts = [
        svg.text(columns.value, base, forest.number(one.estimate), text_anchor="end", font_weight=weight),
        svg.text(columns.interval, base, _interval(forest, one.low, one.high), text_anchor="end", font_weight=weight),
    ]
    if one.weight is not None:
        parts.append(svg.text(columns.weight, base, f"{one.weight:.1f}%", text_anchor="end", font_weight=weight))
    return parts


def _summary(summary: Summary, forest: Forest, columns: _Columns, y: float) -> tuple[list[str], float]:
    """Draw a diamond with its numbers, and below it the prediction interval and the details."""
    labels = wrap(summary.label, _LABEL if summary.cells else columns.room, _SIZE, bold=True)
    base = y + _LINE
    parts = [
        svg.text(columns.study, base + place * _LINE, part, font_weight="bold") for place, part in enumerate(labels)
    ]
    for x, cell in zip(columns.cells, summary.cells, strict=False):
        parts.append(svg.text(x, base, cell, text_anchor="end", font_weight="bold"))
    axis, middle = columns.axis, base - _SIZE * 0.35
    corners = " ".join(_at(*point) for point in _diamond(axis, summary, middle))
    diamond = svg.element("polygon", points=corners, fill=ACCENT, stroke="currentColor")
    hint = svg.element("title", svg.quote(f"{summary.label}: {words(forest, summary)}"))
    arrows = _arrows(axis, summary.low, summary.high, middle, "currentColor")
    parts.append(svg.element("g", hint, diamond, *arrows))
    parts += _numbers(forest, columns, summary, base, bold=True)
    y += _ROW + (len(labels) - 1) * _LINE
    if summary.prediction:
        drawn, y = _prediction(summary.prediction, forest, columns, y)
        parts.extend(drawn)
    drawn, y = _details(summary.detail, columns, y)
    return [*parts, *drawn], y


def _diamond(axis: Axis, summary: Summary, y: float) -> list[tuple[float, float]]:
    """Return the corners of a diamond, cut off where it runs beyond the axis."""
    x = axis.place(summary.estimate)
    sides = []
    for end in (summary.low, summary.high):
        cut, whole = axis.place(end), axis.reach(end)
        half = _DIAMOND * (cut - whole) / (x - whole) if x != whole else 0.0
        sides.append([(cut, y + half), (cut, y - half)])
    (left_below, left_above), (right_below, right_above) = sides
    return [left_above, (x, y - _DIAMOND), right_above, right_below, (x, y + _DIAMOND), left_below]


def _prediction(ends: tuple[float, float], forest: Forest, columns: _Columns, y: float) -> tuple[list[str], float]:
    base = y + _LINE - 2
    middle = base - _SIZE * 0.35
    parts = [svg.text(columns.study, base, "Prediction interval")]
    parts += _whisker(columns.axis, *ends, middle, ink=CONTRAST, thick=4)
    parts.append(svg.text(columns.interval, base, _interval(forest, *ends), text_anchor="end"))
    return parts, y + _ROW


def _details(said: str, columns: _Columns, y: float) -> tuple[list[str], float]:
    if not said:
        return [], y
    lines = wrap(said, columns.room, SMALL)
    parts = [
        svg.text(columns.study, y + SMALL + place * 14, part, font_size=SMALL, fill_opacity=0.75)
        for place, part in enumerate(lines)
    ]
    return parts, y + 14 * len(lines) + 4


def _guides(forest: Forest, columns: _Columns, top: float, bottom: float) -> list[str]:
    """Draw the line of no difference, and a dashed one at the pooled estimate, below everything else."""
    parts = []
    if forest.null is not None and columns.axis.low <= forest.null <= columns.axis.high:
        x = columns.axis.place(forest.null)
        parts.append(svg.line(x, top, x, bottom, stroke_opacity=0.7))
    if forest.summaries:
        x = columns.axis.place(forest.summaries[0].estimate)
        parts.append(svg.line(x, top, x, bottom, stroke=ACCENT, stroke_dasharray="4 3"))
    return parts


def _foot(forest: Forest, columns: _Columns, bottom: float, y: float) -> tuple[list[str], float]:
    """Draw the axis, its unit and what lies on either side of no difference."""
    axis = columns.axis
    parts = axis.draw(bottom)
    below = bottom + 2 * SMALL + 14
    if forest.percent or forest.unit:
        middle = (axis.left + axis.right) / 2
        unit = "per cent" if forest.percent else forest.unit
        parts.append(svg.text(middle, below, unit, text_anchor="middle", font_size=SMALL))
        below += 16
    sides = [(f"←\u00a0{forest.favours[0]}", axis.left, "start")] if forest.favours[0] else []
    sides += [(f"{forest.favours[1]}\u00a0→", axis.right, "end")] if forest.favours[1] else []
    wrapped = [(wrap(said, _GRAPH / 2 - 6, SMALL), x, anchor) for said, x, anchor in sides]
    for lines, x, anchor in wrapped:
        for place, part in enumerate(lines):
            parts.append(svg.text(x, below + 14 * place, part, text_anchor=anchor, font_size=SMALL))
    if wrapped:
        below += 14 * max(len(lines) for lines, _, _ in wrapped) + 2
    return parts, max(below, y) + _MARGIN
