"""`living-review deduplicate`: which records of some files describe one document, without a review."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import __version__
from pipeline.cli import terminal
from pipeline.errors import Fault
from pipeline.workflow import files
from pipeline.workflow.account import counted
from pipeline.workflow.engines import ENGINES, Engine, run_on

if TYPE_CHECKING:
    from pipeline.deduplicate.citation import Deduplication
    from pipeline.records.record import Record
    from pipeline.records.tables import Table

QUESTIONS = "questions*.csv"
UNREAD = ("file", "line", "row", "what", "remedy", "raw")


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Where to write.")
@click.option("--format", "format_name", default="", metavar="NAME", help="What the files are; recognised if not said.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="here",
    help="Where pairs are compared: here, in all processors of this machine, or on Dask. The result is the same.",
)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Dask's, as tcp://host:8786; else workers start here.")
def deduplicate(paths: tuple[Path, ...], *, out: Path, format_name: str, engine: Engine, scheduler: str) -> None:
    """Find which records of some files describe one document, and write each document once.

    FILEs are exports of any supported format; those named first count as retrieved first. Writes unique.ris,
    citations.csv (each document with its records), pairs.csv (every judged pair with its rule and evidence), method.txt
    (two sentences for the methods section) and, where a pair is doubtful, questions.csv: answer same or different
    there, and run the same command again.
    """
    from pipeline import formats
    from pipeline.deduplicate import account, asks
    from pipeline.deduplicate.clusters import deduplicate as run
    from pipeline.records import tables

    if scheduler and engine != "dask":
        raise click.UsageError("--scheduler is Dask's: say --engine dask too.")
    with terminal.progress() as progress:
        records, unread = _read(paths, format_name)
        forms = [_form(path) for path in sorted(out.glob(QUESTIONS))]
        answers = asks.read_answers(forms, records)
        found = run_on(engine, scheduler, lambda executor: run(records, answers, executor=executor, progress=progress))
    asked = {(row["record_a"], row["record_b"]) for form in forms for row in form.rows}
    header, questions = asks.form_rows(found, records, asked)
    if questions:
        path = _free(out)
        files.write(path, tables.write(header, questions, form=True))
        forms.append(_form(path))
    merged = (citation.record for citation in found.citations)
    files.write_pieces(out / "unique.ris", formats.write(merged, format="ris"))
    files.write(out / "citations.csv", tables.write(*account.citations_table(found)))
    files.write(out / "pairs.csv", tables.write(*asks.pairs_table(found)))
    files.write(out / "method.txt", account.method(found, __version__).encode())
    _write_or_remove(out / "unread.csv", UNREAD, [_unread(fault) for fault in unread])
    skipped = [(each.key, str(each.records), str(each.pairs)) for each in found.skipped]
    _write_or_remove(out / "not_compared.csv", ("key", "records", "pairs_not_compared"), skipped)
    for line in _account(records, unread, found, forms, out):
        click.echo(terminal.plain(line))


def _read(paths: Sequence[Path], format_name: str) -> tuple[list["Record"], list[Fault]]:
    """Read the files; each is a search of its own, named after it.

    Raises:
        ReviewError: a file is not there, or its format is not known.
    """
    from pipeline import formats
    from pipeline.errors import FormatError, ReviewError

    records: list[Record] = []
    unread: list[Fault] = []
    refused: list[Fault] = []
    names: set[str] = set()
    for path in paths:
        try:
            with path.open("rb") as stream:
                for each in formats.read(stream, name=str(path), search=_name(path, names), format=format_name):
                    if isinstance(each, Fault):
                        unread.append(each)
                    else:
                        records.append(each)
        except FormatError as error:
            refused.extend(error.faults)
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            refused.append(Fault(what=what, file=str(path), remedy="Check the path and its rights."))
    if refused:
        raise ReviewError(refused)
    return records, unread


def _form(path: Path) -> "Table":
    from pipeline.deduplicate.asks import FORM_HEADER
    from pipeline.records import tables

    return tables.read(files.read(path), file=str(path), expected=FORM_HEADER)


def _name(path: Path, taken: set[str]) -> str:
    stem = "".join(char if char.isalnum() else "-" for char in path.stem.casefold()).strip("-") or "file"
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1 << 30))
    name = next(name for name in numbered if name not in taken)
    taken.add(name)
    return name


def _free(out: Path) -> Path:
    """Find a name for a form that no form has: a form that a person may have filled in is never touched."""
    names = (out / f"questions{'' if number == 1 else f'_{number}'}.csv" for number in range(1, 1 << 30))
    return next(path for path in names if not path.exists())


def _write_or_remove(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a list of what went wrong; where nothing did, there is no such file."""
    from pipeline.records import tables

    if rows:
        files.write(path, tables.write(header, rows))
    else:
        path.unlink(missing_ok=True)


def _unread(fault: Fault) -> tuple[str, ...]:
    return (fault.file, str(fault.line or ""), str(fault.row or ""), fault.what, fault.remedy, fault.raw)


def _account(
    records: Sequence["Record"], unread: Sequence[Fault], found: "Deduplication", forms: Sequence["Table"], out: Path
) -> Iterator[str]:
    from pipeline.deduplicate import account

    for file, count in Counter(record.origin.file for record in records).items():
        yield f"{file}: {counted(count, 'record')}."
    if unread:
        yield f"look: {counted(len(unread), 'block')} could not be read; see {out / 'unread.csv'}."
    citations = len(found.citations)
    joined = counted(len(records) - citations, "duplicate")
    yield f"{counted(len(records), 'record')} in {counted(citations, 'citation')}: {joined} joined."
    if related := account.related(found):
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in related.items())
        yield f"{counted(sum(related.values()), 'pair')} of related documents linked, not joined: {kinds}."
    said = sum(pair.rule == "person" for pair in found.pairs)
    if said:
        yield f"{counted(said, 'pair')} decided by a person."
    if found.skipped:
        pairs = sum(each.pairs for each in found.skipped)
        yield f"look: {counted(pairs, 'pair')} not compared, in crowded groups; see {out / 'not_compared.csv'}."
    open_pairs = {(pair.a, pair.b) for pair in found.asks}
    for form in forms:
        count = sum((row["record_a"], row["record_b"]) in open_pairs for row in form.rows)
        if count:
            waiting = counted(count, "doubtful pair")
            yield f"wait: {waiting}: answer same or different in {form.file}, and run this again."
    yield f"Written to {out}: unique.ris, citations.csv, pairs.csv, method.txt."
