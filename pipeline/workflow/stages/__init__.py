"""The stages: the one list. Each loads values, calls the core, and saves what the core returns."""

from pipeline.workflow.run import Stage
from pipeline.workflow.stages import collect, deduplicate, extract, flow, report, screen, search

STAGES: tuple[Stage, ...] = (
    Stage(name="search", title="Searching", run=search.run, always=True),
    Stage(
        name="collect",
        title="Reading records",
        run=collect.run,
        after=("search",),
        reads=("queries/imports/**/*", "queries/runs/**/*"),
        settings=("searches",),
        writes=("records.jsonl", "searches.csv", "unread.csv"),
    ),
    Stage(
        name="deduplicate",
        title="Joining duplicates",
        run=deduplicate.run,
        after=("collect",),
        reads=("outputs/records.jsonl", "deduplication/*"),
        settings=("deduplication",),
        writes=("citations.jsonl", "pairs.csv", "not_compared.csv"),
    ),
    Stage(
        name="screen",
        title="Screening",
        run=screen.run,
        after=("deduplicate",),
        reads=("outputs/citations.jsonl", "screening/*/*/*", "screening/ledger/*"),
        settings=("searches", "screening"),
        writes=("screening/*",),
    ),
    Stage(
        name="prisma",
        title="Counting the flow",
        run=flow.run,
        after=("screen",),
        reads=("outputs/records.jsonl", "outputs/citations.jsonl", "screening/*/*/*", "queries/runs/*/run.json"),
        settings=("searches", "screening"),
        writes=("prisma/*",),
    ),
    Stage(
        name="extract",
        title="Extraction",
        run=extract.run,
        after=("screen",),
        reads=("outputs/citations.jsonl", "screening/*/*/*", "extraction/*", "extraction/*/*"),
        settings=("searches", "screening", "extraction"),
        writes=("extraction/*",),
    ),
    Stage(
        name="report",
        title="Report",
        run=report.run,
        after=("prisma", "extract"),
        reads=("outputs/*.jsonl", "outputs/*.csv", "outputs/prisma/*", "outputs/extraction/*", *report.INPUTS),
        settings=("review", "searches", "deduplication", "screening", "extraction", "report"),
        writes=("report.*", "summary.json", "tables/*", "CITATION.txt", "methods.txt", "included.ris"),
    ),
)
