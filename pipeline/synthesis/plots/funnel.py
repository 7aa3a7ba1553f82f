"""The funnel plot: effects against their standard errors, the most precise at the top."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from pipeline.drawing import svg
from pipeline.drawing.text import width, wrap
from pipeline.synthesis.distributions import normal_quantile
from pipeline.synthesis.plots.axis import ACCENT, CONTRAST, SMALL, Axis

_WIDTH, _HEIGHT = 560, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 14, 66
# Bands of significance of a single study: from which level to which, how dark, what they are called.
# Source: Peters et al. 2008, Journal of Clinical Epidemiology 61:991, doi 10.1016/j.jclinepi.2007.11.010.
_CONTOURS = ((0.90, 0.95, 0.2, "P 0.10 to 0.05"), (0.95, 0.99, 0.09, "P 0.05 to 0.01"))


@dataclass(frozen=True, slots=True)
class Point:
    """One effect on the scale on which it was pooled, and its standard error."""

    label: str
    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Everything a funnel plot shows; values stand on the scale on which they were pooled.

    Attributes:
        name: begins the ids inside the picture.
        title: what the plot is.
        points: the studies.
        added: what trim and fill added, drawn hollow.
        centre: the pooled estimate.
        level: of the limits between which studies of one effect would lie.
        null: the value without difference: contours of significance are drawn around it; None for none.
        label: of the axis: "Hazard ratio".
        back: from the pooled scale to the one on which people read.
        forward: the other way.
        is_ratio: ticks are those of ratios.
        percent: ticks are in per cent.
        notes: below the plot: the tests.
    """

    name: str
    title: str
    points: tuple[Point, ...]
    added: tuple[Point, ...] = ()
    centre: float
    level: float = 0.95
    null: float | None = None
    label: str
    back: Callable[[float], float]
    forward: Callable[[float], float]
    is_ratio: bool = False
    percent: bool = False
    notes: tuple[str, ...] = ()


def draw(funnel: Funnel) -> str:
    """Draw a funnel plot."""
    plot = _Plot(funnel)
    lines = [line for note in funnel.notes for line in wrap(note, _WIDTH - 2 * _RIGHT, SMALL)]
    height = _HEIGHT + 15 * len(lines) + (10 if lines else 0)
    notes = [svg.text(_RIGHT, _HEIGHT + 15 * place + 14, line, font_size=SMALL) for place, line in enumerate(lines)]
    return svg.picture(
        funnel.name,
        _WIDTH,
        height,
        *plot.contours(),
        *plot.limits(),
        *plot.axes(),
        *plot.dots(),
        *plot.legend(),
        *notes,
        title=funnel.title,
        description=describe(funnel),
    )


def describe(funnel: Funnel) -> str:
    """Say in words what the plot shows."""
    left = sum(point.value < funnel.centre for point in funnel.points)
    k = len(funnel.points)
    sides = f"{left} left of the pooled estimate, {k - left} right"
    said = [
        f"{funnel.title}. {k} studies by effect and standard error: {sides}.",
        *(f"{point.label}: standard error {point.error:.3g}." for point in funnel.points),
    ]
    if funnel.added:
        said.append(f"Trim and fill adds {len(funnel.added)}.")
    return " ".join([*said, *funnel.notes])


