"""An axis: where a value stands, and the ticks that a reader expects."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.drawing.svg import line, text
from pipeline.drawing.text import width

ACCENT = "#4477aa"  # what is measured. Source: P. Tol, Colour Schemes, 2021: told apart by colour-blind readers
CONTRAST = "#cc6677"  # what is expected or added; a lighter grey in print. Source: the same
SMALL = 11  # size of type along an axis

_TICK = 5
_MOST = 8  # ticks that a reader takes in
_LEAST = 1e-300  # stands for a ratio of 0
_GAP = 10  # least distance between two labels
# Steps within a power of ten, from few to many, for an axis of ratios.
_LOG_STEPS: tuple[tuple[float, ...], ...] = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), tuple(range(1, 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A horizontal axis.

    Attributes:
        low: value at its left end.
        high: value at its right end, above `low`.
        left: place of `low`, in pixels.
        right: place of `high`.
        is_log: equal ratios are equally far apart.
        percent: values are shares and are written in per cent.
        whole: only whole numbers get a tick: years.
        forward: how values are spread along the axis, if neither evenly nor as ratios.
    """

    low: float
    high: float
    left: float
    right: float
    is_log: bool = False
    percent: bool = False
    whole: bool = False
    forward: Callable[[float], float] | None = None

    def place(self, value: float) -> float:
        """Return where a value stands; beyond an end, the end."""
        return self.reach(min(max(value, self.low), self.high))

    def reach(self, value: float) -> float:
        """Return where a value would stand if the axis went on."""
        low, high = self._forward(self.low), self._forward(self.high)
        return self.left + (self._forward(value) - low) / (high - low) * (self.right - self.left)

    def _forward(self, value: float) -> float:
        if self.forward:
            return self.forward(value)
        return math.log(max(value, _LEAST)) if self.is_log else value

    def label(self, value: float) -> str:
        """Write a tick's value, with a real minus sign."""
        return f"{value * (100 if self.percent else 1):.6g}".replace("-", "−")

    def ticks(self, size: float = SMALL) -> tuple[float, ...]:
        """Choose round values, as many as their labels have room for, at most eight."""
        chosen = self._most(self._ratios(), size) if self.is_log else ()
        even = self._most(self._steps(), size)
        return chosen if len(chosen) > 2 or len(chosen) >= len(even) else even  # noqa: PLR2004 - two ticks say little

    def _most(self, candidates: Iterable[Sequence[float]], size: float) -> tuple[float, ...]:
        """Return the candidate with most values on the axis whose labels have room; the first of several."""
        inside = ([value for value in each if self.low <= value <= self.high] for each in candidates)
        fitting = [values for values in inside if len(values) <= _MOST and self._has_room(values, size)]
        longest = max((len(values) for values in fitting), default=0)
        return tuple(next((values for values in fitting if len(values) == longest), ()))

    def _ratios(self) -> list[list[float]]:
        """List round values that are about equally far apart in ratio."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        dense = [[step * 10.0**power for power in powers for step in steps] for steps in _LOG_STEPS]
        return dense + [[10.0**power for power in powers if power % apart == 0] for apart in (2, 3, 4, 6)]

    def _steps(self) -> list[list[float]]:
        """List round values that are equally far apart."""
        power = math.floor(math.log10(self.high - self.low))
        sizes = [step * 10.0**exponent for exponent in (power - 1, power) for step in (1, 2, 2.5, 5)]
        return [_multiples(size, self.low, self.high) for size in sizes if not self.whole or size.is_integer()]

    def _has_room(self, values: Sequence[float], size: float) -> bool:
        ends = [(self.place(value), width(self.label(value), size) / 2) for value in values]
        return all(b - half_b - (a + half_a) >= _GAP for (a, half_a), (b, half_b) in pairwise(ends))

    def draw(self, y: float) -> list[str]:
        """Draw the axis at a height: its line, ticks and labels."""
        parts = [line(self.left, y, self.right, y)]
        for value in self.ticks():
            x = self.place(value)
            parts.append(line(x, y, x, y + _TICK))
            label = self.label(value)
            parts.append(text(x, y + _TICK + SMALL + 1, label, text_anchor="middle", font_size=SMALL))
        return parts


def _multiples(size: float, low: float, high: float) -> list[float]:
    first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
    return [round(n * size, 12) for n in range(first, last + 1)] if last - first < 100 else []  # noqa: PLR2004


def limits(
    estimates: Sequence[float],
    intervals: Sequence[tuple[float, float]],
    *,
    forward: Callable[[float], float],
    back: Callable[[float], float],
) -> tuple[float, float]:
    """Choose the ends of an axis: all estimates, and their intervals unless those run far out.

    An interval may reach beyond the outermost estimates by four fifths of their distance, or by two and a half times
    the median width of the intervals if that is more; a longer one is cut and gets an arrow.
    """
    points = [forward(value) for value in estimates]
    ends = [(forward(low), forward(high)) for low, high in intervals]
    widths = sorted(high - low for low, high in ends)
    middle = widths[len(widths) // 2] if widths else 0.0
    reach = max(0.8 * (max(points) - min(points)), 2.5 * middle)
    low = max(min(points) - reach, min((low for low, _ in ends), default=min(points)))
    high = min(max(points) + reach, max((high for _, high in ends), default=max(points)))
    low, high = min(low, *points), max(high, *points)
    if high - low < 1e-9:  # noqa: PLR2004 - one value alone
        low, high = low - 0.5, high + 0.5
    margin = 0.03 * (high - low)
    return back(low - margin), back(high + margin)
