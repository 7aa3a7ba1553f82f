"""Two people extract on their own: where they agree, where they differ cell by cell, and the form for the consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from pipeline.extraction.columns import DECIDED_BY, DIFFERENCES
from pipeline.extraction.forms import NOT_FILLED_IN, Filled, read_files, row_texts, write
from pipeline.extraction.outcomes import Arm, Difference, Outcome, Place, Row, Study, Waiting
from pipeline.extraction.settings import ExtractionSettings

Key = tuple[str, tuple[str, ...]]  # name of the form, key of the row


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The rows that count, and what keeps the others from counting.

    Attributes:
        compared: cells that somebody filled in, in rows that every extractor has; those that name the row do not count.
        agreed: those of them that are equal.
    """

    rows: tuple[Filled, ...]
    differences: tuple[Difference, ...]
    waiting: tuple[Waiting, ...]
    compared: int
    agreed: int


def settle(rows: Sequence[Filled], extractors: Sequence[str]) -> Settled:
    """Take the agreed rows, and those that every extractor filled in alike; list every other difference.

    A row directly in extraction/ (or in extraction/consensus/) counts before anybody's own. Where every extractor has
    the row with the same cells, it counts as the first of them wrote it. Cells are compared as values, so that `PFS`
    equals `progression-free survival`, and as typed, so that 11.40 does not equal 11.4. A person's own columns are
    not compared. What one of them has and another has not is a difference once the other has filled in the study's
    own row; until then it waits for the other. A starter row of which nothing is filled in no longer waits once
    another row says what it asks for.
    """
    filled_in = [filled for filled in rows if not filled.waits]
    begun_rows = {(filled.owner, _asked_of(filled)) for filled in filled_in}
    waiting = [
        Waiting(form=filled.form.name, study_id=_study(filled.row), why=_why(filled), at=filled.row.at)
        for filled in rows
        if filled.waits and not _overtaken(filled, begun_rows)
    ]
    taken = [filled for filled in filled_in if not filled.owner]
    agreed_on = {_key(filled) for filled in taken}
    begun = {(filled.owner, _study(filled.row)) for filled in filled_in if filled.form.makes is Study}
    own: dict[Key, dict[str, Filled]] = {}
    for filled in filled_in:
        if filled.owner:
            own.setdefault(_key(filled), {}).setdefault(filled.owner, filled)
    differences: list[Difference] = []
    compared = agreed = 0
    for key, by_person in own.items():
        first = next(iter(by_person.values()))
        missing = [name for name in extractors if name not in by_person]
        unready = [name for name in missing if _study(first.row) and (name, _study(first.row)) not in begun]
        found = [] if missing else _cells(key, by_person, extractors)
        if not missing:
            filled_columns = _filled_in(by_person)
            compared += len(filled_columns)
            agreed += len(filled_columns.difference(each.column for each in found))
        if key in agreed_on:
            continue
        if unready:
            why = f"waits for {', '.join(unready)}"
            waiting.append(Waiting(form=key[0], study_id=_study(first.row), why=why, at=first.row.at))
        elif missing:
            differences.append(_row_missing(key, by_person, extractors))
        elif found:
            differences.extend(found)
        else:
            taken.append(by_person[extractors[0]])
    return Settled(
        rows=tuple(sorted(taken, key=lambda filled: (filled.row.at.file, filled.row.at.row))),
        differences=tuple(differences),
        waiting=tuple(waiting),
        compared=compared,
        agreed=agreed,
    )


def _key(filled: Filled) -> Key:
    return (filled.form.name, filled.row.key)


def _study(row: Row) -> str:
    return getattr(row, "study_id", "")


def _asked_of(filled: Filled) -> tuple[str, ...]:
    """Say what a starter row asks for: a study, any arm of one, any number of one outcome of one; else the row."""
    row = filled.row
    if isinstance(row, Arm | Outcome):
        return (filled.form.name, row.study_id, row.outcome if isinstance(row, Outcome) else "")
    return (filled.form.name, *row.key)


