"""The extraction stage: forms in, summary tables out, and starter rows for what screening has newly included."""

from collections.abc import Iterator, Mapping

from pipeline.deduplicate.citation import Citation
from pipeline.extraction import bias_figures, extractors, source_tables, summary_table, tables
from pipeline.extraction.extract import extract
from pipeline.extraction.outcomes import Extraction
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.starters import by_study, starter_forms
from pipeline.extraction.summary_table import SummaryTable
from pipeline.records import tables as csv
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import screen
from pipeline.workflow.stages.screen import Screened

ROOM = "extraction"
WARNINGS = ("file", "row", "column", "what", "remedy")


def load(folder: ReviewFolder, protocol: Protocol) -> Extraction:
    """Read every form of the review; read once while nothing that it rests on changes.

    Raises:
        FormError: every fault of every form.
    """
    now = screen.load(folder, protocol)
    return folder.value("extraction", _paths(folder), now, lambda: read(forms(folder), protocol, now))


def read(found: Mapping[str, bytes], protocol: Protocol, now: Screened) -> Extraction:
    """Read forms, by path, beside the screening as it stands.

    Raises:
        FormError: every fault of every form.
    """
    statuses = {record: now.screening.last(cluster.id).state for cluster in now.clusters for record in cluster.members}
    included = {name: citation.members for name, citation in included_citations(protocol, now).items()}
    return extract(found, protocol.extraction, statuses=statuses, included=included)


def included_citations(protocol: Protocol, now: Screened) -> dict[str, Citation]:
    """Return the included citations by id, in retrieval order."""
    return {status.citation: now.by_id[status.citation] for status in now.screening.included(protocol.screening)}


def run(work: Work) -> Account:
    """Check what was extracted, write the summary tables, and make starter rows for what nobody has begun."""
    folder, settings = work.folder, work.protocol.extraction
    now = screen.load(folder, work.protocol)
    found = load(folder, work.protocol)
    news = (*_starters(work, found, now), *_consensus(work))
    found = load(folder, work.protocol)
    for table in summary_tables(found, settings, names=_names(found, now)):
        folder.derive(f"extraction/{table.name}.csv", summary_table.as_csv(table))
        folder.derive(f"extraction/{table.name}.md", summary_table.as_markdown(table).encode())
        folder.derive(f"extraction/{table.name}.html", summary_table.as_html(table).encode())
    for tool in bias_figures.tools_used(found):
        folder.derive(f"extraction/{tool.stem}-traffic-lights.svg", bias_figures.traffic_lights(found, tool).encode())
        folder.derive(f"extraction/{tool.stem}-summary.svg", bias_figures.bias_bars(found, tool).encode())
    named = _named(work.protocol, now)
    warnings = ((w.file, str(w.row or ""), w.column, w.what, w.remedy) for w in found.warnings)
    folder.derive("extraction/warnings.csv", csv.write(WARNINGS, warnings))
    return Account(
        did=tuple(_did(found)),
        news=news,
        warnings=(*_warnings(found), *_apart(found, named, now)),
        pending=(*_pending(found), *_to_add(found, named)),
    )


def _names(found: Extraction, now: Screened) -> dict[str, str]:
    """Name every report of a study by its first author, year and citation, for tables that people read."""
    named = {}
    for report in (report for study in found.studies for report in study.reports if report in now.home):
        record = now.by_id[now.home[report]].record
        author = record.authors[0].family if record.authors else "anonymous"
        named[report] = f"{author} {record.year or 'n.d.'} ({record.id})"
    return named


def summary_tables(
    found: Extraction, settings: ExtractionSettings, *, names: Mapping[str, str]
) -> Iterator[SummaryTable]:
    """Make every summary table that has something to say, in the order of the report."""
    yield tables.characteristics(found, settings, names=names)
    yield tables.by_modality(found, settings)
    yield tables.individual_results(found, settings)
    for tool in bias_figures.tools_used(found):
        yield bias_figures.bias_table(found, tool)
    yield source_tables.discrepancy_table(found, settings)
    if found.differences:
        yield source_tables.difference_table(found)
    if found.waiting:
        yield source_tables.waiting_table(found)
    yield from source_tables.reference_tables(settings)
    yield source_tables.accepted_words(settings)


