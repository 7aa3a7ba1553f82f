"""How wide a text will be, and where it breaks into lines.

Widths are those of DejaVu Sans, which is wider than the sans-serif fonts that a reader is likely to have (Arial,
Helvetica, Liberation Sans, Noto Sans): what fits by this measure fits in theirs.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from pipeline.drawing import widths

_EM = 2048  # units in which the table measures
_UNKNOWN = 1638  # 0.8 em: a letter of a script that the table lacks (Devanagari, Thai) is rarely wider
_BREAK_AFTER = "-/–—"
# Closing marks that may not begin a line. Source: W3C, Requirements for Chinese Text Layout, section 3.1.3.
_NOT_FIRST = frozenset("\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u300b\u3009\u30fc")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure one line of text, in the unit of `size`.

    A character that the table lacks counts 1 em where East Asian typography makes it wide, 0 where it combines with
    its neighbour, and 0.8 em otherwise. Kerning, ligatures and Arabic joining are not seen: the measure is a bound.

    Source: Unicode Standard Annex 11, East Asian Width; the table's own source stands in it.

    >>> width("PFS", 10) == (1235 + 1178 + 1300) / 2048 * 10
    True
    """
    table = _table(bold=bold)
    return sum(_advance(char, table) for char in text) * size / _EM


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines no wider than `limit`, at plain spaces where it can.

    A line may also end behind a hyphen, a dash or a slash, and beside a character of East Asian width. A word that is
    wider than `limit` breaks where it must; a no-break space holds. An empty text is one empty line.

    >>> wrap("Radioembolisation of liver metastases", 100, 10)
    ('Radioembolisation', 'of liver metastases')
    """
    table = _table(bold=bold)
    room = limit * _EM / size
    lines, line, used = [], "", 0
    for piece in _pieces(text):
        needed = sum(_advance(char, table) for char in piece.rstrip(" "))
        if line and used + needed > room:
            lines.append(line.rstrip(" "))
            line, used = "", 0
        for char in piece:
            step = _advance(char, table)
            if line and char != " " and used + step > room:
                lines.append(line)
                line, used = "", 0
            line += char
            used += step
    return (*lines, line.rstrip(" "))


def _pieces(text: str) -> Iterator[str]:
    """Cut a text behind every place where a line may end."""
    start = 0
    for at, char in enumerate(text[:-1], start=1):
        after = text[at]
        spaced = char == " " and after != " "
        may_end = char in _BREAK_AFTER or _is_wide(char) or _is_wide(after)
        if spaced or (after != " " and may_end and after not in _NOT_FIRST):
            yield text[start:at]
            start = at
    yield text[start:]


def _advance(char: str, table: Mapping[str, int]) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return table.get(char) or (_EM if _is_wide(char) else _UNKNOWN)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in {"W", "F"}


@cache
def _table(*, bold: bool) -> Mapping[str, int]:
    table = {}
    char = 0
    for word in (widths.BOLD if bold else widths.REGULAR).split():
        if word.startswith("U+"):
            char = int(word.removeprefix("U+"), base=16)
            continue
        advance, _, count = word.partition("*")
        for _ in range(int(count or 1)):
            table[chr(char)] = int(advance)
            char += 1
    return table
