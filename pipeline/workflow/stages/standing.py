"""The review as it stands: its citations and statuses, the study of each report, and which studies were pooled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.extraction.outcomes import Extraction
from pipeline.synthesis.synthesise import Synthesis
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.stages import extract, screen, synthesise
from pipeline.workflow.stages.screen import Screened


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What every flow is counted from, whatever it is counted against.

    Attributes:
        now: citations, and where each stands.
        studies: the study of each citation that extraction names one for.
        pooled: studies that stand in a meta-analysis.
    """

    now: Screened
    studies: Mapping[str, str]
    pooled: frozenset[str]


def load(folder: ReviewFolder, protocol: Protocol) -> Standing:
    """Read how the review stands."""
    now = screen.load(folder, protocol)
    extraction, _ = extract.load(folder, protocol, now)
    return stand(now, extraction, synthesise.load(protocol, extraction, now))


def stand(now: Screened, extraction: Extraction, syntheses: Sequence[Synthesis]) -> Standing:
    """Gather how the review stands from what was read already."""
    home = {record: citation.id for citation in now.citations for record in citation.members}
    named = {home[report]: study.study_id for study in extraction.studies for report in study.reports if report in home}
    return Standing(now=now, studies=named, pooled=synthesise.pooled_studies(syntheses))
