"""What a search asks of a client, and what it says while it works; `eutils.Client` is the one that talks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.search.replies import Found, Links
from pipeline.search.slices import CAP


class PubMed(Protocol):
    """A source that speaks E-utilities; every method raises SearchError if no complete answer comes.

    Attributes:
        endpoint: its address.
        source: its name in a sentence.
        tool: this program and its version.
        sandbox: True if its records are those of the sandbox.
        requests: how many requests were sent so far.
        repeats: how many of them because the one before had failed.
        now: tells the time of day.
    """

    requests: int
    repeats: int
    sandbox: bool
    endpoint: str
    now: Callable[[], datetime]

    @property
    def source(self) -> str:
        """Name the source in a sentence."""
        ...

    @property
    def tool(self) -> str:
        """Name this program and its version."""
        ...

    def search(self, term: str, *, listed: int = CAP) -> Found:
        """Count what matches a term, and list the first PMIDs of it."""
        ...

    def links(self, pmids: Sequence[str], *, linkname: str, scored: bool = False) -> tuple[Links, ...]:
        """List what each PMID is linked to."""
        ...

    def fetch(self, pmids: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        """Fetch a page of records, and list the PMIDs that are on it."""
        ...

    def updated(self) -> str:
        """Say when the index was last updated."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: what is being done, how much of it is done, and of how much; 0 of 0 if unknown."""

    doing: str
    done: int = 0
    total: int = 0


Tell = Callable[[Progress], None]


def silence(_: Progress) -> None:
    """Tell nobody."""
