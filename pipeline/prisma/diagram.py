"""A flow as an SVG, laid out by hand: rows and columns of panels, arrows between them, a legend below.

Every panel is as high as its text, and every line is measured before it is set, so that no text leaves its box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from pipeline.prisma import metrics, wording
from pipeline.prisma.boxes import Flow
from pipeline.prisma.wording import Paragraph

Theme = Literal["colour", "grey"]

SIZE = 12.0  # of the text in panels
SMALL = 10.5  # of the legend
LEADING = 15.5
PAD = 10.0
MARGIN = 14.0
BAR = 26.0
PANEL = 246.0
PREVIOUS = 190.0
GAP = 34.0  # between columns, and between rows: room for an arrow
HEAD = 5.0  # half the width of an arrow's head
INDENT = 12.0
LABEL_LINES = 5  # of one reason or source; what is longer ends in an ellipsis
PART_LINES = 26  # of all reasons of a panel; what is left is summed up in one line

FAMILY = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans CJK SC', sans-serif"

_COLOURS: Mapping[Theme, Mapping[str, str]] = {
    "colour": {
        "dbr": "#ffc72c",
        "other": "#d9d9d9",
        "previous": "#d9d9d9",
        "bar": "#bcd4ee",
        "fill": "#ffffff",
        "aside": "#f2f2f2",
        "line": "#404040",
        "text": "#111111",
        "open": "#93370d",
    },
    "grey": {
        "dbr": "#e0e0e0",
        "other": "#e0e0e0",
        "previous": "#e0e0e0",
        "bar": "#d0d0d0",
        "fill": "#ffffff",
        "aside": "#ffffff",
        "line": "#000000",
        "text": "#000000",
        "open": "#000000",
    },
}


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: its text, how far it is indented, its style, and the box it speaks of."""

    text: str
    indent: float
    style: str
    box: str


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
    def middle(self) -> float:
        """Return the height of its middle."""
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        """Return where its centre line stands."""
        return self.x + self.width / 2


def svg(flow: Flow, *, theme: Theme = "colour", links: Mapping[str, str] | None = None, prefix: str = "prisma") -> str:
    """Draw the flow with the template that fits it.

    Args:
        flow: what to draw.
        theme: the colours of the template, or greys for print.
        links: by box or step, where its records are listed; its words become a link to there.
        prefix: begins every id in the drawing, so that several can stand in one page.
    """
    return _Drawing(flow, theme, links or {}, prefix).svg()


def set_lines(paragraphs: Sequence[Paragraph], room: float) -> tuple[Line, ...]:
    """Break the paragraphs of a panel into lines no wider than `room`; long lists are cut and summed up."""
    lines: list[Line] = []
    parts = 0
    cut: list[Paragraph] = []
    for paragraph in paragraphs:
        broken = _broken(paragraph, room)
        if paragraph.style == "part":
            parts += len(broken)
            if parts > PART_LINES and (cut or paragraph is not paragraphs[-1]):
                cut.append(paragraph)
                continue
        if cut and paragraph.style != "part":
            lines.extend(_rest(cut, room))
            cut = []
        lines.extend(broken)
    return (*lines, *_rest(cut, room))


def _broken(paragraph: Paragraph, room: float) -> list[Line]:
    indent = INDENT if paragraph.style == "part" else 0.0
    text = metrics.clean(paragraph.text) or "?"
    mark = f"{metrics.NO_BREAK}({paragraph.mark})" if paragraph.mark else ""
    count = paragraph.count + mark
    broken = metrics.wrap(f"{text} {count}" if count else text, room - indent, SIZE)
    if len(broken) > LABEL_LINES:
        kept = broken[: LABEL_LINES - 1]
        last = metrics.wrap(f"{metrics.ELLIPSIS} {count}", room - indent, SIZE)
        broken = [*kept, *last]
    return [Line(line, indent, paragraph.style, paragraph.box) for line in broken]


def _rest(cut: Sequence[Paragraph], room: float) -> list[Line]:
    if not cut:
        return []
    figures = [int("".join(filter(str.isdigit, paragraph.count)) or 0) for paragraph in cut]
    words = Paragraph(
        text=f"and {len(cut):,} more, listed in the report",
        count=wording.figure(sum(figures), ""),
        box=cut[0].box,
        style="part",
    )
    return _broken(words, room)


