"""What a forest plot shows: a line a study, with its weight, and what was pooled; as values and in words."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.synthesis.wording import number


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One study: its label, what stands in the left columns, its estimate and interval, its weight in percent."""

    label: str
    cells: tuple[str, ...] = ()
    estimate: float
    low: float
    high: float
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One pooled estimate: totals of the left columns, its interval, where a new study is expected, and details."""

    label: str
    cells: tuple[str, ...] = ()
    estimate: float
    low: float
    high: float
    prediction: tuple[float, float] | None = None
    weight: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines under one heading, with what they pool to (or a sentence why they do not)."""

    title: str = ""
    lines: tuple[Line, ...] = ()
    summary: Summary | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Everything a forest plot shows.

    Attributes:
        name: begins the ids inside the picture: letters, digits, hyphens.
        title: what the plot is, in a few words.
        columns: headings of the study column and of the left columns.
        value: heading of the estimates: "Hazard ratio".
        interval: heading of the intervals: "95% CI".
        groups: the lines; one group without a title if there are no subgroups.
        summaries: what is pooled of all lines.
        detail: a line below everything: the test between subgroups, why nothing was pooled.
        null: the value without difference; None if there is none.
        is_ratio: equal ratios are equally far apart.
        percent: values are shares and are printed in per cent.
        decimals: of printed values.
        unit: of the axis: "months".
        lowest: where the scale begins.
        highest: where it ends.
        favours: what stands below the left and the right half of the axis; empty for nothing.
    """

    name: str
    title: str
    columns: tuple[str, ...] = ("Study",)
    value: str
    interval: str = "95% CI"
    groups: tuple[Group, ...]
    summaries: tuple[Summary, ...] = ()
    detail: str = ""
    null: float | None = None
    is_ratio: bool = False
    percent: bool = False
    decimals: int = 2
    unit: str = ""
    lowest: float = -math.inf
    highest: float = math.inf
    favours: tuple[str, str] = ("", "")

    def number(self, value: float) -> str:
        """Write a value as the plot prints it."""
        return number(value, self.decimals, percent=self.percent, is_ratio=self.is_ratio)

    @property
    def lines(self) -> tuple[Line, ...]:
        """List the lines of all groups."""
        return tuple(one for group in self.groups for one in group.lines)

    @property
    def shown(self) -> tuple[Line | Summary, ...]:
        """List everything that has an estimate."""
        return (*self.lines, *self.pooled)

    @property
    def pooled(self) -> tuple[Summary, ...]:
        """List the summaries of groups and of all."""
        return (*(group.summary for group in self.groups if group.summary), *self.summaries)


def describe(forest: Forest) -> str:
    """Say in words what the plot shows, so that nobody needs to see it."""
    said = [f"{forest.title}. {len(forest.lines)} {'study' if len(forest.lines) == 1 else 'studies'}."]
    for group in forest.groups:
        if group.title:
            said.append(f"{group.title}:")
        for one in group.lines:
            weight = "" if one.weight is None else f", weight {one.weight:.1f}%"
            said.append(f"{one.label} {words(forest, one)}{weight}.")
        said.extend(_pooled_words(forest, [group.summary] if group.summary else []))
        if group.detail:
            said.append(group.detail)
    said.extend(_pooled_words(forest, forest.summaries))
    if forest.detail:
        said.append(forest.detail)
    return " ".join(said)


def words(forest: Forest, one: Line | Summary) -> str:
    """Say an estimate and its interval."""
    unit = "%" if forest.percent else f" {forest.unit}".rstrip()
    return f"{forest.number(one.estimate)}{unit} ({forest.number(one.low)} to {forest.number(one.high)})"


def _pooled_words(forest: Forest, summaries: Iterable[Summary]) -> Iterable[str]:
    for summary in summaries:
        yield f"{summary.label}: {words(forest, summary)}."
        if summary.prediction:
            low, high = (forest.number(end) for end in summary.prediction)
            yield f"Prediction interval {low} to {high}."
        if summary.detail:
            yield f"{summary.detail}."