def forms(folder: ReviewFolder) -> dict[str, bytes]:
    """Read every form of the review, by path."""
    return {path: folder.read(path) for path in _paths(folder)}


def _paths(folder: ReviewFolder) -> tuple[str, ...]:
    return (*folder.list(f"{ROOM}/*"), *folder.list(f"{ROOM}/*/*"))


def _starters(work: Work, found: Extraction, now: Screened) -> Iterator[str]:
    """Create starter forms, one set for each extractor, and say where they stand."""
    settings = work.protocol.extraction
    records = {name: citation.record for name, citation in included_citations(work.protocol, now).items()}
    made = starter_forms(records, found, settings, named=_named(work.protocol, now))
    paths = []
    for owner in settings.extractors or ("",):
        for name, data in made.items():
            paths.append(_free_name(work, owner, name))
            work.folder.create(paths[-1], data)
    given = len(found.unlinked) - len(load(work.folder, work.protocol).unlinked)
    yield from (f"New starter rows for {counted(given, 'included report')}: {path}" for path in paths)


def _named(protocol: Protocol, now: Screened) -> dict[str, str]:
    """Map each included citation to the name that the worksheets give its study, where they give one."""
    return {each.citation: each.study for each in now.screening.included(protocol.screening) if each.study}


def _to_add(found: Extraction, named: Mapping[str, str]) -> Iterator[str]:
    """Ask for the reports of studies that the forms hold already: no form that exists is changed."""
    for study, citations in by_study(found.unlinked, named):
        if study:
            what = f"{counted(len(citations), 'report')} of the study {study!r}, as the worksheets say"
            yield f"{what}, to be added to its row in the studies form: {', '.join(citations)}."


def _apart(found: Extraction, named: Mapping[str, str], now: Screened) -> Iterator[str]:
    """Say which reports the worksheets call one study and the extraction forms do not."""
    studies = {now.home[r]: study.study_id for study in found.studies for r in study.reports if r in now.home}
    for study, citations in by_study((each for each in studies if each in named), named):
        apart = dict.fromkeys(studies[each] for each in citations)
        if len(apart) > 1:
            told = f"The worksheets call {', '.join(citations)} one study, {study!r}"
            yield f"{told}, and the extraction forms keep them apart ({', '.join(apart)}), which counts."


def _consensus(work: Work) -> Iterator[str]:
    """Create consensus forms for what two extractors wrote differently."""
    for name, data in extractors.consensus_forms(forms(work.folder), work.protocol.extraction).items():
        path = _free_name(work, "", f"consensus-{name}")
        work.folder.create(path, data)
        yield f"New consensus rows for what the extractors wrote differently: {path}"


def _free_name(work: Work, owner: str, form: str) -> str:
    room = f"{ROOM}/{owner}" if owner else ROOM
    date = work.now.date().isoformat()
    return work.folder.free(f"{room}/{date}", f"-{form}.csv", mark="_{:02}")


def _did(found: Extraction) -> Iterator[str]:
    studies = counted(len(found.studies), "study", "studies")
    yield f"{studies}, {counted(len(found.arms), 'arm')}, {counted(len(found.outcomes), 'result')}."
    if found.cells_compared:
        share = found.cells_agreed / found.cells_compared
        yield f"The extractors agreed on {found.cells_agreed:,} of {found.cells_compared:,} cells ({share:.0%})."


def _warnings(found: Extraction) -> Iterator[str]:
    yield from found.notices
    if found.warnings:
        cells = counted(len(found.warnings), "cell")
        yield f"{cells} possible but suspicious, each with its reason: outputs/extraction/warnings.csv."


def _pending(found: Extraction) -> Iterator[str]:
    if found.differences:
        yield f"{counted(len(found.differences), 'difference')} between extractors to be settled."
    if found.waiting:
        yield f"{counted(len(found.waiting), 'row')} of the extraction forms to be filled in."
