"""`living-review sandbox`: an E-utilities endpoint on this machine, for trying, teaching and testing."""

import threading
from pathlib import Path

import click

from pipeline.sandbox import corpus, server
from pipeline.workflow import files


@click.command("sandbox")
@click.option("--records", type=click.Path(path_type=Path), help="Serve this records.jsonl instead of the bundled one.")
@click.option("--generated", type=click.IntRange(1, 2_000_000), help="Serve so many generated records instead.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the loopback interface; 0: any.")
def sandbox_command(*, records: Path | None, generated: int | None, port: int) -> None:
    """Serve fictitious PubMed records on this machine until Ctrl-C.

    It speaks ESearch, EFetch, ELink, EPost, ESpell and EInfo, and evaluates PubMed queries. Its PMIDs do not exist.
    """
    if records and generated:
        raise click.UsageError("--records and --generated cannot be combined.")
    held: corpus.Corpus = corpus.bundled()
    if generated:
        held = corpus.Generated(generated)
    elif records:
        held = corpus.Held(corpus.read(files.read(records), file=str(records)))
    try:
        with server.serving(held, port=port) as running:
            click.echo(f"The sandbox serves {len(held.pmids):,} records with fictitious PMIDs at")
            click.echo(running.address)
            click.echo("Press Ctrl-C to stop.")
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Stopped.")
