"""The searches as PRISMA-S asks for them: what was asked, where, when, with which limits, and what came of it."""

from collections.abc import Iterator

from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review, Search
from pipeline.report.compose.wording import counted, listed, noun, sentence, small, was
from pipeline.report.document import (
    Block,
    Cell,
    Column,
    Content,
    Day,
    Fact,
    Items,
    Paragraph,
    Row,
    Section,
    Styled,
    Table,
    Verbatim,
    cell,
)
from pipeline.search.import_run import ImportRun
from pipeline.search.search_run import SearchRun
from pipeline.search.strategy import clauses

VIA = {
    "databases": "database",
    "registers": "register",
    "websites": "website",
    "organisations": "organisation",
    "citation-searching": "citation searching",
}
_KINDS = {
    "query": "search string",
    "similar": "similar articles",
    "cited-by": "citing articles",
    "references": "reference lists in PubMed",
    "export": "export read from file",
}


def build(review: Review, context: Context) -> Said:
    """Say what was searched; strings in full, whether they were run or not."""
    return Said(
        blocks=(Paragraph(content=_overview(review)), *_never_run(review), _table(review)),
        sections=tuple(_one(search, context) for search in review.searches),
    )


def _overview(review: Review) -> Content:
    if not review.searches:
        return ("No search is set up.",)
    ran = [search for search in review.searches if search.runs]
    said = sentence(
        "The review holds ",
        counted("searches.set_up", len(review.searches), "search", "searches"),
        ". Of these, ",
        counted("searches.run", len(ran), "has been run", "have been run"),
        ".",
    )
    if ran:
        delivered = counted("records.read", len(review.records), "record")
        said = sentence(said, " Together they delivered ", delivered, ".")
    if review.unread:
        unread = counted("records.unread", review.unread, "block of the exports", "blocks of the exports")
        rest = f" could not be read and {was(review.unread)} accepted as lost; outputs/unread.csv lists each."
        said = sentence(said, " ", unread, rest)
    return said


def _never_run(review: Review) -> Iterator[Block]:
    never = [search for search in review.searches if not search.runs]
    if never:
        names = listed([f"{search.strategy.database} ({search.id})" for search in never])
        text = f"Not yet run: {names}. What {noun(len(never), 'it', 'they')} would find is unknown, not zero."
        yield Paragraph(content=(Styled(text=text, style="strong"),))


def _table(review: Review) -> Table:
    columns = (
        Column(label="Search", heads=True),
        Column(label="Source"),
        Column(label="How"),
        Column(label="Searched"),
        Column(label="Limits"),
        Column(label="Records", holds="number"),
    )
    return Table(
        id="search-list",
        title="Searches and what they delivered",
        columns=columns,
        rows=tuple(_row(search, review) for search in review.searches),
        empty="No search is set up.",
    )


def _row(search: Search, review: Review) -> Row:
    strategy = search.strategy
    limits = listed([clause.words for clause in clauses(strategy.limits)])
    delivered = review.delivered[search.id]
    source = f"{strategy.database}, {strategy.platform}" if strategy.platform else strategy.database
    day = search.searched
    return Row(
        cells=(
            cell(search.id),
            cell(source),
            cell(f"{VIA[strategy.via]}, {_KINDS[strategy.kind]}"),
            cell(Day(value=day), order=day.isoformat()) if day else cell("not yet run", order=""),
            cell(limits or "none"),
            cell(Fact(name=f"searches.{search.id}.records", value=delivered), order=delivered)
            if search.runs
            else Cell(content=("–",), order=-1),
        ),
        group="",
    )


def _one(search: Search, context: Context) -> Section:
    title = f"{search.strategy.database} ({search.id})"
    return Section(id=context.name(f"search-{search.id}"), title=title, blocks=tuple(_blocks(search)))


