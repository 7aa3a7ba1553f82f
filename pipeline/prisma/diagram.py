"""A flow as an SVG, laid out by hand: rows and columns of panels, arrows between them, a legend below.

Every panel is as high as its text, and every line is measured before it is set, so that no text leaves its box.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.drawing import svg as ink
from pipeline.drawing import text
from pipeline.prisma import wording
from pipeline.prisma.boxes import Flow
from pipeline.prisma.setting import PAD, SIZE, Line, clean, fit, set_lines, shorten
from pipeline.prisma.wording import NO_BREAK

Theme = Literal["colour", "grey"]

SMALL = 10.5  # size of the legend
LEADING = 15.5
PARAGRAPH = 2.5  # between two paragraphs of a panel
MARGIN = 14.0
BAR = 26.0  # width of the bars that name the phases
PANEL = 246.0
PREVIOUS = 190.0
GAP = 34.0  # between columns, and between rows: room for an arrow
HEAD = 5.0  # half the width of an arrow's head
LOWEST = 66.0  # a panel beside a bar is at least as high as the bar's word is long

# Filled areas keep their own dark ink, so that they read well on a dark page, too; the rest has the ink of the page.
_DARK = "#111111"
_COLOURS: Mapping[Theme, Mapping[str, str]] = {
    "colour": {"dbr": "#ffc72c", "other": "#d9d9d9", "previous": "#d9d9d9", "bar": "#bcd4ee", "open": "#fde8a8"},
    "grey": {"dbr": "#e0e0e0", "other": "#e0e0e0", "previous": "#e0e0e0", "bar": "#d0d0d0", "open": "#e8e8e8"},
}
_PHASES = (
    ("Identification", ("identified",)),
    ("Screening", ("screened", "dbr_sought", "dbr_assessed")),
    ("Included", ("new", "total", "ma")),
)
# What stands beside and below what: column a is the main one, b what leaves it, c and d the same for other methods.
_ROWS: tuple[Mapping[str, str], ...] = (
    {"previous": "previous", "a": "identified", "b": "removed", "c": "other_identified"},
    {"a": "screened", "b": "excluded"},
    {"a": "dbr_sought", "b": "dbr_notretrieved", "c": "other_sought", "d": "other_notretrieved"},
    {"a": "dbr_assessed", "b": "dbr_excluded", "c": "other_assessed", "d": "other_excluded"},
    {"a": "new"},
    {"a": "total"},
    {"a": "ma"},
)


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with its lines, placed."""

    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def bottom(self) -> float:
        """Return where its lower edge stands."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        """Return where its centre line stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: panels by name, columns by left edge and width, and the height of the headings.

    What is left of a list that is too long for its panel stands in `rest`.
    """

    panels: Mapping[str, Panel]
    rest: Sequence[wording.Paragraph]
    columns: Mapping[str, tuple[float, float]]
    heading: float

    @property
    def right(self) -> float:
        """Return where the last column ends."""
        return max(x + width for x, width in self.columns.values())

    @property
    def bottom(self) -> float:
        """Return where the lowest panel ends."""
        return max(panel.bottom for panel in self.panels.values())

    def row_bottom(self, name: str) -> float:
        """Return where the lowest panel in the row of this one ends."""
        return max(panel.bottom for panel in self.panels.values() if panel.y == self.panels[name].y)


def svg(flow: Flow, *, theme: Theme = "colour", links: Mapping[str, str] | None = None, name: str = "prisma") -> str:
    """Draw the flow with the template that fits it, as one SVG.

    Args:
        flow: what to draw.
        theme: the colours of the template, or greys for print.
        links: by box or step, the address of the list of its records; its words become a link to it.
        name: begins every id in the drawing, so that several can stand in one page.
    """
    layout = lay_out(flow)
    colours = _COLOURS[theme]
    parts = [
        *_headings(flow, layout, colours),
        *_bars(layout, colours),
        *(_panel(panel, colours, links or {}, name) for panel in layout.panels.values()),
        *_arrows(layout),
    ]
    legend, height = _legend(flow, layout)
    return ink.picture(
        name,
        layout.right + MARGIN,
        height,
        *parts,
        *legend,
        title=wording.title(flow),
        description=clean(wording.description(flow)),
        role="group" if links else "img",
    )


def lay_out(flow: Flow) -> Layout:
    """Place every panel: each row is as high as its highest panel."""
    paragraphs = wording.panels(flow)
    columns = _columns(flow)
    heading = max(len(lines) for _, _, lines in _heading_lines(flow, columns).values()) * LEADING + 14
    panels: dict[str, Panel] = {}
    rest: list[wording.Paragraph] = []
    y = MARGIN + heading + 18
    for row in _ROWS:
        present = {column: name for column, name in row.items() if name in paragraphs}
        for column, name in present.items():
            x, width = columns[column]
            shown, left = shorten(paragraphs[name], width - 2 * PAD)
            rest.extend(left)
            lines = set_lines(shown, width - 2 * PAD)
            panels[name] = Panel(name, x, y, width, _height(name, lines), lines)
        if present:
            y = max(panels[name].bottom for name in present.values()) + GAP
    return Layout(panels, rest, columns, heading)


def _columns(flow: Flow) -> dict[str, tuple[float, float]]:
    """Return the left edge and the width of each column."""
    x = MARGIN + BAR + 14
    found = {}
    if flow.is_update:
        found["previous"] = (x, PREVIOUS)
        x += PREVIOUS + GAP
    for name in ("a", "b", *(("c", "d") if flow.has_other_methods else ())):
        found[name] = (x, PANEL)
        x += PANEL + GAP
    return found


def _height(name: str, lines: Sequence[Line]) -> float:
    needed = _text_height(lines) + 2 * PAD - 3
    return max(needed, LOWEST) if name == "new" else needed


def _text_height(lines: Sequence[Line]) -> float:
    return len(lines) * LEADING + sum(line.first for line in lines[1:]) * PARAGRAPH


def _heading_lines(
    flow: Flow, columns: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float, tuple[str, ...]]]:
    """Return left edge, width and lines of each heading; those of databases and other methods span two columns."""
    begins = {"previous": "previous", "dbr": "a", "other": "c"}
    found = {}
    for name, words in wording.headings(flow).items():
        if begins[name] in columns:
            x, width = columns[begins[name]]
            width = width if name == "previous" else 2 * width + GAP
            found[name] = (x, width, text.wrap(words, width - 2 * PAD, SIZE, bold=True))
    return found


def _headings(flow: Flow, layout: Layout, colours: Mapping[str, str]) -> list[str]:
    parts = []
    for name, (x, width, lines) in _heading_lines(flow, layout.columns).items():
        parts.append(_area((x, MARGIN), width, layout.heading, colours[name]))
        top = MARGIN + (layout.heading - len(lines) * LEADING) / 2 + SIZE
        bold = {"text_anchor": "middle", "font_weight": "bold", "fill": _DARK}
        parts.extend(ink.text(x + width / 2, top + place * LEADING, line, **bold) for place, line in enumerate(lines))
    return parts


def _area(corner: tuple[float, float], width: float, height: float, fill: str) -> str:
    x, y = corner
    return ink.element("rect", x=x, y=y, width=width, height=height, rx=min(8, height / 5), fill=fill)


def _bars(layout: Layout, colours: Mapping[str, str]) -> list[str]:
    """Draw the bars on the left, which name the phases."""
    parts = []
    for words, names in _PHASES:
        rows = [name for name in names if name in layout.panels]
        top, bottom = layout.panels[rows[0]].y, layout.row_bottom(rows[-1])
        parts.append(_area((MARGIN, top), BAR, bottom - top, colours["bar"]))
        turned = f"translate({ink.number(MARGIN + BAR / 2 + 4)} {ink.number((top + bottom) / 2)}) rotate(-90)"
        bold = {"text_anchor": "middle", "font_weight": "bold", "fill": _DARK}
        parts.append(ink.text(0, 0, words, transform=turned, **bold))
    return parts


def _panel(panel: Panel, colours: Mapping[str, str], links: Mapping[str, str], name: str) -> str:
    aside = panel.name == "previous" or panel.name.startswith("other_")
    frame = ink.element(
        "rect",
        x=panel.x,
        y=panel.y,
        width=panel.width,
        height=panel.height,
        rx=3,
        fill="currentColor",
        fill_opacity=0.06 if aside else 0,
        stroke="currentColor",
    )
    parts = [frame]
    y = panel.y + (panel.height - _text_height(panel.lines)) / 2 + SIZE - 0.5
    for place, line in enumerate(panel.lines):
        y += PARAGRAPH if line.first and place else 0
        x = panel.x + PAD + line.indent
        look = {}
        if line.style == "open":
            parts.append(_area((panel.x + 4, y - SIZE + 0.5), panel.width - 8, LEADING + 1, colours["open"]))
            look = {"fill": _DARK}
        words = ink.text(x, y, line.text, **look)
        link = links.get(line.box)
        parts.append(ink.element("a", words, href=link) if link else words)
        y += LEADING
    return ink.element("g", *parts, id=f"{name}-{panel.name}")


def _arrows(layout: Layout) -> list[str]:
    there = layout.panels
    columns = (
        ("identified", "screened", "dbr_sought", "dbr_assessed", "new", "total", "ma"),
        ("other_identified", "other_sought", "other_assessed"),
    )
    parts = []
    for column in columns:
        for above, below in pairwise(name for name in column if name in there):
            start, end = there[above], there[below]
            parts.append(_arrow((start.centre, start.bottom), (end.centre, end.y)))
    for row in _ROWS:
        for left, right in (("a", "b"), ("c", "d")):
            if row.get(left) in there and row.get(right) in there:
                start, end = there[row[left]], there[row[right]]
                y = start.y + min(start.height, end.height) / 2
                parts.append(_arrow((start.x + start.width, y), (end.x, y)))
    if "other_assessed" in there:
        start, end = there["other_assessed"], there["new"]
        parts.append(_arrow((start.centre, start.bottom), (start.centre, end.middle), (end.x + end.width, end.middle)))
    if "previous" in there:
        start, end = there["previous"], there["total"]
        parts.append(_arrow((start.centre, start.bottom), (start.centre, end.middle), (end.x, end.middle)))
    return parts


def _arrow(*points: tuple[float, float]) -> str:
    """Draw a line through points and a head at the last: a triangle, since not every program draws markers."""
    (x0, y0), (x1, y1) = points[-2:]
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    foot = (x1 - dx * 2 * HEAD, y1 - dy * 2 * HEAD)
    sides = ((foot[0] - dy * HEAD, foot[1] - dx * HEAD), (foot[0] + dy * HEAD, foot[1] + dx * HEAD))
    path = "M" + " L".join(_pair(point, " ") for point in (*points[:-1], foot))
    head = " ".join(_pair(point, ",") for point in (*sides, (x1, y1)))
    line = ink.element("path", d=path, fill="none", stroke="currentColor")
    return line + ink.element("polygon", points=head)


def _pair(point: tuple[float, float], between: str) -> str:
    return between.join(map(ink.number, point))


def _legend(flow: Flow, layout: Layout) -> tuple[list[str], float]:
    """Set the legend; return it with the height of the whole drawing."""
    x = min(x for x, _ in layout.columns.values())
    y = layout.bottom + 12
    parts = []
    for sentence in (*wording.listed(layout.rest), *wording.legend(flow)):
        y += 3
        kept = re.sub(r"\(n = (?=\d)", f"(n{NO_BREAK}={NO_BREAK}", clean(sentence))
        for line in fit(kept, layout.right - x, SMALL):
            y += SMALL + 3.5
            parts.append(ink.text(x, y, line, font_size=SMALL))
    return parts, y + MARGIN
