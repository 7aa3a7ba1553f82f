"""`living-review deduplicate`: which records of some files describe one document, without a review."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import __version__
from pipeline.cli import options, terminal
from pipeline.errors import Fault, FormatError, ReviewError
from pipeline.workflow import files
from pipeline.workflow.account import counted
from pipeline.workflow.engines import Engine, run_on

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
@options.engine
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
    from pipeline.records.record import Record
    from pipeline.workflow.lines import put_aside

    read: Counter[str] = Counter()
    unread: list[Fault] = []
    with put_aside(_records(paths, format_name, read, unread), Record) as records:
        forms = [_form(path) for path in sorted(out.glob(QUESTIONS))]
        answers = asks.read_answers(forms, records)
        with terminal.progress() as progress:
            found = run_on(
                engine, scheduler, lambda executor: run(records, answers, executor=executor, progress=progress)
            )
        asked = {(row["record_a"], row["record_b"]) for form in forms for row in form.rows}
        header, questions = asks.form_rows(found, records, asked)
        if questions:
            path = _free(out)
            files.write(path, tables.write(header, questions, form=True))
            forms.append(_form(path))
        merged = (citation.record for citation in found.citations)
        files.write_pieces(out / "unique.ris", formats.write(merged, format="ris"))
        files.write_pieces(out / "citations.csv", tables.pieces(*account.citations_table(found)))
    files.write_pieces(out / "pairs.csv", tables.pieces(*asks.pairs_table(found)))
    files.write(out / "method.txt", account.method(found, records=read.total(), version=__version__).encode())
    _write_or_remove(out / "unread.csv", UNREAD, [_unread(fault) for fault in unread])
    skipped = [(each.key, str(each.records), str(each.pairs)) for each in found.skipped]
    _write_or_remove(out / "not_compared.csv", ("key", "records", "pairs_not_compared"), skipped)
    for line in _account(read, unread, found, forms, out):
        click.echo(terminal.plain(line))


def _records(paths: Sequence[Path], format_name: str, read: Counter[str], unread: list[Fault]) -> Iterator["Record"]:
    """Read the files, each a search of its own, named after it; count their records, and list what cannot be read.

    Raises:
        ReviewError: at the end: a file is not there, or its format is not known.
    """
    from pipeline import formats

    refused: list[Fault] = []
    names: set[str] = set()
    for path in paths:
        try:
            with path.open("rb") as stream:
                for each in formats.read(stream, name=str(path), search=_name(path, names), format=format_name):
                    if isinstance(each, Fault):
                        unread.append(each)
                    else:
                        read[each.origin.file] += 1
                        yield each
        except FormatError as error:
            refused.extend(error.faults)
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            refused.append(Fault(what=what, file=str(path), remedy="Check the path and its rights."))
    if refused:
        raise ReviewError(refused)


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
    read: Counter[str], unread: Sequence[Fault], found: "Deduplication", forms: Sequence["Table"], out: Path
) -> Iterator[str]:
    for file, count in read.items():
        yield f"{file}: {counted(count, 'record')}."
    if unread:
        yield f"look: {counted(len(unread), 'block')} could not be read; see {out / 'unread.csv'}."
    records, citations = read.total(), len(found.citations)
    joined = counted(records - citations, "duplicate")
    yield f"{counted(records, 'record')} in {counted(citations, 'citation')}: {joined} joined."
    if found.linked:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in found.linked.items())
        yield f"{counted(sum(found.linked.values()), 'pair')} of related documents linked, not joined: {kinds}."
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
