"""The sums that must hold between the boxes of a flow diagram.

PRISMA 2020 prints no formulas; these follow from its arrows and from its units (record, report, study). What changes
the unit, or stands between two boxes for a good reason, is a named adjustment; what nobody decided yet awaits.
Source: Page et al. 2021, BMJ 372:n71, figure 1 and its glossary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.errors import CountError, Fault, did_you_mean
from pipeline.prisma.boxes import VARIABLES, Box, Flow

# What may await somebody, and what it counts.
AWAITING = {
    "awaiting_screening": "records from databases and registers await screening",
    "awaiting_adjudication": "records from databases and registers await the arbiter",
    "dbr_awaiting_retrieval": "reports from databases and registers await retrieval",
    "dbr_awaiting_assessment": "reports from databases and registers await assessment",
    "dbr_awaiting_adjudication": "reports from databases and registers await the arbiter",
    "other_awaiting_screening": "records from other methods await screening or the arbiter",
    "other_awaiting_retrieval": "reports from other methods await retrieval",
    "other_awaiting_assessment": "reports from other methods await assessment",
    "other_awaiting_adjudication": "reports from other methods await the arbiter",
}
# What may stand between two boxes, and what it counts.
ADJUSTMENTS = {
    "other_duplicates": "records found by other methods more than once",
    "other_already_identified": "records found by other methods that databases or registers had already delivered",
    "other_removed": "records found by other methods that were removed before screening",
    "other_records_excluded": "records found by other methods that were excluded on title and abstract",
    "carried_records": "records from databases and registers left open, or reopened, since the previous version",
    "carried_reports": "reports from databases and registers left open, or reopened, since the previous version",
    "other_carried": "records or reports from other methods left open, or reopened, since the previous version",
    "records_per_report": "records that are not one report each",
    "other_records_per_report": "records from other methods that are not one report each",
    "added_reports": "new reports of studies in the previous version",
    "withdrawn_reports": "reports in the previous version that are no longer included",
    "regrouped_reports": "reports counted apart or together since the previous version",
    "withdrawn_studies": "studies in the previous version that are no longer included",
    "regrouped_studies": "studies counted apart or together since the previous version",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One sum that must hold.

    Attributes:
        name: as the documentation calls it.
        left: boxes and steps, written as "a - b + c". A box after "?" counts as zero where it is not known: it is
            one that a review may simply not have.
        right: groups of the same, added up; a group of which no box is known (a column not in use) is left out.
    """

    name: str
    left: str
    right: tuple[str, ...]

    def sides(self, flow: Flow) -> tuple[int | None, int | None]:
        """Return both sides; a side is None if a figure in it is not known."""
        return _sum(flow, self.left), _sums(flow, self.right)

    def sentence(self, flow: Flow) -> str:
        """Say what must be equal, without the steps that this flow does not have."""
        used = [group for group in self.right if _touches(flow, (group,))] or self.right
        return f"{_said(flow, self.left)} = {' + '.join(_said(flow, group) for group in used)}"


def _terms(text: str) -> Iterator[tuple[int, str]]:
    sign = 1
    for word in text.split():
        if word in {"+", "-"}:
            sign = 1 if word == "+" else -1
        else:
            yield sign, word


def _sum(flow: Flow, text: str) -> int | None:
    """Add up one group of boxes and steps; a box that is not known makes the sum unknown."""
    total = 0
    for sign, word in _terms(text):
        name = word.lstrip("?")
        figure = flow.n(name) if name in VARIABLES else flow.step(name)
        if figure is None and not word.startswith("?"):
            return None
        total += sign * (figure or 0)
    return total


def _sums(flow: Flow, groups: Sequence[str]) -> int | None:
    used = [group for group in groups if _touches(flow, (group,))]
    sums = [_sum(flow, group) for group in used]
    known = [number for number in sums if number is not None]
    return sum(known) if known and len(known) == len(sums) else None


def _said(flow: Flow, text: str) -> str:
    """Write a group without the steps and the optional boxes that the flow does not have."""
    kept = [
        (sign, word.lstrip("?"))
        for sign, word in _terms(text)
        if (word in VARIABLES or word.lstrip("?") in flow.boxes or flow.step(word))
    ]
    words = " ".join(f"{'+' if sign > 0 else '-'} {name}" for sign, name in kept)
    return words.removeprefix("+ ")


