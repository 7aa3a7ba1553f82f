"""The timeline: when each study recruited and followed its patients, when it was published, and what it found."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.drawing import svg
from pipeline.drawing.text import width, wrap
from pipeline.synthesis.plots.axis import ACCENT, CONTRAST, SMALL, Axis

_SIZE = 12
_LINE = 16
_ROW = 24
_LABEL = 240
_GRAPH = 380
_RESULT = 260
_GAP = 18
_MARGIN = 8
_BAR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One study in time.

    Attributes:
        label: how tables call it.
        start: year in which recruitment began; None if not known.
        end: year in which it ended; None if not known, or if `start` is a single year.
        published: years in which its reports appeared.
        result: what it found, in a few words.
        group: heading under which it stands.
    """

    label: str
    start: float | None = None
    end: float | None = None
    published: tuple[int, ...] = ()
    result: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything a timeline shows; courses of one group stand together, in the order given.

    Attributes:
        name: begins the ids inside the picture.
        title: what the plot is.
        courses: the studies.
        result: heading of the results; empty if there are none.
    """

    name: str
    title: str
    courses: tuple[Course, ...]
    result: str = ""

    @property
    def drawn(self) -> tuple[Course, ...]:
        """List the courses that have a place in time."""
        return tuple(one for one in self.courses if one.start is not None or one.published)

    @property
    def undated(self) -> tuple[Course, ...]:
        """List the courses without any year; the plot names them below."""
        return tuple(one for one in self.courses if one.start is None and not one.published)


def draw(timeline: Timeline) -> str:
    """Draw a timeline; studies without any year are named below it."""
    courses = timeline.drawn
    axis = _axis(courses)
    right = axis.right + _GAP + (_RESULT if timeline.result else 0) + _MARGIN
    parts, y = _header(timeline, axis, right)
    top = y
    body: list[str] = []
    for group in dict.fromkeys(one.group for one in courses):
        if group:
            body.append(svg.text(_MARGIN, y + _LINE, group, font_weight="bold"))
            y += _ROW
        for one in courses:
            if one.group == group:
                drawn, y = _course(one, axis, y)
                body.extend(drawn)
    grid = [svg.line(axis.place(year), top, axis.place(year), y, stroke_opacity=0.15) for year in axis.ticks()]
    foot = axis.draw(y + 4)
    y += 2 * SMALL + 20
    undated = _undated(timeline.undated)
    for line in wrap(undated, right - 2 * _MARGIN, SMALL) if undated else ():
        y += 14
        foot.append(svg.text(_MARGIN, y, line, font_size=SMALL))
    return svg.picture(
        timeline.name,
        right,
        y + _MARGIN,
        *parts,
        *grid,
        *body,
        *foot,
        title=timeline.title,
        description=describe(timeline),
    )


def describe(timeline: Timeline) -> str:
    """Say in words what the plot shows."""
    said = [f"{timeline.title}."]
    for one in timeline.drawn:
        facts = [_period(one)] if one.start is not None else []
        facts += [f"published {', '.join(map(str, one.published))}"] if one.published else []
        facts += [one.result] if one.result else []
        said.append(f"{one.label}: {'; '.join(facts)}.")
    return " ".join([*said, _undated(timeline.undated)]).rstrip()


def _period(one: Course) -> str:
    return f"recruited {one.start:g}" + (f" to {one.end:g}" if one.end is not None else "")


def _undated(courses: Sequence[Course]) -> str:
    return f"Without a year: {', '.join(one.label for one in courses)}." if courses else ""


def _axis(courses: Sequence[Course]) -> Axis:
    years = [float(year) for one in courses for year in (one.start, one.end, *one.published) if year is not None]
    first, last = (min(years), max(years)) if years else (2000.0, 2001.0)
    labels = max((min(_LABEL, width(one.label, _SIZE)) for one in courses), default=0.0)
    heads = max((width(one.group, _SIZE, bold=True) for one in courses), default=0.0)
    left = _MARGIN + max(labels, min(heads, _LABEL), 120.0) + _GAP
    # A year is the span of time up to the next.
    return Axis(low=first - 0.5, high=last + 1.5, left=left, right=left + _GRAPH, whole=True)


def _header(timeline: Timeline, axis: Axis, right: float) -> tuple[list[str], float]:
    base = _MARGIN + _SIZE
    parts = [svg.text(_MARGIN, base, "Study", font_weight="bold")]
    x = axis.left
    for name, drawing in (("Recruitment", _bar(x, base - 9, 22)), ("Publication", _lozenge(x + 130, base - 4))):
        parts += [drawing, svg.text(x + (28 if name == "Recruitment" else 142), base, name)]
    if timeline.result:
        parts.append(svg.text(axis.right + _GAP, base, timeline.result, font_weight="bold"))
    y = base + 8
    parts.append(svg.line(_MARGIN, y, right - _MARGIN, y))
    return parts, y + 4


def _bar(x: float, y: float, length: float) -> str:
    return svg.element("rect", x=x, y=y, width=length, height=_BAR, rx=2.0, fill=ACCENT, fill_opacity=0.75)


def _lozenge(x: float, y: float) -> str:
    corners = " ".join(f"{svg.number(a)},{svg.number(b)}" for a, b in ((x - 6, y), (x, y - 6), (x + 6, y), (x, y + 6)))
    return svg.element("polygon", points=corners, fill=CONTRAST, stroke="currentColor", stroke_width=0.6)


def _course(one: Course, axis: Axis, y: float) -> tuple[list[str], float]:
    """Draw one study: its bar from the first day of a year to the last day of another, a lozenge for each report."""
    labels = wrap(one.label, _LABEL, _SIZE)
    results = wrap(one.result, _RESULT, _SIZE)
    base = y + _LINE
    parts = [svg.text(_MARGIN, base + place * _LINE, part) for place, part in enumerate(labels)]
    if one.result:
        parts += [svg.text(axis.right + _GAP, base + place * _LINE, part) for place, part in enumerate(results)]
    middle = base - _SIZE * 0.35
    marks = []
    if one.start is not None:
        left, right = axis.place(one.start), axis.place((one.end if one.end is not None else one.start) + 1)
        marks.append(_bar(left, middle - _BAR / 2, right - left))
    marks += [_lozenge(axis.place(year + 0.5), middle) for year in one.published]
    hint = svg.element("title", svg.quote(f"{one.label}: {_period(one) if one.start is not None else 'published'}"))
    parts.append(svg.element("g", hint, *marks))
    return parts, y + _ROW + (max(len(labels), len(results) if one.result else 1) - 1) * _LINE
