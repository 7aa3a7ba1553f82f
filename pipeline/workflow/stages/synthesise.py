"""The synthesis stage: what may be pooled is pooled, and for everything else it is said why it was not."""

from collections.abc import Mapping, Sequence

from pipeline.extraction.outcomes import Extraction
from pipeline.synthesis import outputs
from pipeline.synthesis.effects import Refusal
from pipeline.synthesis.synthesise import Synthesis, synthesise
from pipeline.workflow.account import Account, counted
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import extract, screen
from pipeline.workflow.stages.screen import Screened


def run(work: Work) -> Account:
    """Do every analysis of the protocol, and write its tables and plots."""
    protocol = work.protocol
    now = screen.load(work.folder, protocol)
    found, _ = extract.load(work.folder, protocol, now)
    syntheses = load(protocol, found, now)
    made = outputs.files(syntheses, found, protocol.extraction, years=years(found, now))
    for name, data in made.items():
        work.folder.derive(f"synthesis/{name}", data)
    return Account(did=tuple(map(_did, syntheses)) or ("workflow.yaml asks for no analysis.",))


def load(protocol: Protocol, found: Extraction, now: Screened) -> tuple[Synthesis, ...]:
    """Do every analysis, in the order of the protocol."""
    dated = years(found, now)
    included = {
        name
        for citation in extract.included_citations(protocol, now).values()
        for name in (citation.id, *citation.members)
    }
    return tuple(
        synthesise(one, found, protocol.extraction, years=dated, included=included) for one in protocol.synthesis
    )


def years(found: Extraction, now: Screened) -> Mapping[str, Sequence[int]]:
    """Map each study to the years of its reports, the earliest first."""
    by_record = {record: citation.record.year for citation in now.citations for record in citation.members}
    return {
        study.study_id: sorted({year for report in study.reports if (year := by_record.get(report)) is not None})
        for study in found.studies
    }


def pooled_studies(syntheses: Sequence[Synthesis]) -> frozenset[str]:
    """Name every study that stands in a meta-analysis."""
    return frozenset(study for synthesis in syntheses for study in synthesis.studies)


def _did(synthesis: Synthesis) -> str:
    left = len(synthesis.selection.left_out)
    apart = f"; {counted(left, 'row')} left out, each with its reason" if left else ""
    if isinstance(synthesis.pooled, Refusal):
        return f"{synthesis.title}: not pooled{apart}."
    return f"{synthesis.title}: {counted(len(synthesis.studies), 'study', 'studies')} pooled{apart}."