def _overtaken(filled: Filled, begun: set[tuple[str, tuple[str, ...]]]) -> bool:
    """Say whether a starter row that nobody filled in asks for what stands in another row of its owner."""
    asked = _asked_of(filled)
    return filled.waits == NOT_FILLED_IN and ((filled.owner, asked) in begun or ("", asked) in begun)


def _why(filled: Filled) -> str:
    return f"{filled.waits} by {filled.owner}" if filled.owner else filled.waits


def _row_missing(key: Key, by_person: Mapping[str, Filled], extractors: Sequence[str]) -> Difference:
    said = tuple(
        (name, "has the row", by_person[name].row.at) if name in by_person else (name, "has no such row", Place())
        for name in extractors
    )
    return Difference(form=key[0], key=key[1], column="", said=said)


def _filled_in(by_person: Mapping[str, Filled]) -> set[str]:
    """Say which cells of a row somebody filled in; where nobody did, and in what names the row, nobody can differ."""
    return {
        column
        for filled in by_person.values()
        for column, text in row_texts(filled.form, filled.row).items()
        if text and column not in filled.form.matched
    }


def _cells(key: Key, by_person: Mapping[str, Filled], extractors: Sequence[str]) -> list[Difference]:
    texts = {name: row_texts(filled.form, filled.row) for name, filled in by_person.items()}
    return [
        Difference(
            form=key[0],
            key=key[1],
            column=column,
            said=tuple((name, texts[name][column], by_person[name].row.at) for name in extractors),
        )
        for column in texts[extractors[0]]
        if len({texts[name][column] for name in extractors}) > 1
    ]


def consensus_forms(files: Mapping[str, bytes], settings: ExtractionSettings) -> dict[str, bytes]:
    """Write a consensus form for each form with differences that no consensus form asks about yet.

    Cells on which the extractors agree are filled in, the others are empty, and the column `differences` says who
    wrote what. Such a row waits until a person has filled it in and signed it in `decided_by`. The caller creates the
    files directly in extraction/.

    Returns:
        The name of each form and the bytes of its new file; nothing where nothing differs.
    """
    rows = read_files(files, settings).rows
    asked = {_key(filled) for filled in rows if not filled.owner}
    first: dict[Key, Filled] = {}
    for filled in rows:
        if filled.owner and not filled.waits:
            first.setdefault(_key(filled), filled)
    found: dict[Key, list[Difference]] = {}
    for difference in settle(rows, settings.extractors).differences:
        if (difference.form, difference.key) not in asked:
            found.setdefault((difference.form, difference.key), []).append(difference)
    written = {}
    for name in sorted({form for form, _ in found}):
        of_form = [(first[key], differences) for key, differences in found.items() if key[0] == name]
        more = {
            place: {DIFFERENCES: " | ".join(say(difference) for difference in differences), DECIDED_BY: ""}
            for place, (_, differences) in enumerate(of_form)
        }
        rows_of_form = [_emptied(filled.row, {d.column for d in differences}) for filled, differences in of_form]
        written[name] = write(of_form[0][0].form, rows_of_form, more=more)
    return written


def _emptied(row: Row, columns: set[str]) -> Row:
    """Copy a row with some cells empty, and without the extractor's own columns."""
    changed: dict[str, Any] = {
        field.name: field.default for field in fields(row) if field.name in columns and field.default is not MISSING
    }
    if isinstance(row, Study):
        changed["terms"] = tuple((name, words) for name, words in row.terms if name not in columns)
    return replace(row, **changed, extra=(), unreported=row.unreported - columns)


def say(difference: Difference) -> str:
    """Say one difference in words: "value: anna '11.4', ben '11.1'"."""
    said = ", ".join(f"{name} {text!r}" if difference.column else f"{name} {text}" for name, text, _ in difference.said)
    return f"{difference.column}: {said}" if difference.column else said