def _blocks(search: Search) -> Iterator[Block]:
    strategy, run = search.strategy, search.last
    yield Paragraph(content=_history(search))
    if strategy.published_in:
        yield Paragraph(content=(f"Published in: {strategy.published_in}.",))
    if search.published:
        yield Verbatim(label="The search string as published", text=search.published)
    if search.accepted:
        why = strategy.accepted_because.strip()
        yield Verbatim(label="The search string that a person accepted instead", text=search.accepted)
        yield Paragraph(content=(f"Why it is run instead: {why}",))
    if isinstance(run, SearchRun):
        yield from _pubmed(run)
    elif not run and strategy.asks_pubmed and clauses(strategy.limits):
        yield Items(items=tuple((f"Limit: {clause.words} — {clause.term}",) for clause in clauses(strategy.limits)))
    if isinstance(run, ImportRun):
        yield from _files(search)
    for label, text in (
        ("Search filters", strategy.filters),
        ("Prior work", strategy.prior_work),
        ("Peer review of the search", strategy.peer_review),
    ):
        if text:
            yield Paragraph(content=(f"{label}: {text}",))


def _history(search: Search) -> Content:
    """Say in a sentence or two when and where the search was run, and what it gave."""
    run, strategy = search.last, search.strategy
    if run is None:
        if strategy.kind == "export":
            places = listed(strategy.files)
            return (f"Not yet run: no export has been put at {places}. Its records are unknown, not zero.",)
        return ("Not yet run. Its records are unknown, not zero.",)
    day = search.searched
    if isinstance(run, ImportRun):
        files = [each for one in search.runs if isinstance(one, ImportRun) for each in one.files]
        stated = "searched on " if run.searched else "read on "
        return sentence(
            f"Exported from {strategy.database} and {stated}",
            Day(value=day) if day else run.date,
            f"; {small(len(files))} {noun(len(files), 'file')}, listed below.",
        )
    times = len(search.runs)
    again = f" It has been run {small(times)} times; the figures are those of the last." if times > 1 else ""
    where = "the sandbox PubMed, not PubMed itself," if run.sandbox else run.platform or strategy.database
    return sentence(
        f"Run through {where} on ",
        Day(value=day) if day else run.date,
        ". It found ",
        counted(f"searches.{search.id}.identified", run.identified, "record"),
        f".{again}",
    )


def _pubmed(run: SearchRun) -> Iterator[Block]:
    who = "the sandbox" if run.sandbox else "PubMed"
    if run.asked:
        yield Verbatim(label="What was sent, limits included", text=run.asked)
    if run.translation:
        yield Verbatim(label=f"What {who} understood", text=run.translation)
    if len(run.steps) > 1:
        prefix = f"searches.{run.search}.steps"
        yield Items(
            items=tuple(
                sentence(
                    f"{step.words or 'the string alone'}: ",
                    counted(f"{prefix}.{place}", step.count, "record"),
                )
                for place, step in enumerate(run.steps)
            )
        )
    if run.notices:
        yield Items(
            items=tuple((f"{who[0].upper()}{who[1:]} said: {notice.text} ({notice.kind})",) for notice in run.notices)
        )
    for label, ids in (
        ("Listed by PubMed and then no longer there", run.vanished),
        ("Listed by PubMed and never delivered, which a person accepted", run.missing),
    ):
        if ids:
            yield Paragraph(content=(f"{label}: PMID {listed(list(ids))}.",))
    if run.replaced:
        merged = listed([f"{was} into {now}" for was, now in run.replaced])
        yield Paragraph(content=(f"Merged by PubMed, and taken under the new PMID: {merged}.",))
    for drift in run.drifts:
        then = f"while they were listed, {drift.recounted:,}; settled by a re-count"
        yield Paragraph(content=(f"{who[0].upper()}{who[1:]} counted {drift.counted:,} records and, {then}.",))
    if run.moved:
        then = f"and the search holds {run.identified:,}; what came in meanwhile is for the next run"
        when = "when the last record had come"
        yield Paragraph(content=(f"{who[0].upper()}{who[1:]} counted {run.recount:,} records {when}, {then}.",))


def _files(search: Search) -> Iterator[Block]:
    files = [each for run in search.runs if isinstance(run, ImportRun) for each in run.files]
    yield Items(
        items=tuple(
            sentence(
                Styled(text=each.file, style="code"),
                ": ",
                counted(f"searches.{search.id}.files.{place}", each.records, "record"),
                f", read as {each.format}",
                f"; {each.unread:,} {noun(each.unread, 'block')} unread" if each.unread else "",
            )
            for place, each in enumerate(files, start=1)
        )
    )
