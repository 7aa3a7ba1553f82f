"""How a review is kept living, and where the items that a living review reports stand.

Source: Akl et al. 2024, BMJ 387:e079183 (PRISMA-LSR), items L1 to L4 and the elements added to items 1, 3 and 16.
"""

from collections.abc import Iterator

from pipeline.report.compose.living import LivingMode, Planned
from pipeline.report.document import (
    Block,
    Cell,
    Column,
    Day,
    Definition,
    Definitions,
    Paragraph,
    Row,
    See,
    Table,
    cell,
)

_NO_PLAN = "Not stated."


def plan(mode: LivingMode) -> Iterator[Block]:
    """State the parameters of the living mode (PRISMA-LSR L1), and what changed in the methods (L2)."""
    columns = ("Search", "Source", "Searched again", "Last searched", "Next")
    yield Table(
        id="schedule",
        title="When each source is searched",
        columns=tuple(Column(label=label, heads=not place) for place, label in enumerate(columns)),
        rows=tuple(Row(cells=tuple(_planned(source))) for source in mode.sources),
        empty="No search is set up.",
    )
    said = [
        ("Why the review is living", mode.because or _NO_PLAN),
        ("The other steps", mode.other_steps or _NO_PLAN),
        ("When the living mode ends", mode.ends or "There is no stated plan to end it."),
    ]
    if mode.changes is not None:
        changed = "; ".join(mode.changes) or "None: workflow.yaml and the search strings are those of that version"
        said.append(("Changes to the methods since the preceding version", f"{changed}."))
    yield Definitions(items=tuple(Definition(term=term, content=(text,)) for term, text in said))
    yield Paragraph(content=(_PRACTICE,))


_PRACTICE = (
    "An update repeats each search of PubMed whole and compares what it finds with what it found before, so that "
    "nothing is missed for its date. New records are fetched, and with them those that PubMed has revised. Documents "
    "that are included or await a decision are asked about retractions each time. Exports are made by people."
)


def _planned(source: Planned) -> Iterator[Cell]:
    none = "when somebody exports it" if source.by_hand else "at each update"
    every = f"every {source.days:,} days" if source.days else none
    yield cell(source.search)
    yield cell(source.database)
    yield cell("every day" if source.days == 1 else every)
    yield Cell(content=(Day(value=source.last, since=True) if source.last else "not yet run",))
    yield Cell(content=(Day(value=source.next) if source.next else "not set",))


# Items of PRISMA-LSR, and the part of this report that has them. Source: Akl et al. 2024, table 1.
def checklist(mode: LivingMode, *, roles: bool) -> Table:
    """List the items that a living review reports beyond PRISMA 2020, and where they stand here."""
    stated = {True: "reported", False: "not stated: set it in workflow.yaml"}
    rows = (
        ("1", "The title says that the review is living, and which version it is", "", "on the title page"),
        ("3", "Why the review is living", "living", stated[bool(mode.because)]),
        ("L1", "Living mode: when each source is searched", "living", "reported"),
        ("L1", "Living mode: when the other steps follow", "living", stated[bool(mode.other_steps)]),
        ("L1", "Living mode: when it ends", "living", "reported" if mode.ends else "reported: no plan"),
        ("L2", "Changes to the methods", "living", "reported" if mode.changes is not None else "no version before"),
        ("16", "Results of search and selection, version by version", "new", "reported"),
        ("L3", "Changes to the results", "new", "reported"),
        ("L4", "Authors and their roles", "", stated[roles]),
    )
    return Table(
        id="prisma-lsr",
        title="Items of PRISMA-LSR, and where they stand",
        columns=(Column(label="Item", heads=True), Column(label="What"), Column(label="Where"), Column(label="State")),
        rows=tuple(
            Row(cells=(cell(item), cell(what), cell(See(target=where)) if where else cell("title page"), cell(state)))
            for item, what, where, state in rows
        ),
        notes=(("Akl et al. 2024, BMJ 387:e079183; in words of our own, to be used beside the PRISMA 2020 items.",),),
    )
