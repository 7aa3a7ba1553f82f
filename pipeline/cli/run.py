"""`living-review run`: bring a review up to date with everything that people and sources have given it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__
from pipeline.cli import options, terminal
from pipeline.errors import Fault, ReviewError
from pipeline.workflow.engines import Engine
from pipeline.workflow.folder import OUTPUTS, PROTOCOL, ReviewFolder

if TYPE_CHECKING:
    from pipeline.search.eutils import Client, Credentials
    from pipeline.workflow.account import Account
    from pipeline.workflow.run import Result

_ADDRESS = ("http://", "https://")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--offline", is_flag=True, help="Ask no source; searches that were never run stay 'not yet run'.")
@click.option(
    "--pubmed",
    default="live",
    metavar="live|sandbox|URL",
    help="Whom to ask: PubMed, the built-in sandbox (in a copy of the review), or another E-utilities endpoint.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 while anything waits for a person.")
@options.engine
def run(folder: Path, *, offline: bool, pubmed: str, strict: bool, engine: Engine, scheduler: str) -> int:
    """Bring a review up to date: search, deduplicate, screen, count, tabulate, report.

    FOLDER holds workflow.yaml; it is the present folder if none is named. A search of PubMed that was never run is
    run; one that was is left as it is ('living-review update' repeats it). Only stages whose inputs changed run again.
    """
    review = opened(folder, pubmed=pubmed, asks=not offline)
    with endpoint_of(pubmed) as endpoint:
        where = {"engine": engine, "scheduler": scheduler}
        results = bring_up_to_date(review, None if offline else endpoint, where)
    return exit_code([result.account for result in results], strict=strict, offline=offline)


def opened(folder: Path, *, pubmed: str, asks: bool = True) -> ReviewFolder:
    """Open a review folder, or its copy for the sandbox; the two kinds of records never meet.

    Args:
        folder: the review.
        pubmed: who is asked, as on the command line.
        asks: False where nobody is asked after all, so that nothing can meet.

    Raises:
        ProtocolError: it is no review, or holds runs of the other kind.
    """
    from pipeline.search.eutils import is_sandbox
    from pipeline.workflow import practice

    review = ReviewFolder(folder)
    sandbox = pubmed == "sandbox" or (pubmed.startswith(_ADDRESS) and is_sandbox(pubmed))
    if sandbox and not (review.root.name == practice.COPY and (review.root.parent / PROTOCOL).is_file()):
        review = practice.copy(review)
        terminal.console().print(f"In the copy {terminal.plain(str(review.root))}: its records are fictitious.")
    if asks:
        practice.check(review, sandbox=sandbox)
    return review


def exit_code(accounts: "Sequence[Account]", *, strict: bool, offline: bool = False) -> int:
    """Say how a run ended: 3 if a source could not be reached, 1 if something waits and that was asked, else 0."""
    if any(account.unreachable for account in accounts) and not offline:
        return 3
    return int(strict and any(account.pending or account.unreachable for account in accounts))


def bring_up_to_date(
    review: ReviewFolder, endpoint: str | None, options: Mapping[str, object] = MappingProxyType({})
) -> "Sequence[Result]":
    """Run the stages of a review under its lock, and tell on the terminal what each did."""
    from pipeline.workflow import history, protocol, run
    from pipeline.workflow.stages import STAGES

    out = terminal.console()
    with review.locked(), terminal.progress() as progress:
        settings = protocol.load(review)
        moment, said = history.moment(review, now())
        if said:
            terminal.console(stderr=True).print(said, style="yellow")
        given: dict[str, Any] = dict(options)
        if endpoint is not None:
            given["client"] = _client(endpoint, settings.pubmed.email, review, clock(moment))
        work = run.Work(folder=review, protocol=settings, now=moment, tool=tool(), progress=progress, options=given)

        def tell(result: "Result") -> None:
            progress(0, 0, "")
            terminal.tell(out, result)

        results = run.run(STAGES, work, tell=tell)
    report = f"{OUTPUTS}/report.html"
    if review.has(report):
        out.print(f"The report: {review.path(report)}", style="bold")
    return results


@contextmanager
def endpoint_of(pubmed: str) -> Iterator[str]:
    """Find the address to ask; the sandbox is served for as long as the run lasts."""
    from pipeline.search.eutils import PUBMED

    if pubmed == "live":
        yield PUBMED
    elif pubmed == "sandbox":
        from pipeline.sandbox import corpus, server

        with server.serving(corpus.bundled(), today=now().date()) as sandbox:
            yield sandbox.address
    elif pubmed.startswith(_ADDRESS):
        yield pubmed
    else:
        said = f"{pubmed!r} is not accepted; accepted: live, sandbox, or an address."
        raise click.BadParameter(said, param_hint="--pubmed")


def now() -> datetime:
    """Read the one clock of a run, in UTC; SOURCE_DATE_EPOCH (seconds) stands in for it where it is set.

    Source: https://reproducible-builds.org/specs/source-date-epoch/
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    except (OverflowError, ValueError, OSError) as error:
        what = f"SOURCE_DATE_EPOCH in the environment is {fixed!r}, which is no time"
        raise ReviewError(Fault(what=what, accepted="seconds since 1970", remedy="Correct it, or unset it.")) from error


def clock(moment: datetime) -> "Callable[[], datetime]":
    """Return a clock that shows `moment` now; it stands still where SOURCE_DATE_EPOCH is set."""
    if os.environ.get("SOURCE_DATE_EPOCH", "").isdigit():
        return lambda: moment
    shift = moment - datetime.now(UTC)
    return lambda: datetime.now(UTC) + shift


def tool() -> str:
    """Name this program and its version."""
    return f"living-review {__version__}"


def introduce(endpoint: str, who: "Credentials") -> None:
    """Say what is missing where NCBI would not know whom to write to before it blocks an address.

    Source: NCBI, NBK25497, "Frequency, Timing and Registration of E-utility URL Requests".
    """
    from pipeline.search.eutils import PUBMED

    if endpoint == PUBMED and not who.email:
        said = "PubMed is asked without an e-mail address, by which NCBI could reach you before it blocks you: "
        terminal.complain(said + "set pubmed.email in workflow.yaml, or NCBI_EMAIL in the environment.")


def _client(endpoint: str, email: str, review: ReviewFolder, now: "Callable[[], datetime]") -> "Callable[[], Client]":
    """Make the client when a search first needs it, and the same one for all searches."""
    from functools import cache

    from pipeline.search.eutils import Client, credentials

    def make() -> Client:
        who = credentials(os.environ, email=email, review=review.root)
        introduce(endpoint, who)
        return Client(endpoint, credentials=who, tell=terminal.complain, now=now)

    return cache(make)
