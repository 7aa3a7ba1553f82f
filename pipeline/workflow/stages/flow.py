"""The PRISMA stage: every box counted from rows, as a diagram, as a table, and as the R package reads it."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.extraction.outcomes import Extraction
from pipeline.prisma import diagram, flow, r_package
from pipeline.prisma.boxes import Flow
from pipeline.prisma.sources import Removal, Source
from pipeline.records import tables
from pipeline.synthesis.synthesise import Synthesis
from pipeline.workflow import history, pictures
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import collect, extract, screen, synthesise
from pipeline.workflow.stages.screen import Screened

THEMES: Mapping[diagram.Theme, str] = {"colour": "prisma", "grey": "prisma-grey"}
TITLE = "PRISMA 2020 flow diagram"
BOXES = ("box", "part", "n", "ids")


def run(work: Work) -> Account:
    """Count the flow, draw it, and list the records behind every box."""
    folder = work.folder
    now = screen.load(folder, work.protocol)
    extraction, _ = extract.load(folder, work.protocol, now)
    syntheses = synthesise.load(work.protocol, extraction, now)
    found = count(folder, work.protocol, now, extraction=extraction, syntheses=syntheses)
    folder.derive("prisma/boxes.csv", tables.write(BOXES, _rows(found)))
    folder.derive("prisma/prisma.csv", r_package.write(found))
    for theme, name in THEMES.items():
        drawn = diagram.svg(found, theme=theme)
        folder.derive(f"prisma/{name}.svg", drawn.encode())
        folder.derive(f"prisma/{name}.pdf", pictures.pdf(drawn, title=TITLE, fonts_of_the_system=False))
    return Account(did=tuple(_said(found)), pending=tuple(f"{step.words}." for step in found.awaiting))


def count(
    folder: ReviewFolder,
    protocol: Protocol,
    now: Screened,
    *,
    extraction: Extraction,
    syntheses: Sequence[Synthesis] = (),
) -> Flow:
    """Count the flow of the review as it stands."""
    pooled = synthesise.pooled_studies(syntheses)
    return flow.count(
        tuple(sources(folder, protocol)),
        now.citations,
        now.screening,
        protocol.screening,
        removed=tuple(unread(folder)),
        studies=_studies(extraction, now),
        synthesised=pooled or None,
    )


def _studies(extraction: Extraction, now: Screened) -> dict[str, str]:
    """Map each citation to the study that extraction reads from it."""
    home = {record: citation.id for citation in now.citations for record in citation.members}
    return {home[report]: study.study_id for study in extraction.studies for report in study.reports if report in home}


def sources(folder: ReviewFolder, protocol: Protocol) -> Iterator[Source]:
    """List every search as the flow sees it: where it was run, or that it was not yet."""
    held = history.by_search(history.runs(folder))
    for name, search in protocol.searches.items():
        yield Source(id=name, name=search.database, via=search.via, ran=name in held)


def unread(folder: ReviewFolder) -> Iterator[Removal]:
    """List the blocks that no reader could read and that a person accepted to lose."""
    for number, row in enumerate(collect.unread(folder), start=1):
        yield Removal(record=f"{row['search']}:unread-{number}", by="other", reason="could not be read")


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
        yield f"{counted(studies, 'study', 'studies')} included, in {counted(reports, 'report')}."
    if found.not_run:
        yield f"Not yet run, and therefore not counted: {', '.join(found.not_run)}."
