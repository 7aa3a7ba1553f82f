"""The stages: the one list. Each loads values, calls the core, and saves what the core returns."""

from collections.abc import Callable
from importlib import import_module

from pipeline.workflow import inputs, versions
from pipeline.workflow.account import Account
from pipeline.workflow.run import Stage, Work


def _run_of(module: str) -> Callable[[Work], Account]:
    """Return the `run` of a stage's module, which is loaded only when the stage runs: most runs have little to do."""

    def run(work: Work) -> Account:
        account: Account = import_module(f"{__name__}.{module}").run(work)
        return account

    return run


STAGES: tuple[Stage, ...] = (
    Stage(name="search", title="Searching", run=_run_of("search"), always=True),
    Stage(
        name="collect",
        title="Reading records",
        run=_run_of("collect"),
        after=("search",),
        reads=("queries/imports/**/*", "queries/runs/**/*"),
        named=True,
        settings=("searches",),
        writes=("records.jsonl", "searches.csv", "unread.csv", "retrieved.csv", "revised.csv"),
    ),
    Stage(
        name="deduplicate",
        title="Joining duplicates",
        run=_run_of("deduplicate"),
        after=("collect",),
        reads=("outputs/records.jsonl", "deduplication/*"),
        settings=("deduplication",),
        writes=("citations.jsonl", "pairs.csv", "not_compared.csv"),
    ),
    Stage(
        name="screen",
        title="Screening",
        run=_run_of("screen"),
        after=("deduplicate",),
        reads=("outputs/citations.jsonl", "screening/**/*"),
        settings=("searches", "screening"),
        writes=("screening/*",),
    ),
    Stage(name="recheck", title="Asking after retractions", run=_run_of("recheck"), after=("screen",), always=True),
    Stage(
        name="reconsider",
        title="Looking for retractions and corrections",
        run=_run_of("reconsider"),
        after=("recheck",),
        reads=(
            "outputs/*.jsonl",
            "outputs/retrieved.csv",
            "outputs/revised.csv",
            "screening/*/*/*",
            "queries/checks/*/*",
            "reconsider/*",
        ),
        settings=("searches", "screening"),
        writes=("reconsider.csv",),
    ),
    Stage(
        name="extract",
        title="Extraction",
        run=_run_of("extract"),
        after=("screen",),
        reads=("outputs/citations.jsonl", "screening/*/*/*", "extraction/*", "extraction/*/*"),
        settings=("searches", "screening", "extraction"),
        writes=("extraction/*",),
    ),
    Stage(
        name="synthesise",
        title="Synthesis",
        run=_run_of("synthesise"),
        after=("extract",),
        reads=("outputs/citations.jsonl", "screening/*/*/*", "extraction/*", "extraction/*/*"),
        settings=("searches", "screening", "extraction", "synthesis"),
        writes=("synthesis/*",),
    ),
    Stage(
        name="prisma",
        title="Counting the flow",
        run=_run_of("flow"),
        after=("synthesise",),
        reads=(
            "outputs/*.jsonl",
            "outputs/unread.csv",
            "outputs/retrieved.csv",
            "outputs/synthesis/*",
            *inputs.GIVEN,
            *inputs.HISTORY,
            *versions.FILES,
        ),
        named=True,
        settings=("searches", "screening", "extraction", "synthesis"),
        writes=("prisma/*",),
    ),
    Stage(
        name="report",
        title="Report",
        run=_run_of("report"),
        after=("reconsider", "prisma"),
        reads=(
            "outputs/*.jsonl",
            "outputs/*.csv",
            "outputs/prisma/*",
            "outputs/extraction/*",
            "outputs/synthesis/*",
            *inputs.GIVEN,
            *inputs.HISTORY,
            *versions.FILES,
        ),
        named=True,
        settings=(
            "review",
            "searches",
            "deduplication",
            "screening",
            "extraction",
            "synthesis",
            "report",
            "schedule",
        ),
        writes=("report.*", "report/*", "summary.json", "whats_new.md", "changes.json"),
    ),
)
