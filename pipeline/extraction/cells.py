"""One cell of a form to a value and back, and what to say where a spreadsheet or a hand has spoilt it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pipeline.errors import did_you_mean
from pipeline.extraction.columns import CellKind, Column
from pipeline.extraction.measures import MONTHS, NOT_REPORTED

Value = str | int | bool | Decimal | tuple[str, ...] | None

_NUMBER = re.compile(r"[-−]?\d+(\.\d+)?", re.ASCII)
_SHOWN = 12  # words of a vocabulary that a message lists in full; beyond that it points to the list


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A cell that cannot be read: what is wrong with it, what would be right, what to do."""

    what: str
    accepted: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Damage:
    """One way in which a number is spoilt: how to see it, what to say, what to do."""

    seen: re.Pattern[str]
    what: str
    remedy: str


def _damage(pattern: str, what: str, remedy: str) -> _Damage:
    return _Damage(re.compile(pattern, re.IGNORECASE), what, remedy)


_TIME = "|".join((*MONTHS, *(unit.removesuffix("s") for unit in MONTHS), "mo", "mos", "yrs?", "wks?"))

# The first that fits is said. Source: what Excel and LibreOffice make of 11-4, 4/11, 1E5 and long numbers when a CSV
# is opened by double click, and how papers print numbers.
_DAMAGES = (
    _damage(
        rf"[<>≤≥~]?\s*\d[\d.,]*\s*({_TIME}|%|per ?cent|patients?|pts)\.?",
        "has its unit in the same cell",
        "Leave only the number here and write the unit in its own column, in words.",
    ),
    _damage(
        r"\d{1,2}[-./ ]+[^\W\d_]{3,9}\.?([-./ ]+\d{2,4})?|[^\W\d_]{3,9}\.?[-./ ]+\d{1,4}|\d{4}-\d\d-\d\d( .*)?"
        r"|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{2,4}|\d{1,2}/\d{1,2}",
        "is a date; a spreadsheet makes one of 11-4 or 11/4, and of 11.4 in some countries",
        "Format the column as text, then type the number again as the source prints it.",
    ),
    _damage(
        r"-?\d+(\.\d+)?e[+-]?\d+",
        "is a number that a spreadsheet has shortened",
        "Format the column as text, then type the number again in full.",
    ),
    _damage(r"-?\d{1,3}(,\d{3}){2,}(\.\d+)?", "has commas between the thousands", "Write it without commas."),
    _damage(
        r"-?\d+,\d+",
        "has a comma; it could be a decimal comma or a thousands comma",
        "Write 1.5 with a decimal point, 1729 without a comma.",
    ),
    _damage(r"-?\d+·\d+", "has a raised point", "Write it with the point of the keyboard: 11.4."),
    _damage(r"\d{1,3}( \d{3})+(\.\d+)?", "has spaces between the thousands", "Write it without spaces."),
    _damage(
        r"\d+(\.\d+)?\s*(-|–|—|to)\s*\d+(\.\d+)?",
        "is a range",
        "Leave value empty with value_status 'range only', and write the two ends in range_low and range_high.",
    ),
    _damage(
        r"\d+(\.\d+)?\s*±\s*\d+(\.\d+)?",
        "holds two numbers",
        "Leave the first here; write the second in range_high and what it is in range_kind.",
    ),
    _damage(
        r"[<>≤≥~]\s*\d+(\.\d+)?",
        "has a sign in front",
        "Leave only the number; value_status says 'up to', 'at least' or 'about'.",
    ),
    _damage(
        r"n\.?r\.?|n\.?a\.?|n/?a|n\.?e\.?|-+|–|\?",
        "can mean not reported, not reached, not estimable or not applicable",
        "Leave the cell empty; for the value itself write which it is in value_status.",
    ),
)


def read(text: str, column: Column) -> Value | Spoilt:
    """Read one cell; an empty cell is the empty value of its kind (text "", number None, words ())."""
    text = text.strip()
    if not text:
        return EMPTY[column.kind]
    return _READERS[column.kind](text, column)


