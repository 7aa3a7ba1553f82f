"""Doubtful pairs as a form that people answer, and their answers read back; the table of every judged pair."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Literal

from pipeline.deduplicate.citation import Deduplication, Evidence, Pair, Verdict
from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.records.tables import Row, Table

ANSWERS = ("same", "different")
FIELDS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract")
FORM_HEADER = (
    "answer",
    "answered_by",
    *(f"{field}_{side}" for field in FIELDS for side in ("a", "b")),
    "why_asked",
    "likelihood",
    "record_a",
    "record_b",
)
_LONGEST = 600  # letters of an abstract or a list of authors in a form
EVIDENCE = (
    "title",
    "numbers",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "registration",
    "abstract",
)


def form_rows(
    deduplication: Deduplication, records: Iterable[Record], asked: Container[tuple[str, str]] = ()
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Write the pairs that wait for a person, likeliest first, one a row, the two records side by side.

    Args:
        deduplication: what came of the run.
        records: the records it was run on.
        asked: pairs (a, b) that stand in an earlier form; they are not asked again.
    """
    new = [pair for pair in deduplication.asks if (pair.a, pair.b) not in asked and (pair.b, pair.a) not in asked]
    by_id = _by_id(records, {name for pair in new for name in (pair.a, pair.b)})
    rows = []
    for pair in new:
        a, b = _cells(by_id[pair.a]), _cells(by_id[pair.b])
        sides = [side[field] for field in FIELDS for side in (a, b)]
        rows.append(("", "", *sides, pair.reason, f"{pair.score:.0%}", pair.a, pair.b))
    return FORM_HEADER, rows


def _by_id(records: Iterable[Record], names: AbstractSet[str]) -> dict[str, Record]:
    """Find the records of these ids, and leave the others where they are."""
    return {record.id: record for record in records if record.id in names} if names else {}


def _cells(record: Record) -> dict[str, str]:
    """Write the fields of a record as a form shows them."""
    authors = "; ".join(author.name for author in record.authors)
    return {
        "title": record.title,
        "authors": _short(authors),
        "year": str(record.year or ""),
        "journal": record.journal,
        "volume": record.volume,
        "issue": record.issue,
        "pages": f"p. {record.pages}" if record.pages else "",
        "doi": record.doi,
        "abstract": _short(record.abstract_text),
    }


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2].rstrip() + " …"


def read_answers(forms: Sequence[Table], records: Iterable[Record]) -> tuple[Verdict, ...]:
    """Read what people answered; a row without an answer is not yet answered.

    Raises:
        FormError: an answer that is neither, a record that is not here, a title that does not belong to its record
            (one column was sorted without the others; what encodings do to letters is passed over), two answers to
            one pair, or answers that contradict each other through other pairs; every one that is found.
    """
    answered = [row for table in forms for row in table.rows if row["answer"]]
    by_id = _by_id(records, {row[name] for row in answered for name in ("record_a", "record_b")})
    faults: list[Fault] = []
    said: dict[tuple[str, str], Verdict] = {}
    for table in forms:
        missing = [name for name in ("answer", "record_a", "record_b") if name not in table.header]
        faults.extend(
            Fault(
                what=f"the column {name!r} is missing",
                file=table.file,
                row=1,
                column=name,
                accepted=", ".join(FORM_HEADER),
                remedy="Put the column back; its place does not matter.",
            )
            for name in missing
        )
        if missing:
            continue
        for row in table.rows:
            verdict, found = _answer(table.file, row, by_id)
            faults.extend(found)
            if verdict is None:
                continue
            key = (min(verdict.a, verdict.b), max(verdict.a, verdict.b))
            other = said.setdefault(key, verdict)
            if other.answer != verdict.answer:
                faults.append(
                    Fault(
                        what=f"{verdict.answer!r}, but {other.file}, row {other.row} says {other.answer!r} of them",
                        file=table.file,
                        row=row.number,
                        column="answer",
                        remedy="Agree on one answer and write it in both rows.",
                    )
                )
    faults.extend(_contradictions(said))
    if faults:
        raise FormError(faults)
    return tuple(said[key] for key in sorted(said))


def _answer(file: str, row: Row, by_id: Mapping[str, Record]) -> tuple[Verdict | None, list[Fault]]:
    answer = row["answer"].casefold()
    if not answer:
        return None, []
    faults = []
    if answer not in ANSWERS:
        faults.append(
            Fault(
                what=f"{row['answer']!r} is no answer",
                file=file,
                row=row.number,
                column="answer",
                accepted="same, different, or nothing",
                remedy=did_you_mean(answer, ANSWERS),
            )
        )
    for side in ("a", "b"):
        name = row[f"record_{side}"]
        record = by_id.get(name)
        if record is None:
            faults.append(
                Fault(
                    what=f"no record is called {name!r}",
                    file=file,
                    row=row.number,
                    column=f"record_{side}",
                    accepted="the id as the form was made",
                    remedy="Copy the id from the form as it was made; if the record is no longer here, delete the row.",
                )
            )
        elif tables.key(title := row[f"title_{side}"]) not in ("", tables.key(record.title)):
            faults.append(
                Fault(
                    what=f"{title!r} is not the title of {name}, which is {record.title!r}",
                    file=file,
                    row=row.number,
                    column=f"title_{side}",
                    remedy="Was one column sorted alone? Undo that, or start from the form as it was made.",
                )
            )
    if faults:
        return None, faults
    word: Literal["same", "different"] = "same" if answer == "same" else "different"
    return Verdict(
        a=row["record_a"], b=row["record_b"], answer=word, by=row["answered_by"], file=file, row=row.number
    ), []


def _contradictions(said: Mapping[tuple[str, str], Verdict]) -> list[Fault]:
    """List the pairs called different that other answers, one after the other, call the same."""
    if all(verdict.answer == "same" for verdict in said.values()):
        return []
    import networkx as nx

    graph = nx.Graph(key for key, verdict in said.items() if verdict.answer == "same")
    faults = []
    for (a, b), verdict in sorted(said.items()):
        if verdict.answer == "same" or a not in graph or b not in graph or not nx.has_path(graph, a, b):
            continue
        chain = nx.shortest_path(graph, a, b)
        steps = [said[min(x, y), max(x, y)] for x, y in pairwise(chain)]
        because = ", ".join(f"{step.a} and {step.b} ({step.file}, row {step.row})" for step in steps)
        faults.append(
            Fault(
                what=f"{a} and {b} are called different, but they are the same by other answers: {because}",
                file=verdict.file,
                row=verdict.row,
                column="answer",
                remedy="Change one of these answers.",
            )
        )
    return faults


PAIRS_HEADER = ("record_a", "record_b", "verdict", "kind", "rule", "by", "score", "reason", *EVIDENCE)


def pairs_table(deduplication: Deduplication) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Write every judged pair: verdict, rule, score, reason, and the evidence field by field."""
    return PAIRS_HEADER, map(_pair_row, deduplication.pairs)


def _pair_row(pair: Pair) -> tuple[str, ...]:
    levels = {evidence.field: _level(evidence) for evidence in pair.evidence}
    cells = (levels.get(field, "missing") for field in EVIDENCE)
    return pair.a, pair.b, pair.verdict, pair.kind, pair.rule, pair.by, f"{pair.score:.4f}", pair.reason, *cells


def _level(evidence: Evidence) -> str:
    measure = "" if evidence.similarity is None else f" {evidence.similarity:.2f}"
    return f"{evidence.level}{measure}" + (f": {evidence.detail}" if evidence.detail else "")
