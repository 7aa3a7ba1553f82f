"""The deduplication stage: records to citations; doubtful pairs become a form that a person answers."""

from collections.abc import Iterator, Sequence

from pipeline.deduplicate import asks
from pipeline.deduplicate.citation import Deduplication
from pipeline.deduplicate.clusters import deduplicate
from pipeline.errors import Fault, FormError
from pipeline.records import tables
from pipeline.records.record import Record, to_line
from pipeline.records.tables import Table
from pipeline.workflow import derived
from pipeline.workflow.account import Account, counted
from pipeline.workflow.engines import run_on
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.run import Work

FORMS = "deduplication"
SKIPPED = ("key", "records", "pairs_not_compared")


def run(work: Work) -> Account:
    """Join records into citations, and ask a person about the pairs that no rule decides."""
    forms = read_forms(work.folder)
    records = derived.records(work.folder)
    verdicts = asks.read_answers(forms, records)
    found = run_on(
        work.options.get("engine", "here"),
        work.options.get("scheduler", ""),
        lambda executor: deduplicate(
            records, verdicts, work.protocol.deduplication, executor=executor, progress=work.progress
        ),
    )
    _write(work.folder, found)
    forms += _ask(work, found, records, forms)
    return Account(
        did=(_joined(len(records), found), *_answered(len(verdicts))),
        warnings=(*_skipped(found), *(notice for form in forms for notice in form.notices)),
        pending=_pending(found, forms),
    )


def _write(folder: ReviewFolder, found: Deduplication) -> None:
    folder.derive(derived.CITATIONS, map(to_line, found.citations))
    folder.derive(derived.PAIRS, tables.pieces(*asks.pairs_table(found)))
    skipped = ((each.key, str(each.records), str(each.pairs)) for each in found.skipped)
    folder.derive(derived.NOT_COMPARED, tables.write(SKIPPED, skipped))


def _ask(work: Work, found: Deduplication, records: Sequence[Record], forms: Sequence[Table]) -> list[Table]:
    """Write the questions that stand in no form yet as a new one, and return it."""
    asked = {(row["record_a"], row["record_b"]) for form in forms for row in form.rows}
    header, rows = asks.form_rows(found, records, asked)
    if not rows:
        return []
    path = work.folder.free(f"{FORMS}/{work.now.date().isoformat()}", ".csv")
    work.folder.create(path, tables.write(header, rows, form=True))
    return [tables.read(work.folder.read(path), file=path)]


def read_forms(folder: ReviewFolder) -> list[Table]:
    """Read every form of doubtful pairs.

    Raises:
        FormError: a file is no table; every fault of every file.
    """
    forms: list[Table] = []
    faults: list[Fault] = []
    for path in folder.list(f"{FORMS}/*"):
        try:
            forms.append(tables.read(folder.read(path), file=path, expected=asks.FORM_HEADER))
        except FormError as error:
            faults.extend(error.faults)
    if faults:
        raise FormError(faults)
    return forms


def _joined(records: int, found: Deduplication) -> str:
    citations = len(found.citations)
    joined = counted(records - citations, "duplicate")
    return f"{counted(records, 'record')} in {counted(citations, 'citation')}: {joined} joined."


def _answered(verdicts: int) -> Iterator[str]:
    if verdicts:
        yield f"{counted(verdicts, 'pair')} decided by a person."


def _skipped(found: Deduplication) -> Iterator[str]:
    if found.skipped:
        pairs = sum(each.pairs for each in found.skipped)
        groups = counted(len(found.skipped), "large group")
        yield f"{counted(pairs, 'pair')} not compared, in {groups}; see outputs/not_compared.csv."


def _pending(found: Deduplication, forms: list[Table]) -> tuple[str, ...]:
    """Say in which form each unanswered question stands."""
    open_pairs = {frozenset((pair.a, pair.b)) for pair in found.asks}
    said = []
    for form in forms:
        count = sum(frozenset((row["record_a"], row["record_b"])) in open_pairs for row in form.rows)
        if count:
            said.append(f"{counted(count, 'doubtful pair')} to be answered (same or different) in {form.file}.")
    return tuple(said)
