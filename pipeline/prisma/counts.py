"""A flow typed by hand: the figures of a published diagram, checked as far as they can be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.errors import Fault, did_you_mean
from pipeline.prisma import identities
from pipeline.prisma.boxes import VARIABLES, Box, Flow, Part, Step


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What counts.yaml may say; every key may be left out, and what is left out is printed as not reported.

    Attributes:
        source: where the figures are printed; it stands in the legend.
        previous: label of the previous version of the review, if this is an update.
        counts: the figure of each box, by its name in the R package PRISMA2020 ("records_screened").
        parts: the shares of a box, by label: databases, registers, reasons. Their sum is the figure of the box.
        awaiting: what nobody has decided yet.
        adjustments: what stands between two boxes for a good reason.
        not_run: names of searches that were not run.
        notes: further sentences for the legend.
    """

    source: str = ""
    previous: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    awaiting: dict[str, int] = field(default_factory=dict)
    adjustments: dict[str, int] = field(default_factory=dict)
    not_run: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check(counts: Counts) -> tuple[Fault, ...]:
    """List names that do not exist; the sums are checked on the flow."""
    return (
        *_unknown("counts", counts.counts, VARIABLES),
        *_unknown("parts", counts.parts, VARIABLES),
        *_unknown("awaiting", counts.awaiting, identities.AWAITING),
        *_unknown("adjustments", counts.adjustments, identities.ADJUSTMENTS),
    )


def _unknown(key: str, given: Mapping[str, object], known: Mapping[str, object]) -> Iterator[Fault]:
    for name in given:
        if name not in known:
            remedy = did_you_mean(name, list(known))
            yield Fault(
                what=f"{name!r} is no name here", column=f"{key}.{name}", accepted=", ".join(known), remedy=remedy
            )


def flow(counts: Counts) -> Flow:
    """Make a flow of typed figures.

    Raises:
        CountError: figures that must add up do not.
    """
    boxes = {}
    for name in VARIABLES:
        parts = tuple(Part(label=label, n=n) for label, n in counts.parts.get(name, {}).items())
        if parts or name in counts.counts:
            boxes[name] = Box(n=counts.counts.get(name, sum(part.n or 0 for part in parts)), parts=parts)
    return identities.check(
        Flow(
            boxes=boxes,
            awaiting=_steps(counts.awaiting, identities.AWAITING),
            adjustments=_steps(counts.adjustments, identities.ADJUSTMENTS),
            not_run=counts.not_run,
            previous=counts.previous,
            notes=(*((f"Figures: {counts.source}.",) if counts.source else ()), *counts.notes),
            absent="not reported",
        )
    )


def _steps(given: Mapping[str, int], labels: Mapping[str, str]) -> tuple[Step, ...]:
    return tuple(Step(name=name, label=label, n=given[name]) for name, label in labels.items() if name in given)
