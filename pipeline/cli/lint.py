"""`living-review lint`: what is wrong with a PubMed query, before it runs."""

from collections.abc import Iterable
from pathlib import Path

import click

from pipeline.cli.terminal import plain
from pipeline.errors import Fault, ProtocolError
from pipeline.search.lint import PAGE, Finding, Linted, caret, lint, lint_file, lint_searches, place
from pipeline.workflow import files
from pipeline.workflow.folder import PROTOCOL, ReviewFolder

_SHOWN = "the query"


@click.command("lint")
@click.argument("paths", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--query", "queries", metavar="STRING", multiple=True, help="Check this string instead of a file.")
@click.option("--strict", is_flag=True, help="Let warnings fail the check too.")
def lint_command(*, paths: tuple[Path, ...], queries: tuple[str, ...], strict: bool) -> int:
    """Check PubMed queries for what PubMed would refuse, ignore or misread.

    FILE is a text file with one query; lines that begin with '#' are comments. Without FILE or --query, the searches
    of the review in the present folder are checked. Exit code 1 if there is an error.
    """
    if not paths and not queries:
        return tell(_of_review(), strict=strict)
    linted = [Linted(_SHOWN, query, lint(query)) for query in queries]
    for path in paths:
        text = read_text(path)
        linted.append(Linted(path.as_posix(), text, lint_file(text)))
    return tell(linted, strict=strict)


def _of_review() -> tuple[Linted, ...]:
    """Check the PubMed searches of the review in the present folder.

    Raises:
        ProtocolError: there is no review, or its workflow.yaml has faults.
    """
    from pipeline.workflow import protocol

    if not Path(PROTOCOL).is_file():
        what = "there is nothing to check"
        remedy = "Name query files (living-review lint queries/*.txt), give a string with --query, or go to a review."
        raise ProtocolError(Fault(what=what, remedy=remedy))
    review = ReviewFolder(Path())
    searches = protocol.load(review).searches
    named = {path for search in searches.values() for path in (search.query, search.accepted) if path}
    return lint_searches(searches, {path: review.text(path) for path in named})


def read_text(path: Path) -> str:
    """Read a text file that a person wrote.

    Raises:
        ReviewError: it cannot be read, or is not UTF-8.
    """
    data = files.read(path)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        what, remedy = "this is not UTF-8 text", "Save the file again as UTF-8."
        raise ProtocolError(Fault(what=what, file=str(path), remedy=remedy)) from error


def tell(linted: Iterable[Linted], *, strict: bool) -> int:
    """Print every finding with its place, and how many there are; return the exit code.

    Of a published string that was answered by an accepted one, the findings are shown and do not fail the check.
    """
    queries = tuple(linted)
    failing = 0
    for query in queries:
        for finding in query.findings:
            click.echo(_told(query, finding))
            failing += not query.answered and (
                finding.severity == "error" or (strict and finding.severity == "warning")
            )
        if query.findings and query.answered:
            click.echo(f"{query.file}: {query.answered} is run instead.\n")
    click.echo(_sum(queries))
    return 1 if failing else 0


def _told(query: Linted, finding: Finding) -> str:
    line, column = place(query.text, finding)
    shown = "\n".join(f"    {row}" for row in plain(caret(query.text, finding)).splitlines())
    instead = f"\n    Instead: {plain(finding.instead)}" if finding.instead else ""
    head = f"{query.file}:{line}:{column}: {finding.severity} {finding.slug}"
    return f"{head}\n{shown}\n    {plain(finding.what)}{instead}\n"


def _sum(queries: tuple[Linted, ...]) -> str:
    severities = [finding.severity for query in queries for finding in query.findings]
    counted = ", ".join(_plural(severities.count(name), name) for name in ("error", "warning", "note"))
    checked = f"{len(queries)} quer{'y' if len(queries) == 1 else 'ies'}"
    hint = f" What each means, and what to do: {PAGE}" if severities else ""
    return f"{checked}: {counted}.{hint}"


def _plural(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
