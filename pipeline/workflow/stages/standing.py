"""The review as it stands: its citations and statuses, what was extracted and pooled, the study of each report."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.extraction.outcomes import Extraction
from pipeline.synthesis.synthesise import Synthesis
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.stages import extract, screen, synthesise
from pipeline.workflow.stages.screen import Screened


@dataclass(frozen=True, kw_only=True)  # without slots: what is cached needs a place
class Standing:
    """What every flow is counted from, whatever it is counted against.

    Attributes:
        now: citations, and where each stands.
        extraction: what the forms say.
        syntheses: every analysis, in the order of the protocol.
    """

    now: Screened
    extraction: Extraction
    syntheses: tuple[Synthesis, ...]

    @cached_property
    def studies(self) -> Mapping[str, str]:
        """Map each citation that extraction names a study for to that study."""
        home, studies = self.now.home, self.extraction.studies
        return {home[report]: study.study_id for study in studies for report in study.reports if report in home}

    @property
    def pooled(self) -> frozenset[str]:
        """Name every study that stands in a meta-analysis."""
        return frozenset(study for synthesis in self.syntheses for study in synthesis.studies)


def load(folder: ReviewFolder, protocol: Protocol) -> Standing:
    """Read how the review stands; read once while nothing that it rests on changes."""
    extraction = extract.load(folder, protocol)

    def make() -> Standing:
        now, syntheses = screen.load(folder, protocol), synthesise.load(folder, protocol)
        return Standing(now=now, extraction=extraction, syntheses=syntheses)

    return folder.value("standing", (), extraction, make)
