"""What a report is composed of: the values of the rooms below, and what only the shell knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pipeline.deduplicate.citation import ById, Citation, Deduplication
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.settings import ExtractionSettings
from pipeline.prisma import versions
from pipeline.prisma.boxes import Flow
from pipeline.records.record import Record
from pipeline.report.compose.living import Concern, LivingMode, Update
from pipeline.report.settings import Part, ReportSettings
from pipeline.screening.decisions import Screening
from pipeline.screening.settings import ScreeningSettings
from pipeline.search.import_run import ImportRun
from pipeline.search.search_run import SearchRun
from pipeline.search.strategy import Strategy
from pipeline.synthesis.synthesise import Synthesis, years


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of the review: what was to be asked, and what came of it.

    Attributes:
        id: as in workflow.yaml.
        published: the string verbatim as published; empty if there is none.
        accepted: the string that a person accepted instead, verbatim.
        runs: every finished run, the oldest first; empty if it was never run.
    """

    id: str
    strategy: Strategy
    published: str = ""
    accepted: str = ""
    runs: tuple[SearchRun | ImportRun, ...] = ()

    @property
    def last(self) -> SearchRun | ImportRun | None:
        """Return the newest run, if there is one."""
        return self.runs[-1] if self.runs else None

    @property
    def searched(self) -> date | None:
        """Return the day of the newest run: of an export, the day on which the person searched, if that is known."""
        run = self.last
        if run is None:
            return None
        said = run.searched if isinstance(run, ImportRun) and len(run.searched) == len("2024-10-20") else run.date
        return date.fromisoformat(said)


@dataclass(frozen=True, kw_only=True)  # without slots: what is cached needs a place
class Review:
    """Everything that a report says something of.

    Attributes:
        criteria: terms of the question and of eligibility, with their words, in order.
        version: label of the released version that this is; empty if it is none.
        dated: day of the newest event in the review's history; None if nothing has happened yet.
        searches: every search of workflow.yaml, in its order.
        records: every record, in retrieval order.
        unread: how many input blocks could not be read, of those that a person accepted to lose.
        updates: what is new since the update before the last one, and since the preceding version; empty where there is
            nothing to compare with.
        living: how the review is kept living, and what happened so far.
        concerns: what PubMed says of the documents that the review rests on.
        texts: Markdown of the review's own, by part.
        logo: the bytes of the logo.
        style: text of the CSL file, where the settings name a file.
        tool: this program and its version.
        inputs: sha256 of every given and history file, by path.
    """

    title: str
    settings: ReportSettings = field(default_factory=ReportSettings)
    question: str = ""
    criteria: tuple[tuple[str, str], ...] = ()
    version: str = ""
    dated: date | None = None
    searches: tuple[Search, ...] = ()
    records: Sequence[Record] = ()
    unread: int = 0
    deduplication: Deduplication = field(default_factory=lambda: Deduplication(citations=(), pairs=()))
    screening: Screening = field(default_factory=lambda: Screening(statuses={}))
    screening_settings: ScreeningSettings = field(default_factory=ScreeningSettings)
    flow: Flow = field(default_factory=lambda: Flow(boxes={}))
    updates: tuple[Update, ...] = ()
    living: LivingMode = field(default_factory=LivingMode)
    concerns: tuple[Concern, ...] = ()
    extraction: Extraction = field(default_factory=Extraction)
    extraction_settings: ExtractionSettings = field(default_factory=ExtractionSettings)
    syntheses: tuple[Synthesis, ...] = ()
    texts: Mapping[Part, str] = field(default_factory=dict)
    logo: bytes = b""
    style: str = ""
    tool: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def home(self) -> Mapping[str, str]:
        """Map each record to the id of its citation."""
        return {record: citation.id for citation in self.deduplication.citations for record in citation.members}

    @cached_property
    def citations(self) -> Mapping[str, Citation]:
        """Return every citation by its id."""
        return ById(self.deduplication.citations, dict.fromkeys(self.home.values()))

    @cached_property
    def delivered(self) -> Mapping[str, int]:
        """Count the records of each search."""
        return Counter(record.partition(":")[0] for record in self.home)

    @cached_property
    def linked(self) -> Mapping[str, str]:
        """Return the study of each citation that extraction names one for."""
        home, studies = self.home, self.extraction.studies
        return {home[report]: study.study_id for study in studies for report in study.reports if report in home}

    @cached_property
    def study_of(self) -> Mapping[str, str]:
        """Return the study of every included report, named as the flow names it."""
        return versions.studies(self.screening, self.screening_settings, self.linked)

    @cached_property
    def years(self) -> Mapping[str, Sequence[int]]:
        """Return the years of the reports of every extracted study, the earliest first."""
        home, citations = self.home, self.citations
        return years(self.extraction, lambda report: citations[home[report]].record.year if report in home else None)

    @property
    def is_sandbox(self) -> bool:
        """Say whether any search was answered by the sandbox, whose records are not PubMed's."""
        return any(isinstance(run, SearchRun) and run.sandbox for search in self.searches for run in search.runs)

    @property
    def last_search(self) -> date | None:
        """Return the newest day on which a database or register was searched."""
        days = [search.searched for search in self.searches if search.strategy.via in {"databases", "registers"}]
        return max((day for day in days if day), default=None)
