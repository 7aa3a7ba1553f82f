"""workflow.yaml as one value: the settings of every room, checked, with every fault and its line at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.deduplicate import settings as deduplication_settings
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.extraction import settings as extraction_settings
from pipeline.extraction.settings import ExtractionSettings
from pipeline.formats import FORMATS
from pipeline.report import settings as report_settings
from pipeline.report.settings import ReportSettings
from pipeline.screening import settings as screening_settings
from pipeline.screening.settings import ScreeningSettings
from pipeline.search import strategy
from pipeline.search.strategy import Strategy
from pipeline.synthesis import settings as synthesis_settings
from pipeline.synthesis.settings import Analysis
from pipeline.workflow import schedule, yaml_settings
from pipeline.workflow.folder import PROTOCOL, ReviewFolder
from pipeline.workflow.schedule import ScheduleSettings

SCHEMA = 1
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class ReviewSettings:
    """What the review is.

    Attributes:
        title: title of the review, as the report prints it.
        question: what it asks, in a sentence or two.
        criteria: who and what is eligible, under headings of your own ("Population", "Intervention" ...), in order.
    """

    title: str
    question: str = ""
    criteria: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PubMedSettings:
    """How the program introduces itself to PubMed.

    Attributes:
        email: where NCBI reaches the person who runs the searches; the environment may give it as NCBI_EMAIL.
    """

    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Everything that workflow.yaml may say.

    Attributes:
        schema: version of this file's layout.
        review: what the review is.
        searches: each strategy in each source, under an id that begins the ids of its records.
        pubmed: how the program introduces itself.
        deduplication: how records are joined.
        screening: how citations become included reports.
        extraction: the outcomes, and the words that the forms accept.
        synthesis: the analyses: which numbers are pooled with which, and how.
        report: how the report looks and what it holds.
        schedule: when sources are searched again, and who is told.
    """

    schema: int
    review: ReviewSettings
    searches: dict[str, Strategy] = field(default_factory=dict)
    pubmed: PubMedSettings = field(default_factory=PubMedSettings)
    deduplication: DeduplicationSettings = field(default_factory=DeduplicationSettings)
    screening: ScreeningSettings = field(default_factory=ScreeningSettings)
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    synthesis: tuple[Analysis, ...] = ()
    report: ReportSettings = field(default_factory=ReportSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)


def load(folder: ReviewFolder) -> Protocol:
    """Read and check workflow.yaml.

    Raises:
        ProtocolError: every fault, each with its line and key.
    """
    text = folder.text(PROTOCOL)
    try:
        protocol = yaml_settings.load(text, Protocol, file=PROTOCOL)
    except ProtocolError:
        if fault := _of_another_schema(text):
            raise ProtocolError(fault) from None  # its keys are those of another program, and not to be told as faults
        raise
    faults = list(_check(protocol, folder))
    if faults:
        lines = yaml_settings.lines(text, file=PROTOCOL)
        placed = [replace(fault, file=PROTOCOL, line=_line(lines, fault.column)) for fault in faults]
        raise ProtocolError(sorted(placed, key=lambda fault: fault.line))
    return protocol


def _of_another_schema(text: str) -> Fault | None:
    schema = yaml_settings.plain(text, file=PROTOCOL).get("schema", "")
    if not (isinstance(schema, str) and schema.isdecimal()) or schema == str(SCHEMA):
        return None
    return replace(_another_schema(schema), file=PROTOCOL)


def _another_schema(schema: str | int) -> Fault:
    what = f"this review has schema {schema}, and this program reads schema {SCHEMA}"
    remedy = "Install the version of living-review that the review was made with, or a newer one."
    return Fault(what=what, column="schema", remedy=remedy)


def _line(lines: Mapping[str, int], key: str) -> int:
    """Find the line of a key, or of the nearest block around it; 0 where workflow.yaml has neither."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key, 0) if key else 0


def _check(protocol: Protocol, folder: ReviewFolder) -> Iterator[Fault]:
    if protocol.schema != SCHEMA:
        yield _another_schema(protocol.schema)
    for name, search in protocol.searches.items():
        key = f"searches.{name}"
        if not _ID.fullmatch(name):
            accepted = "small letters, digits and single hyphens, such as embase-2024"
            yield Fault(what=f"{name!r} cannot be the id of a search", column=key, accepted=accepted)
        yield from _under(key, strategy.check(search))
        yield from _check_search(key, search, protocol, folder)
    yield from _under("deduplication", deduplication_settings.check(protocol.deduplication))
    yield from screening_settings.check(protocol.screening)
    yield from extraction_settings.check(protocol.extraction)
    yield from synthesis_settings.check(protocol.synthesis, protocol.extraction)
    yield from _under("report", report_settings.check(protocol.report))
    yield from _check_report(protocol.report, folder)
    yield from _under("schedule", schedule.check(protocol.schedule, protocol.searches))


def _under(key: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    return (replace(fault, column=f"{key}.{fault.column}") for fault in faults)


def _check_search(key: str, search: Strategy, protocol: Protocol, folder: ReviewFolder) -> Iterator[Fault]:
    for name in ("query", "accepted"):
        path = getattr(search, name)
        if path and (fault := _missing(folder, path)):
            yield replace(fault, column=f"{key}.{name}")
    for place, pattern in enumerate(search.files):
        if fault := _outside(folder, pattern):
            yield replace(fault, column=f"{key}.files.{place}")
    if search.format and search.format not in FORMATS:
        what, remedy = f"there is no format {search.format!r}", did_you_mean(search.format, list(FORMATS))
        yield Fault(what=what, column=f"{key}.format", accepted=", ".join(FORMATS), remedy=remedy)
    if search.seeds.search and search.seeds.search not in protocol.searches:
        what = f"there is no search {search.seeds.search!r}"
        remedy = did_you_mean(search.seeds.search, list(protocol.searches))
        yield Fault(what=what, column=f"{key}.seeds.search", accepted=", ".join(protocol.searches), remedy=remedy)


def _check_report(settings: ReportSettings, folder: ReviewFolder) -> Iterator[Fault]:
    named = {f"texts.{part}": path for part, path in settings.texts.items()}
    named["logo"] = settings.logo
    if settings.citation_style.endswith(".csl"):
        named["citation_style"] = settings.citation_style
    for key, path in named.items():
        if path and (fault := _missing(folder, path)):
            yield replace(fault, column=f"report.{key}")
    if settings.fonts and (fault := _outside(folder, settings.fonts)):
        yield replace(fault, column="report.fonts")


def _missing(folder: ReviewFolder, path: str) -> Fault | None:
    if fault := _outside(folder, path):
        return fault
    if folder.has(path):
        return None
    near = did_you_mean(path, folder.list("queries/*"))
    return Fault(what=f"there is no file {path!r}", remedy=near or "Put it there, or correct the path.")


def _outside(folder: ReviewFolder, path: str) -> Fault | None:
    try:
        folder.path(path)
    except ProtocolError as error:
        return error.faults[0]
    return None