class _Drawing:
    """One drawing in the making."""

    def __init__(self, flow: Flow, theme: Theme, links: Mapping[str, str], prefix: str) -> None:
        self.flow, self.links, self.prefix = flow, links, prefix
        self.colours = _COLOURS[theme]
        self.paragraphs = wording.panels(flow)
        self.out: list[str] = []
        self.panels: dict[str, Panel] = {}
        self.columns = self._columns()
        self.right = max(x + width for x, width in self.columns.values())
        self.bottom = self._place()

    def _columns(self) -> dict[str, tuple[float, float]]:
        """Return the left edge and the width of each column."""
        x = MARGIN + BAR + 14
        found = {}
        if self.flow.is_update:
            found["previous"] = (x, PREVIOUS)
            x += PREVIOUS + GAP
        for name in ("a", "b", *(("c", "d") if self.flow.has_other_methods else ())):
            found[name] = (x, PANEL)
            x += PANEL + GAP
        return found

    def _rows(self) -> list[dict[str, str]]:
        """Return which panel stands in which column, row by row."""
        other = self.flow.has_other_methods
        rows: list[dict[str, str]] = [
            {"a": "identified", "b": "removed"} | ({"c": "other_identified"} if other else {}),
            {"a": "screened", "b": "excluded"},
        ]
        for what, aside in (("sought", "notretrieved"), ("assessed", "excluded")):
            row = {"a": f"dbr_{what}", "b": f"dbr_{aside}"}
            rows.append(row | ({"c": f"other_{what}", "d": f"other_{aside}"} if other else {}))
        if self.flow.is_update:
            rows[0]["previous"] = "previous"
        rows.extend({"a": name} for name in ("new", "total", "ma") if name in self.paragraphs)
        return rows

    def _place(self) -> float:
        """Place every panel; each row is as high as its highest panel. Return the lower edge."""
        y = MARGIN + self._heading_height() + 18
        for row in self._rows():
            height = 0.0
            for column, name in row.items():
                x, width = self.columns[column]
                lines = set_lines(self.paragraphs[name], width - 2 * PAD)
                panel = Panel(name, x, y, width, len(lines) * LEADING + 2 * PAD - 3, lines)
                self.panels[name] = panel
                height = max(height, panel.height)
            y += height + GAP
        return y - GAP

    def _spans(self) -> dict[str, tuple[float, float]]:
        """Return where each heading begins and how wide it is."""
        spans = {}
        if self.flow.is_update:
            spans["previous"] = self.columns["previous"]
        two = 2 * PANEL + GAP
        spans["dbr"] = (self.columns["a"][0], two)
        if self.flow.has_other_methods:
            spans["other"] = (self.columns["c"][0], two)
        return spans

    def _heading_lines(self) -> dict[str, list[str]]:
        words = wording.headings(self.flow)
        size = SIZE * metrics.BOLD
        return {name: metrics.wrap(words[name], width - 2 * PAD, size) for name, (_, width) in self._spans().items()}

    def _heading_height(self) -> float:
        return max(map(len, self._heading_lines().values())) * LEADING + 14

    def svg(self) -> str:
        """Draw everything."""
        self._headings()
        self._bars()
        for panel in self.panels.values():
            self._panel(panel)
        self._arrows()
        height = self._legend()
        width = self.right + MARGIN
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
            f'height="{_n(height)}" role="img" aria-labelledby="{self.prefix}-title {self.prefix}-desc" '
            f'font-family={quoteattr(FAMILY)} font-size="{_n(SIZE)}" fill="{self.colours["text"]}">'
        )
        texts = (
            f'<title id="{self.prefix}-title">{_text(wording.title(self.flow))}</title>',
            f'<desc id="{self.prefix}-desc">{_text(wording.description(self.flow))}</desc>',
            f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>',
        )
        return "\n".join([head, *texts, *self.out, "</svg>"]) + "\n"

    def _headings(self) -> None:
        height = self._heading_height()
        for name, lines in self._heading_lines().items():
            x, width = self._spans()[name]
            self.out.append(
                f'<rect x="{_n(x)}" y="{_n(MARGIN)}" width="{_n(width)}" height="{_n(height)}" rx="8" '
                f'fill="{self.colours[name]}"/>'
            )
            top = MARGIN + (height - len(lines) * LEADING) / 2
            for place, line in enumerate(lines):
                self.out.append(
                    f'<text x="{_n(x + width / 2)}" y="{_n(top + place * LEADING + SIZE)}" text-anchor="middle" '
                    f'font-weight="bold">{_text(line)}</text>'
                )

    def _bars(self) -> None:
        """Draw the bars on the left, which name the phases."""
        last = "new" if "ma" not in self.panels else "ma"
        last = "total" if last == "new" and "total" in self.panels else last
        for words, first, end in (
            ("Identification", "identified", "identified"),
            ("Screening", "screened", "dbr_assessed"),
            ("Included", "new", last),
        ):
            top, bottom = self.panels[first].y, self._row_bottom(end)
            middle = (top + bottom) / 2
            x = MARGIN + BAR / 2
            self.out.append(
                f'<rect x="{_n(MARGIN)}" y="{_n(top)}" width="{_n(BAR)}" height="{_n(bottom - top)}" rx="8" '
                f'fill="{self.colours["bar"]}"/>'
            )
            self.out.append(
                f'<text transform="translate({_n(x + 4)} {_n(middle)}) rotate(-90)" text-anchor="middle" '
                f'font-weight="bold">{words}</text>'
            )

    def _row_bottom(self, name: str) -> float:
        y = self.panels[name].y
        return max(panel.y + panel.height for panel in self.panels.values() if panel.y == y)

    def _panel(self, panel: Panel) -> None:
        aside = panel.name == "previous" or panel.name.startswith("other_")
        fill = self.colours["aside" if aside else "fill"]
        self.out.append(f'<g id="{self.prefix}-{panel.name}">')
        self.out.append(
            f'<rect x="{_n(panel.x)}" y="{_n(panel.y)}" width="{_n(panel.width)}" height="{_n(panel.height)}" rx="3" '
            f'fill="{fill}" stroke="{self.colours["line"]}"/>'
        )
        for place, line in enumerate(panel.lines):
            y = panel.y + PAD + place * LEADING + SIZE - 2
            look = f' font-style="italic" fill="{self.colours["open"]}"' if line.style == "open" else ""
            text = f'<text x="{_n(panel.x + PAD + line.indent)}" y="{_n(y)}"{look}>{_text(line.text)}</text>'
            link = self.links.get(line.box)
            self.out.append(f"<a href={quoteattr(link)}>{text}</a>" if link else text)
        self.out.append("</g>")

    def _arrows(self) -> None:
        there = self.panels
        column = ["identified", "screened", "dbr_sought", "dbr_assessed", "new", "total", "ma"]
        self._down([name for name in column if name in there])
        self._across(("identified", "removed"), ("screened", "excluded"), ("dbr_sought", "dbr_notretrieved"))
        self._across(("dbr_assessed", "dbr_excluded"))
        if self.flow.has_other_methods:
            self._down(["other_identified", "other_sought", "other_assessed"])
            self._across(("other_sought", "other_notretrieved"), ("other_assessed", "other_excluded"))
            low, new = there["other_assessed"], there["new"]
            self._arrow((low.centre, low.y + low.height), (low.centre, new.middle), (new.x + new.width, new.middle))
        if self.flow.is_update:
            previous, total = there["previous"], there["total"]
            below = (previous.centre, previous.y + previous.height)
            self._arrow(below, (previous.centre, total.middle), (total.x, total.middle))

    def _down(self, names: Sequence[str]) -> None:
        for above, below in pairwise(names):
            start, end = self.panels[above], self.panels[below]
            self._arrow((start.centre, start.y + start.height), (end.centre, end.y))

    def _across(self, *pairs: tuple[str, str]) -> None:
        for left, right in pairs:
            start, end = self.panels[left], self.panels[right]
            y = start.y + min(start.height, end.height) / 2
            self._arrow((start.x + start.width, y), (end.x, y))

    def _arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through points and a head at the last; a triangle, since not every program draws markers."""
        (x0, y0), (x1, y1) = points[-2:]
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        foot = (x1 - dx * 2 * HEAD, y1 - dy * 2 * HEAD)
        line = self.colours["line"]
        path = " L".join(f"{_n(x)} {_n(y)}" for x, y in (*points[:-1], foot))
        self.out.append(f'<path d="M{path}" fill="none" stroke="{line}"/>')
        sides = [(foot[0] - dy * HEAD, foot[1] - dx * HEAD), (foot[0] + dy * HEAD, foot[1] + dx * HEAD)]
        head = " ".join(f"{_n(x)},{_n(y)}" for x, y in (*sides, (x1, y1)))
        self.out.append(f'<polygon points="{head}" fill="{line}"/>')

    def _legend(self) -> float:
        """Set the legend; return the height of the whole drawing."""
        y = self.bottom + 24
        x = self.columns["previous" if self.flow.is_update else "a"][0]
        for sentence in wording.legend(self.flow):
            for line in metrics.wrap(metrics.clean(sentence), self.right - x, SMALL):
                self.out.append(f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(SMALL)}">{_text(line)}</text>')
                y += SMALL + 3.5
            y += 3
        return y if wording.legend(self.flow) else self.bottom + MARGIN


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return escape(text)