class _Plot:
    """Where everything stands."""

    def __init__(self, funnel: Funnel) -> None:
        self.funnel = funnel
        points = (*funnel.points, *funnel.added)
        self.deepest = 1.05 * max((point.error for point in points), default=1.0)
        reach = normal_quantile(funnel.level) * self.deepest
        values = [point.value for point in points] + [funnel.centre - reach, funnel.centre + reach]
        margin = 0.04 * (max(values) - min(values))
        self.low, self.high = min(values) - margin, max(values) + margin
        self.bottom = _HEIGHT - _BOTTOM

    def x(self, value: float) -> float:
        """Place an effect; one beyond the frame stands at its edge."""
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)

    def y(self, error: float) -> float:
        """Place a standard error: none at the top."""
        return _TOP + error / self.deepest * (self.bottom - _TOP)

    def contours(self) -> list[str]:
        """Shade where a single study would just differ from no effect."""
        if self.funnel.null is None:
            return []
        parts = []
        for inner, outer, shade, _ in _CONTOURS:
            near, far = (normal_quantile(level) * self.deepest for level in (inner, outer))
            parts += [self._wedge(self.funnel.null, side * near, side * far, shade) for side in (-1, 1)]
        return parts

    def legend(self) -> list[str]:
        """Say below the plot what its shades, lines and hollow dots are."""
        y = _HEIGHT - 6
        shades = _CONTOURS if self.funnel.null is not None else ()
        names = [*(name for *_, name in shades), f"{100 * self.funnel.level:.4g}% limits"]
        names += ["trim and fill"] if self.funnel.added else []
        places = list(accumulate((34 + width(name, SMALL) for name in names), initial=float(_LEFT)))
        parts = [svg.text(x + 20, y, name, font_size=SMALL) for x, name in zip(places, names, strict=False)]
        for x, (_, _, shade, _) in zip(places, shades, strict=False):
            parts.append(
                svg.element("rect", x=x, y=y - 9, width=14, height=10, fill="currentColor", fill_opacity=shade)
            )
        x = places[len(shades)]
        parts.append(svg.line(x, y - 4, x + 14, y - 4, stroke_dasharray="2 3"))
        if self.funnel.added:
            parts.append(self._hollow(places[-2] + 7, y - 4))
        return parts

    def _hollow(self, x: float, y: float, *inside: str) -> str:
        return svg.element("circle", *inside, cx=x, cy=y, r=4.0, fill="none", stroke=CONTRAST, stroke_width=1.5)

    def _wedge(self, null: float, inner: float, outer: float, shade: float) -> str:
        """Shade between two lines that leave `null` at the top; the frame cuts it."""
        corners = [(null, 0.0), *self._edge(null, inner), *reversed(self._edge(null, outer))]
        points = " ".join(f"{svg.number(self.x(value))},{svg.number(self.y(error))}" for value, error in corners)
        return svg.element("polygon", points=points, fill="currentColor", fill_opacity=shade)

    def _edge(self, null: float, reach: float) -> list[tuple[float, float]]:
        """Return where a line from `null` at the top meets the frame, and the corner below if it leaves at a side."""
        end = null + reach
        if self.low <= end <= self.high or reach == 0:
            return [(end, self.deepest)]
        side = self.low if end < self.low else self.high
        return [(side, max(0.0, self.deepest * (side - null) / reach)), (side, self.deepest)]

    def limits(self) -> list[str]:
        """Draw the pooled estimate and the limits between which studies of that one effect would lie."""
        centre, reach = self.funnel.centre, normal_quantile(self.funnel.level) * self.deepest
        top = self.x(centre)
        parts = [svg.line(top, _TOP, top, self.bottom, stroke=ACCENT, stroke_dasharray="4 3")]
        for side in (-1, 1):
            end = self.x(centre + side * reach)
            parts.append(svg.line(top, _TOP, end, self.bottom, stroke_dasharray="2 3"))
        return parts

    def axes(self) -> list[str]:
        """Draw both axes."""
        funnel = self.funnel
        axis = Axis(
            low=funnel.back(self.low),
            high=funnel.back(self.high),
            left=_LEFT,
            right=_WIDTH - _RIGHT,
            is_log=funnel.is_ratio,
            percent=funnel.percent,
            forward=funnel.forward,
        )
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        below = svg.text(middle, self.bottom + 38, funnel.label, text_anchor="middle")
        upright = Axis(low=0.0, high=self.deepest, left=_TOP, right=self.bottom)
        parts = [svg.line(_LEFT, _TOP, _LEFT, self.bottom), *axis.draw(self.bottom), below]
        for error in upright.ticks():
            y = self.y(error)
            label = svg.text(_LEFT - 9, y + 4, upright.label(error), text_anchor="end", font_size=SMALL)
            parts += [svg.line(_LEFT - 5, y, _LEFT, y), label]
        turned = svg.text(0, 0, "Standard error", text_anchor="middle")
        moved = f"translate(14 {svg.number((_TOP + self.bottom) / 2)}) rotate(-90)"
        return [*parts, svg.element("g", turned, transform=moved)]

    def dots(self) -> list[str]:
        """Draw the studies, and hollow what was added."""
        parts = []
        for point in self.funnel.points:
            hint = svg.element("title", svg.quote(point.label))
            at = {"cx": self.x(point.value), "cy": self.y(point.error)}
            parts.append(svg.element("circle", hint, **at, r=4.0, fill=ACCENT, stroke="currentColor", stroke_width=0.6))
        for point in self.funnel.added:
            hint = svg.element("title", "added by trim and fill")
            parts.append(self._hollow(self.x(point.value), self.y(point.error), hint))
        return parts
