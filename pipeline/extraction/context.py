"""What a row of a form is checked against, and what a rule gives back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.errors import Fault
from pipeline.extraction.outcomes import Arm, Study
from pipeline.extraction.settings import ExtractionSettings

Finding = Iterator[Fault]  # faults that know their column, not yet their row


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a row is checked against: the protocol, and what the other forms name.

    Attributes:
        statuses: record or citation id to its status in screening; None where nobody screens yet.
    """

    settings: ExtractionSettings
    studies: Mapping[str, Study] = field(default_factory=dict)
    arms: Mapping[tuple[str, str], Arm] = field(default_factory=dict)
    statuses: Mapping[str, str] | None = None

    def arms_of(self, study_id: str) -> tuple[str, ...]:
        """List the arms of a study."""
        return tuple(arm for study, arm in self.arms if study == study_id)
