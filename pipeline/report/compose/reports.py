"""The rows of the lists of reports: included, excluded, awaiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pipeline.deduplicate.citation import Citation
from pipeline.report.compose.context import Context
from pipeline.report.compose.wording import name
from pipeline.report.document import Row, cell


@dataclass(frozen=True, slots=True)
class Listed:
    """One report of a list: its citation, the cells behind its title, and the group it stands in."""

    citation: str
    more: tuple[str, ...] = ()
    group: str = ""


def report_rows(listed: Sequence[Listed], citations: Mapping[str, Citation], context: Context) -> tuple[Row, ...]:
    """Make a row of every report; those that the page shows are cited, the others stand in the CSV alone."""
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(listed):
        groups.setdefault(one.group, []).append(place)
    shown = set(islice(chain.from_iterable(groups.values()), context.most_rows))
    rows = []
    for place, one in enumerate(listed):
        record = citations[one.citation].record
        cited = (name(record), *(context.citing.mark(one.citation) if place in shown else ()))
        cells = (cell(cited), cell(record.title or "(no title)"), *map(cell, one.more))
        rows.append(Row(cells=cells, group=one.group))
    return tuple(rows)
