"""The synthesis stage: what may be pooled is pooled, and for everything else it is said why it was not."""

from pipeline.extraction.outcomes import Extraction
from pipeline.synthesis import outputs
from pipeline.synthesis.effects import Refusal
from pipeline.synthesis.synthesise import Synthesis, synthesise, years
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import extract, screen
from pipeline.workflow.stages.screen import Screened


def run(work: Work) -> Account:
    """Do every analysis of the protocol, and write its tables and plots."""
    folder, protocol = work.folder, work.protocol
    found, syntheses = extract.load(folder, protocol), load(folder, protocol)
    now = screen.load(folder, protocol)
    dated = years(found, lambda report: _year(report, now))
    made = outputs.files(syntheses, found, protocol.extraction, years=dated)
    for name, data in made.items():
        folder.derive(f"synthesis/{name}", data)
    return Account(did=tuple(map(_did, syntheses)) or ("workflow.yaml asks for no analysis.",))


def load(folder: ReviewFolder, protocol: Protocol) -> tuple[Synthesis, ...]:
    """Do every analysis, in the order of the protocol; done once while nothing that it rests on changes."""
    found = extract.load(folder, protocol)
    return folder.value("syntheses", (), found, lambda: _all(protocol, found, screen.load(folder, protocol)))


def _all(protocol: Protocol, found: Extraction, now: Screened) -> tuple[Synthesis, ...]:
    dated = years(found, lambda report: _year(report, now))
    included = {
        name
        for citation in extract.included_citations(protocol, now).values()
        for name in (citation.id, *citation.members)
    }
    return tuple(
        synthesise(one, found, protocol.extraction, years=dated, included=included) for one in protocol.synthesis
    )


def _year(report: str, now: Screened) -> int | None:
    return now.by_id[now.home[report]].record.year if report in now.home else None


def _did(synthesis: Synthesis) -> str:
    left = len(synthesis.selection.left_out)
    apart = f"; {counted(left, 'row')} left out, each with its reason" if left else ""
    if isinstance(synthesis.pooled, Refusal):
        return f"{synthesis.title}: not pooled{apart}."
    return f"{synthesis.title}: {counted(len(synthesis.studies), 'study', 'studies')} pooled{apart}."
