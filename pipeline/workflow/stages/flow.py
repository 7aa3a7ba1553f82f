"""The PRISMA stage: every box counted from rows, as a diagram, as a table, and as the R package reads it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from pipeline.prisma import diagram, flow, r_package, wording
from pipeline.prisma.boxes import Flow
from pipeline.prisma.sources import Source, called
from pipeline.prisma.versions import Baseline
from pipeline.records import tables
from pipeline.workflow import baselines, derived, history, pictures
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import collect, standing
from pipeline.workflow.stages.standing import Standing

THEMES: Mapping[diagram.Theme, str] = {"colour": "", "grey": "-grey"}  # what ends the name of the file
PICTURES = {"pdf": pictures.pdf, "png": pictures.png}
BOXES = ("box", "part", "n", "ids")


def run(work: Work) -> Account:
    """Count the flow, draw it, and list the records behind every box.

    Once there is a version before, the flow is that of the update, and the whole is drawn beside it; so is what came
    since the update before this one.
    """
    folder, protocol = work.folder, work.protocol
    stands = standing.load(folder, protocol)
    found = count(folder, protocol, stands)
    _write(folder, "boxes", "prisma", found, themes=tuple(THEMES))
    for name, view in views(folder, protocol, stands, found).items():
        _write(folder, name, name, view, themes=("colour",))
    folder.derive("prisma/prisma.csv", r_package.write(found))
    return Account(did=tuple(_said(found)), pending=tuple(f"{step.words}." for step in found.awaiting))


def _write(folder: ReviewFolder, boxes: str, picture: str, found: Flow, *, themes: tuple[diagram.Theme, ...]) -> None:
    """Write the boxes of a flow as a table, and the flow as pictures."""
    folder.derive(f"prisma/{boxes}.csv", tables.pieces(BOXES, _rows(found)))
    title = wording.title(found)
    for theme in themes:
        drawn, place = diagram.svg(found, theme=theme), f"prisma/{picture}{THEMES[theme]}"
        folder.derive(f"{place}.svg", drawn.encode())
        for kind, draw in PICTURES.items():
            folder.derive(f"{place}.{kind}", draw(drawn, title=title, fonts_of_the_system=False))


def count(folder: ReviewFolder, protocol: Protocol, stands: Standing) -> Flow:
    """Count the flow of the review as it stands: of all, or of what came since the preceding version."""
    return since(folder, protocol, stands, baselines.of_version(folder, protocol))


def since(folder: ReviewFolder, protocol: Protocol, stands: Standing, before: Baseline | None) -> Flow:
    """Count the flow of what came since a baseline; of everything where there is none.

    Counted once while nothing that it is counted from changes.
    """
    name = f"flow since {before.label}" if before else "flow"
    return folder.value(name, baselines.paths(folder), stands, lambda: _since(folder, protocol, stands, before))


def _since(folder: ReviewFolder, protocol: Protocol, stands: Standing, before: Baseline | None) -> Flow:
    return flow.count(
        tuple(sources(folder, protocol)),
        stands.now.clusters,
        stands.now.screening,
        protocol.screening,
        removed=tuple(removal for _, removal in collect.removals(folder)),
        since=before,
        studies=stands.studies,
        synthesised=stands.pooled or None,
    )


def views(folder: ReviewFolder, protocol: Protocol, stands: Standing, found: Flow) -> dict[str, Flow]:
    """Count the other views of a living review: everything so far, and what came since the update before."""
    made = {}
    if found.previous:
        made["all"] = since(folder, protocol, stands, None)
    latest = baselines.of_update(folder, protocol, stands)
    if latest is not None:
        made["latest"] = since(folder, protocol, stands, latest)
    return made


def sources(folder: ReviewFolder, protocol: Protocol) -> Iterator[Source]:
    """List every search as the flow sees it: where it was run and what came of it, or that it was not yet."""
    held = history.by_search(history.runs(folder))
    unread = (removal.record for _, removal in collect.removals(folder))
    came = Counter(record.partition(":")[0] for record in (*derived.retrieved(folder), *unread))
    for name, search in protocol.searches.items():
        ran = name in held
        yield Source(id=name, name=called(search), via=search.via, ran=ran, delivered=came[name] if ran else None)


def _rows(found: Flow) -> Iterator[tuple[str, str, str, str]]:
    for name, box in found.boxes.items():
        yield name, "", str(box.n), " ".join(box.ids or ())
        for part in box.parts:
            yield name, part.label, "" if part.n is None else str(part.n), " ".join(part.ids or ())
    for step in (*found.awaiting, *found.adjustments):
        yield step.name, step.label, str(step.n), " ".join(step.ids or ())


def _said(found: Flow) -> Iterator[str]:
    studies, reports = found.n("new_studies"), found.n("new_reports")
    if studies is not None and reports is not None:
        newly = f"newly included since {found.previous}" if found.previous else "included"
        said = f"{counted(studies, 'study', 'studies')} {newly}, in {counted(reports, 'report')}"
        in_all = f"; {found.n('total_studies'):,} in all, in {found.n('total_reports'):,}" if found.previous else ""
        yield f"{said}{in_all}."
    if found.not_run:
        yield f"Not yet run, and therefore not counted: {', '.join(found.not_run)}."
