"""What a person must mend: one Fault a place, one ReviewError that carries them all to the exit code."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SHOWN = 50  # faults printed before "... and N more"
LONGEST = 1000  # characters of what is wrong that are printed; an enormous value stands in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong at one place.

    Attributes:
        what: what is wrong, a clause without a full stop; the value stands in it by `repr`.
        file: path as the user knows it, relative to the review folder; empty if no file is to blame.
        line: 1-based line of a text file; 0 if unknown.
        row: 1-based row as a spreadsheet numbers it (the header is row 1); 0 if none.
        column: header of the column, or the key of a setting.
        accepted: what would have been accepted, in words.
        remedy: what to do, a whole sentence.
        raw: the input that could not be read, as it stands.
    """

    what: str
    file: str = ""
    line: int = 0
    row: int = 0
    column: str = ""
    accepted: str = ""
    remedy: str = ""
    raw: str = ""

    @property
    def place(self) -> str:
        """Say where the fault lies: file, line or row, column."""
        parts = [self.file] if self.file else []
        if self.line:
            parts.append(f"line {self.line}")
        if self.row:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}" if self.row else self.column)
        return ", ".join(parts)

    def __str__(self) -> str:
        """Say the fault in one sentence, and the remedy in another."""
        sentence = f"{_short(self.place)}: {_short(self.what)}" if self.place else _short(self.what)
        if self.accepted:
            sentence += f"; accepted: {self.accepted}"
        sentence = sentence if sentence.endswith((".", "?", "!")) else sentence + "."
        return f"{sentence} {self.remedy}".rstrip()


def _short(text: str) -> str:
    """Leave out the middle of a text that is too long to be read."""
    if len(text) <= LONGEST:
        return text
    ends = LONGEST // 3
    return f"{text[:ends]} ... ({len(text) - 2 * ends:,} characters) ... {text[-ends:]}"


class ReviewError(Exception):
    """A person must mend something; nothing was changed.

    Carries every fault that was found, not only the first. Its children say which part of a review is at fault
    and, where it differs, the exit code.
    """

    exit_code = 2

    def __init__(self, faults: Fault | str | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            faults = (Fault(what=faults),)
        elif isinstance(faults, Fault):
            faults = (faults,)
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(str(self))

    def __str__(self) -> str:
        """List the faults, one a line: the first 50, then how many more there are."""
        lines = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"... and {len(self.faults) - SHOWN} more ({len(self.faults)} in all).")
        return "\n".join(lines)


class ProtocolError(ReviewError):
    """workflow.yaml, or a file it names, cannot be followed."""


class SearchError(ReviewError):
    """A source could not be searched completely; no search run was recorded."""

    exit_code = 3


class FormatError(ReviewError):
    """A file of records cannot be recognised or read."""


class FormError(ReviewError):
    """A form that people fill in holds something that cannot be taken as it stands."""


class CountError(ReviewError):
    """Figures that must add up do not."""


class LockError(ReviewError):
    """Another run is at work in this review folder."""

    exit_code = 4


def did_you_mean(value: str, accepted: Sequence[str]) -> str:
    """Propose the accepted word nearest to `value`, as a question, or nothing if none is near.

    >>> did_you_mean("inclde", ["include", "exclude"])
    "Did you mean 'include'?"
    >>> did_you_mean("banana", ["include", "exclude"])
    ''
    """
    from difflib import get_close_matches

    by_folded = {word.casefold(): word for word in accepted}
    near = get_close_matches(value.casefold(), by_folded, n=1, cutoff=0.6)
    return f"Did you mean {by_folded[near[0]]!r}?" if near else ""


def unknown_words(column: str, words: Iterable[str], accepted: Sequence[str]) -> Iterator[Fault]:
    """Make a fault of each word that is not among the accepted ones.

    Args:
        column: path of the key in which the words stand.
        words: what a person wrote.
        accepted: what may be written.
    """
    for word in words:
        if word not in accepted:
            what, remedy = f"{word!r} is not known", did_you_mean(word, accepted)
            yield Fault(what=what, column=column, accepted=", ".join(accepted), remedy=remedy)
