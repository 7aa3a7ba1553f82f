"""What a person may set under `deduplication:` in workflow.yaml."""

from dataclasses import dataclass
from typing import Literal

from pipeline.errors import Fault

Policy = Literal["link", "merge", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeduplicationSettings:
    """How records are joined.

    Attributes:
        ask_percent: at most this many questions per 100 records go to a person; the likeliest are asked.
        block_limit: at most this many records that share one key are all compared with each other.
    """

    ask_percent: float = 1.0
    block_limit: int = 50


def check(settings: DeduplicationSettings) -> tuple[Fault, ...]:
    """List what the types of the settings cannot say."""
    faults = []
    if not 0 <= settings.ask_percent <= 100:  # noqa: PLR2004
        faults.append(
            Fault(
                what=f"{settings.ask_percent!r} is not a percentage",
                column="ask_percent",
                accepted="a number from 0 (never ask) to 100",
            )
        )
    if settings.block_limit < 2:  # noqa: PLR2004
        faults.append(
            Fault(
                what=f"{settings.block_limit!r} records cannot be compared", column="block_limit", accepted="2 or more"
            )
        )
    return tuple(faults)
