"""`living-review recall`: does a strategy find the records that are known to belong."""

import os
from pathlib import Path

import click

from pipeline.cli.lint import read_text
from pipeline.cli.run import endpoint_of, introduce
from pipeline.cli.terminal import complain, plain
from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.records import identifiers
from pipeline.search.eutils import Client, credentials
from pipeline.search.recall import Recall, recall
from pipeline.search.strategy import NO_LIMITS, Limits, read_query
from pipeline.workflow.folder import PROTOCOL, ReviewFolder


@click.command("recall")
@click.argument("query", metavar="QUERY")
@click.argument("known", metavar="[PMID]...", nargs=-1)
@click.option(
    "--known", "lists", metavar="FILE", multiple=True, type=click.Path(path_type=Path), help="PMIDs, one a line."
)
@click.option("--pubmed", "where", default="live", metavar="live|sandbox|URL", help="Whom to ask.")
@click.option(
    "--at-least", type=click.FloatRange(0, 100), default=0.0, help="Exit with 1 below this recall, in percent."
)
def recall_command(*, query: str, known: tuple[str, ...], lists: tuple[Path, ...], where: str, at_least: float) -> int:
    """Ask PubMed which known records a query finds, and why it misses the others.

    QUERY is a text file with one query, or the name of a search of the review in the present folder; then the string
    that is run counts, with its limits.
    """
    pmids = _pmids(known, lists)
    asked, limits, email = _asked(query)
    who = credentials(os.environ, email=email)
    with endpoint_of(where) as endpoint, Client(endpoint, credentials=who, tell=complain) as client:
        introduce(endpoint, who)
        outcome = recall(client, asked, pmids, limits=limits)
        if client.sandbox:
            click.echo("SANDBOX: fictitious PMIDs, not PubMed.")
    if not (outcome.found or outcome.missed):
        what = f"PubMed holds none of the known records ({', '.join(outcome.unknown)}), so there is no recall"
        raise ProtocolError(Fault(what=what, remedy="Check the PMIDs."))
    for line in told(outcome):
        click.echo(plain(line))
    return 1 if 100 * outcome.share < at_least else 0


def _asked(query: str) -> tuple[str, Limits, str]:
    """Find the string that is meant, the limits that go with it, and the e-mail address of the review.

    Raises:
        ProtocolError: there is neither such a file nor such a search.
    """
    from pipeline.workflow import protocol

    if Path(query).is_file():
        return read_query(read_text(Path(query))), NO_LIMITS, ""
    searches = {}
    if Path(PROTOCOL).is_file():
        review = ReviewFolder(Path())
        settings = protocol.load(review)
        searches = {name: search for name, search in settings.searches.items() if search.kind == "query"}
    if query not in searches:
        what = f"{query!r} is neither a file nor a search of the review in this folder"
        remedy = did_you_mean(query, list(searches)) or "Correct the path, or go to the review."
        raise ProtocolError(Fault(what=what, accepted=", ".join(searches), remedy=remedy))
    strategy = searches[query]
    text = review.text(strategy.accepted or strategy.query)
    return read_query(text), strategy.limits, settings.pubmed.email


def _pmids(known: tuple[str, ...], lists: tuple[Path, ...]) -> tuple[str, ...]:
    """Collect PMIDs from the command line and from files, where '#' begins a comment; all faults at once."""
    given = [("", 0, word) for word in known]
    for path in lists:
        lines = read_text(path).splitlines()
        given += [(str(path), number, line.partition("#")[0].strip()) for number, line in enumerate(lines, start=1)]
    given = [(file, line, word) for file, line, word in given if word]
    faults = [
        Fault(what=f"{word!r} is not a PMID", file=file, line=line, accepted="digits, such as 31452104")
        for file, line, word in given
        if not identifiers.pmid(word)
    ]
    if not given:
        faults.append(Fault(what="no known record is named", remedy="Give PMIDs, or a file of them with --known."))
    if faults:
        raise ProtocolError(faults)
    return tuple(dict.fromkeys(identifiers.pmid(word) for _, _, word in given))


def told(outcome: Recall) -> list[str]:
    """Say what was found, what each concept finds, and what was missed and why."""
    known = len(outcome.found) + len(outcome.missed)
    lines = [f"Found {len(outcome.found)} of {known} known records: relative recall {100 * outcome.share:.1f}%."]
    if outcome.unknown:
        lines.append(f"Not in PubMed, and not counted: {', '.join(outcome.unknown)}.")
    lines.append("Concepts, and how many of the known records meet each:")
    for number, concept in enumerate(outcome.concepts, start=1):
        lines.append(f"  {number}. {concept.met:>4} of {known}  {'NOT ' if concept.excluded else ''}{concept.text}")
    if outcome.missed:
        lines.append("Missed:")
    for missed in outcome.missed:
        fails = ", ".join(str(place + 1) for place in missed.fails) or "no single one, but their combination"
        lines.append(f"  {missed.pmid}  {missed.title or '(not delivered)'}  [fails: {fails}]")
    return lines
