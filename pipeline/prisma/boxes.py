"""The boxes of PRISMA 2020's flow diagrams as values, each with its figure and, where it was counted, its ids.

Names are those of the variables of the R package PRISMA2020, so that a Flow and its CSV say the same thing.
Source: Page et al. 2021, BMJ 372:n71, figure 1, and the four templates; Haddaway et al. 2022, Campbell Systematic
Reviews 18:e1230 (variables).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import CountError, Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A named share of a box: one database, one reason, records excluded by people.

    Attributes:
        n: None for a search that was not yet run.
        ids: what was counted; None where only the figure is known.
    """

    label: str
    n: int | None
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One figure of the diagram.

    Attributes:
        n: how many records, reports or studies.
        ids: which ones, in a stable order; None where only the figure is known.
        parts: shares that add up to it, where it is printed with its shares.
    """

    n: int
    ids: tuple[str, ...] | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A figure that PRISMA's templates have no box for: what awaits somebody, or what changes between two boxes.

    Attributes:
        name: one of the names in `prisma.identities`.
        label: what it counts, in words that follow a number ("records await screening").
        n: how many; an adjustment may be negative.
    """

    name: str
    label: str
    n: int
    ids: tuple[str, ...] | None = None

    @property
    def what(self) -> str:
        """Say what is counted, in the singular where it is one.

        >>> Step(name="x", label="records or reports that are open await the arbiter", n=1).what
        'record or report that is open awaits the arbiter'
        """
        if abs(self.n) != 1:
            return self.label
        noun = re.sub(r"\b(record|report)s( or report)?s?\b|\bstudies\b", _singular, self.label, count=1)
        return re.sub(r"\b(await|were|are)\b", lambda found: _VERBS[found[0]], noun)

    @property
    def words(self) -> str:
        """Say the figure and what it counts."""
        return f"{self.n:,} {self.what}"


_VERBS = {"await": "awaits", "were": "was", "are": "is"}


def _singular(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2] or ''}" if found[1] else "study"


Unit = Literal["records", "reports", "studies"]
DATABASES_AND_REGISTERS: Mapping[str, Unit] = {
    "database_results": "records",
    "register_results": "records",
    "duplicates": "records",
    "excluded_automatic": "records",
    "excluded_other": "records",
    "records_screened": "records",
    "records_excluded": "records",
    "dbr_sought_reports": "reports",
    "dbr_notretrieved_reports": "reports",
    "dbr_assessed": "reports",
    "dbr_excluded": "reports",
}
OTHER_METHODS: Mapping[str, Unit] = {
    "website_results": "records",
    "organisation_results": "records",
    "citations_results": "records",
    "other_sought_reports": "reports",
    "other_notretrieved_reports": "reports",
    "other_assessed": "reports",
    "other_excluded": "reports",
}
PREVIOUS: Mapping[str, Unit] = {"previous_studies": "studies", "previous_reports": "reports"}
INCLUDED: Mapping[str, Unit] = {
    "new_studies": "studies",
    "new_reports": "reports",
    "total_studies": "studies",
    "total_reports": "reports",
    "total_studies_ma": "studies",
    "total_reports_ma": "reports",
}
# Every box that has a figure, and its unit.
VARIABLES: Mapping[str, Unit] = {**PREVIOUS, **DATABASES_AND_REGISTERS, **OTHER_METHODS, **INCLUDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of records, reports and studies through a review or one of its updates.

    Attributes:
        boxes: by name, one of VARIABLES. A box is absent where nothing is known yet (no search of that kind was run)
            or nothing was reported; it is never zero instead. `database_results` and `register_results` have one part
            a source, `dbr_excluded` and `other_excluded` one part a reason, `records_excluded` the shares of people
            and of automation tools where tools decided.
        awaiting: what nobody has decided yet, in the order of the stages.
        adjustments: named differences between boxes, with the sign they have in the sums.
        not_run: names of the searches that were never run.
        previous: label of the version or run that this flow updates; empty for a new review.
        notes: further sentences for the legend.
        absent: why a box may have no figure: the searches were not run yet, or nobody reported it.
    """

    boxes: Mapping[str, Box]
    awaiting: tuple[Step, ...] = ()
    adjustments: tuple[Step, ...] = ()
    not_run: tuple[str, ...] = ()
    previous: str = ""
    notes: tuple[str, ...] = ()
    absent: Literal["not yet known", "not reported"] = "not yet known"

    @property
    def is_update(self) -> bool:
        """Say whether the template for updated reviews is the right one."""
        return any(name in self.boxes for name in PREVIOUS)

    @property
    def has_other_methods(self) -> bool:
        """Say whether the template with the column "other methods" is the right one."""
        return any(name in self.boxes for name in OTHER_METHODS)

    def n(self, name: str) -> int | None:
        """Return the figure of a box; None where it is not known."""
        return self.boxes[name].n if name in self.boxes else None

    def step(self, name: str) -> int:
        """Return the sum of the steps of this name, among what awaits and what is adjusted; 0 if there are none."""
        return sum(step.n for step in (*self.awaiting, *self.adjustments) if step.name == name)


def box(ids: Iterable[str], parts: Sequence[Part] = ()) -> Box:
    """Count ids into a box.

    Raises:
        CountError: an id is counted twice.
    """
    kept = tuple(ids)
    if len(set(kept)) != len(kept):
        twice = Counter(kept).most_common(1)[0][0]
        raise CountError(Fault(what=f"{twice!r} is counted twice in one box"))
    return Box(n=len(kept), ids=kept, parts=tuple(parts))


def part(label: str, ids: Iterable[str]) -> Part:
    """Count ids into a part of a box."""
    kept = tuple(ids)
    return Part(label=label, n=len(kept), ids=kept)