def write(value: Value) -> str:
    """Write a value as a person would type it, so that `read` gives it back."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, tuple):
        return "; ".join(value)
    return str(value) if isinstance(value, str | int) else format(value, "f")


def says_not_reported(text: str) -> bool:
    """Say whether a cell says in words that the source does not report it."""
    return " ".join(text.split()).casefold() == NOT_REPORTED


def _text(text: str, _: Column) -> str:
    return text


def _id(text: str, _: Column) -> str | Spoilt:
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]*", text, re.ASCII):
        return text
    tidy = re.sub(r"[^a-z0-9.]+", "-", text.casefold()).strip("-.")
    return Spoilt(
        f"{text!r} cannot be a short name",
        "small letters a to z, digits, hyphens: mayo-2010",
        f"Did you mean {tidy!r}?" if tidy else "",
    )


def _ids(text: str, _: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[;\n]", text) if part.strip()))


def _word(text: str, column: Column) -> str | Spoilt:
    if not column.accepted:
        return text
    found = column.accepted.get(" ".join(text.split()).casefold())
    if found is not None:
        return found
    if column.others:
        return text
    shown = ", ".join(column.words[:_SHOWN])
    more = f" ... ({len(column.words)} in all, see the list of accepted words)" if len(column.words) > _SHOWN else ""
    near = did_you_mean(text, (*column.accepted, *column.words))
    return Spoilt(f"{text!r} is not a word for {column.name}", shown + more, near)


def _words(text: str, column: Column) -> tuple[str, ...] | Spoilt:
    read_parts = [_word(part, column) for part in _ids(text, column)]
    spoilt = next((part for part in read_parts if isinstance(part, Spoilt)), None)
    return spoilt or tuple(dict.fromkeys(part for part in read_parts if isinstance(part, str)))


def _number(text: str, _: Column) -> Decimal | Spoilt:
    if _NUMBER.fullmatch(text):
        return Decimal(text.replace("−", "-"))
    for damage in _DAMAGES:
        if damage.seen.fullmatch(text):
            return Spoilt(f"{text!r} {damage.what}", "", damage.remedy)
    return Spoilt(f"{text!r} is not a number", "digits with a decimal point, such as 11.4", "")


def _count(text: str, column: Column) -> int | Spoilt:
    number = _number(text, column)
    if isinstance(number, Spoilt):
        return number
    if number != number.to_integral_value() or number < 0:
        return Spoilt(f"{text!r} is not a count", "a whole number from 0", "")
    return int(number)


def _p(text: str, _: Column) -> str | Spoilt:
    tidy = re.sub(r"^[pP]\s*(?=[<>=≤≥])", "", text).replace(" ", "").removeprefix("=")
    if tidy.casefold() in {"ns", "n.s.", "notsignificant"}:
        return "not significant"
    if not re.fullmatch(r"[<>≤≥]?(0?\.\d+|[01](\.0+)?)", tidy, re.ASCII):
        return Spoilt(f"{text!r} is not a P value", "a number from 0 to 1, such as 0.022 or <0.001", "")
    return re.sub(r"^([<>≤≥]?)\.", r"\g<1>0.", tidy)


def _flag(text: str, _: Column) -> bool | Spoilt:
    if text.casefold() in {"yes", "y", "x", "true", "1"}:
        return True
    if text.casefold() in {"no", "n", "false", "0"}:
        return False
    return Spoilt(f"{text!r} is neither yes nor no", "yes, or an empty cell", "")


_READERS: Mapping[CellKind, Callable[[str, Column], Value | Spoilt]] = {
    "text": _text,
    "id": _id,
    "ids": _ids,
    "word": _word,
    "words": _words,
    "number": _number,
    "count": _count,
    "p": _p,
    "flag": _flag,
}
EMPTY: Mapping[CellKind, Value] = {
    "text": "",
    "id": "",
    "ids": (),
    "word": "",
    "words": (),
    "number": None,
    "count": None,
    "p": "",
    "flag": False,
}


def p_number(p_value: str) -> Decimal | None:
    """Return the number of a P value as it was read, without its sign; None for words and for nothing.

    >>> p_number("<0.001")
    Decimal('0.001')
    """
    try:
        return Decimal(p_value.lstrip("<>≤≥"))
    except InvalidOperation:
        return None
