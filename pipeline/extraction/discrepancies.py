"""Several sources for one number: what each states, whether they agree, and which of them counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.extraction.outcomes import Outcome

# What two statements of one number are compared by. What only one of them gives is no disagreement.
COMPARED = (
    *("value", "unit", "ci_low", "ci_high", "range_low", "range_high", "n", "events", "p_value"),
    *("o_minus_e", "o_minus_e_variance"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One number that more than one source states.

    Attributes:
        rows: what each source states, ordered by source.
        differs: columns in which two of them give different values; empty if they agree.
        preferred: the row that counts; None if nobody has marked one yet.
    """

    rows: tuple[Outcome, ...]
    differs: tuple[str, ...]
    preferred: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The rows that count, each number once, and the numbers for which nobody has said which row counts."""

    rows: tuple[Outcome, ...]
    undecided: tuple[Discrepancy, ...]


def same_number(first: Outcome, second: Outcome) -> bool:
    """Say whether two rows speak of one quantity.

    Study, arm, population, outcome, measure and time are equal, and so is the comparator of a comparison. Assessor and
    criteria are equal, or one of the two sources does not name them: a document that reports a trial in passing
    rarely does.
    """
    return first.number == second.number and all(
        not a or not b or a == b
        for a, b in ((first.assessed_by, second.assessed_by), (first.criteria, second.criteria))
    )


def discrepancies(outcomes: Iterable[Outcome]) -> tuple[Discrepancy, ...]:
    """List every number that more than one source states, whether they agree or not.

    Ordered by study and number; the same for the rows in any order.
    """
    groups = _groups(sorted(outcomes, key=lambda row: (row.key, str(row.at))))
    return tuple(_discrepancy(group) for group in groups if len({row.source for row in group}) > 1)


def chosen(outcomes: Sequence[Outcome]) -> Chosen:
    """Keep one row a number: the only one, or the preferred one; the order of the rows is kept."""
    dropped: set[int] = set()
    undecided = []
    for found in discrepancies(outcomes):
        if found.preferred is None:
            undecided.append(found)
        dropped.update(id(row) for row in found.rows if row is not found.preferred)
    return Chosen(rows=tuple(row for row in outcomes if id(row) not in dropped), undecided=tuple(undecided))


def _groups(rows: Sequence[Outcome]) -> list[list[Outcome]]:
    """Put rows together that speak of one quantity; a row joins the first group with all of which it does."""
    by_number: dict[tuple[str, ...], list[list[Outcome]]] = {}
    for row in rows:
        groups = by_number.setdefault(row.number, [])
        home = next((group for group in groups if all(_joins(row, other) for other in group)), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return [group for groups in by_number.values() for group in groups]


def _joins(row: Outcome, other: Outcome) -> bool:
    """Say whether a row is another source's word on the same quantity; one source's two rows are two quantities."""
    return row.source != other.source and same_number(row, other)


def _discrepancy(group: Sequence[Outcome]) -> Discrepancy:
    rows = tuple(sorted(group, key=lambda row: (row.source, str(row.at))))
    stated = {column: {getattr(row, column) for row in rows} - {None, ""} for column in COMPARED}
    preferred = [row for row in rows if row.preferred]
    return Discrepancy(
        rows=rows,
        differs=tuple(column for column in COMPARED if len(stated[column]) > 1),
        preferred=preferred[0] if len(preferred) == 1 else None,
    )