IDENTITIES: tuple[Identity, ...] = (
    Identity(
        "E3",
        "records_screened + awaiting_screening + awaiting_adjudication",
        ("database_results + ?register_results - duplicates - excluded_automatic - excluded_other + carried_records",),
    ),
    Identity(
        "U1", "dbr_sought_reports", ("records_screened - records_excluded + records_per_report + carried_reports",)
    ),
    Identity(
        "E4",
        "dbr_assessed + dbr_awaiting_retrieval + dbr_awaiting_assessment + dbr_awaiting_adjudication",
        ("dbr_sought_reports - dbr_notretrieved_reports",),
    ),
    Identity(
        "U2",
        "other_sought_reports + other_awaiting_screening",
        (
            (
                "?website_results + ?organisation_results + ?citations_results - other_duplicates "
                "- other_already_identified - other_removed - other_records_excluded + other_records_per_report "
                "+ other_carried"
            ),
        ),
    ),
    Identity(
        "E5",
        "other_assessed + other_awaiting_retrieval + other_awaiting_assessment + other_awaiting_adjudication",
        ("other_sought_reports - other_notretrieved_reports",),
    ),
    Identity(
        "E6",
        "new_reports + added_reports",
        ("dbr_assessed - dbr_excluded", "other_assessed - other_excluded"),
    ),
    Identity("U4", "total_studies", ("previous_studies + new_studies - withdrawn_studies + regrouped_studies",)),
    Identity(
        "U5",
        "total_reports",
        ("previous_reports + new_reports + added_reports - withdrawn_reports + regrouped_reports",),
    ),
)
_OF_UPDATES = ("U4", "U5")
# The first may not exceed the second.
ORDERED = (
    ("E7", "records_excluded", "records_screened"),
    ("E7", "dbr_excluded", "dbr_assessed"),
    ("E7", "other_excluded", "other_assessed"),
    ("U3", "new_studies", "new_reports"),
    ("U6", "previous_studies", "previous_reports"),
    ("U6", "total_studies", "total_reports"),
    ("U6", "total_studies_ma", "total_reports_ma"),
    ("U6", "total_studies_ma", "total_studies"),
    ("U6", "total_reports_ma", "total_reports"),
)
# Each figure that is known may not exceed the one before it, unless a step brings something in between.
CHAINS = (
    ("database_results + ?register_results", "records_screened", "dbr_sought_reports", "dbr_assessed"),
    ("?website_results + ?organisation_results + ?citations_results", "other_sought_reports", "other_assessed"),
)
_BRINGING_IN = ("carried_records", "carried_reports", "records_per_report", "other_carried", "other_records_per_report")


def faults(flow: Flow) -> tuple[Fault, ...]:
    """List every sum that does not hold, every box whose parts or ids are not as many as it says."""
    found = [fault for name, known in flow.boxes.items() for fault in _box_faults(name, known)]
    for identity in IDENTITIES:
        left, right = identity.sides(flow)
        if left is not None and right is not None and left != right:
            what = f"{identity.sentence(flow)}, but the figures are {left:,} and {right:,}"
            found.append(Fault(what=what, column=identity.name, remedy=_remedy(left, right)))
    for name, small, large in ORDERED:
        less, more = flow.n(small), flow.n(large)
        if less is not None and more is not None and less > more:
            found.append(Fault(what=f"{small} ({less:,}) is more than {large} ({more:,})", column=name))
    if not any(map(flow.step, _BRINGING_IN)):
        found.extend(fault for chain in CHAINS for fault in _grown(flow, chain))
    found.extend(_step_faults(flow))
    return tuple(found)


def _grown(flow: Flow, chain: Sequence[str]) -> Iterator[Fault]:
    known = [(terms, figure) for terms in chain if (figure := _sum(flow, terms)) is not None]
    for (before, larger), (after, smaller) in pairwise(known):
        if smaller > larger and _touches(flow, (before,)):
            yield Fault(what=f"{after} ({smaller:,}) is more than {_said(flow, before)} ({larger:,})", column="E7")


def check(flow: Flow) -> Flow:
    """Return the flow once every sum holds.

    Raises:
        CountError: every sum that does not.
    """
    found = faults(flow)
    if found:
        raise CountError(found)
    return flow


def unchecked(flow: Flow) -> tuple[str, ...]:
    """List the sums that could not be checked because some figure in them is not known and another is."""
    mine = [one for one in IDENTITIES if flow.is_update or one.name not in _OF_UPDATES]
    open_ = [one for one in mine if None in one.sides(flow) and _touches(flow, (one.left, *one.right))]
    return tuple(one.sentence(flow) for one in open_)


def _touches(flow: Flow, groups: Sequence[str]) -> bool:
    return any(word.lstrip("?") in flow.boxes for group in groups for _, word in _terms(group))


def _remedy(left: int, right: int) -> str:
    return f"The difference is {abs(left - right):,}: mend a figure, or name what stands between as an adjustment."


def _box_faults(name: str, known: Box) -> Iterator[Fault]:
    if name not in VARIABLES:
        yield Fault(what=f"{name!r} is no box", remedy=did_you_mean(name, list(VARIABLES)))
    counted = [one.n for one in known.parts if one.n is not None]
    if counted and sum(counted) != known.n:
        what = f"{name} is {known.n:,}, and its parts add up to {sum(counted):,}"
        yield Fault(what=what, column="E8" if name.endswith("excluded") else "E1")
    if known.n < 0 or any(n < 0 for n in counted):
        yield Fault(what=f"{name} is below zero", column="E9", accepted="whole numbers from 0")
    if known.ids is not None and len(known.ids) != known.n:
        yield Fault(what=f"{name} is {known.n:,} and knows {len(known.ids):,} ids", column="E9")
    for one in known.parts:
        if one.ids is not None and len(one.ids) != one.n:
            yield Fault(what=f"{name}, {one.label!r}: {one.n} and {len(one.ids):,} ids", column="E9")


def _step_faults(flow: Flow) -> Iterator[Fault]:
    for step in (*flow.awaiting, *flow.adjustments):
        known = AWAITING if step in flow.awaiting else ADJUSTMENTS
        if step.name not in known:
            yield Fault(what=f"{step.name!r} is no step between boxes", accepted=", ".join(known))
        signed = step.name.startswith("regrouped") or step.name.endswith("per_report")
        if step.n < 0 and not signed:
            yield Fault(what=f"{step.name} is below zero", column="E9", accepted="whole numbers from 0")
