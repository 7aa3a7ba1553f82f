"""What the parts of one report share while it is composed: the references, and names that are given once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.report.compose.citing import Citing
from pipeline.report.document import Block, Section
from pipeline.report.settings import PARTS


@dataclass(frozen=True, slots=True)
class Said:
    """What the program says in one part: blocks, then sections."""

    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


# Names that parts, chapters, the page itself and the report's own tables and figures have; what comes from elsewhere
# gets another one.
_TAKEN = (
    *PARTS, "methods", "results", "other", "top", "text", "data", "contents-title",
    "agreement", "awaiting-list", "chronicle", "concerns", "excluded-reports", "exclusion-reasons", "included-reports",
    "inputs", "latest-sources", "new-sources", "prisma-2020", "prisma-flow", "prisma-lsr", "prisma-s", "record-list",
    "schedule", "search-list", "suspicious-values", "versions",
)  # fmt: skip


class Context:
    """References so far, fixed words, and slugs in use."""

    def __init__(self, citing: Citing, words: Mapping[str, str], *, most_rows: int) -> None:
        """Take the citing, the fixed words, and how many rows of a table are shown."""
        self.citing = citing
        self.words = words
        self.most_rows = most_rows
        self._names: set[str] = set(_TAKEN)

    def name(self, text: str) -> str:
        """Make a slug that nothing else in the report has."""
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
        slug = slug if slug[0].isalpha() else f"part-{slug}"
        found, place = slug, 2
        while found in self._names:
            found, place = f"{slug}-{place}", place + 1
        self._names.add(found)
        return found
