"""How wide a text is, and where it breaks, without a font at hand.

Widths are upper bounds: for each character the larger of Liberation Sans (which has the widths of Arial and Helvetica)
and DejaVu Sans, so that a text measured here fits whichever of them a reader's machine has.
Source: the `hmtx` tables of DejaVu Sans 2.37 and Liberation Sans 2.1, in hundredths of an em, rounded up.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

BOLD = 1.24  # the widest bold letter against its regular one. Source: DejaVu Sans Bold 2.37, letters "i", "j", "l"
ELLIPSIS = "\u2026"
NO_BREAK = "\u00a0"

_BASIC = (
    "32 41 46 84 64 96 78 28 40 40 50 84 32 37 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 56 102 69 69 73 "
    "78 67 62 78 76 30 50 67 56 87 75 79 67 79 73 67 62 74 69 99 69 67 69 40 34 40 84 56 50 62 64 55 64 62 36 64 "
    "64 28 28 58 28 98 64 62 64 64 42 53 40 64 60 82 60 60 53 64 34 64 84"
)
_GREEK = (
    "66 57 87 65 28 28 75 65 100 100 50 55 55 55 34 30 100 100 100 100 50 50 70 32 79 88 41 100 82 100 86 83 34 "
    "69 69 56 69 67 69 76 79 30 67 69 87 75 65 79 76 67 100 64 62 67 80 69 84 77 30 67 66 55 64 34 58 66 64 60 62 "
    "55 55 64 62 34 59 60 64 56 56 62 69 64 59 64 61 58 66 58 72 84 34 58 62 58 84 66 62 62 70 85 70 66 84 67 79 "
    "62 65 59 58 46 66 66 87 63 94 84 76 66 80 62 69 61 77 63 70 62 62 54 67 64 55 28 79 62 62 61 64 70 87 66 64 "
    "71 70 71"
)
_CYRILLIC = (
    "67 67 87 61 72 67 30 30 50 110 105 86 71 75 64 76 69 69 69 61 79 67 108 65 75 75 71 76 87 76 79 76 67 73 62 "
    "64 87 69 78 69 107 110 84 89 69 72 108 73 62 62 59 53 70 62 91 54 65 65 61 64 76 66 62 66 64 55 59 60 86 60 "
    "69 60 92 95 71 79 59 55 85 61 62 62 63 53 55 53 28 28 28 91 90 66 61 65 60 66"
)
_PUNCTUATION = {"–": 56, "—": 100, "\u2018": 38, "’": 38, "“": 53, "”": 53, "…": 100, "•": 60, "≥": 84, "≤": 84}
_MEASURED: dict[str, int] = {
    chr(first + place): int(width)
    for first, widths in ((0x20, _BASIC), (0x370, _GREEK), (0x400, _CYRILLIC))
    for place, width in enumerate(widths.split())
} | _PUNCTUATION
_WIDE = 100  # an ideograph fills its square
_UNKNOWN = 120  # letters of scripts that are not measured: none met in Noto's fonts for them is wider
_SYMBOL = 175  # symbols and ligatures
_MARKS = {"Mn", "Me", "Cf"}
_NOT_AT_LINE_START = frozenset(
    "\u3001\u3002\uff0c\uff0e\uff09\u300d\u300f\u3011\u3009\u300b\uff01\uff1f\uff1a\uff1b\u30fb\u30fc"
)
# Controls that reorder what follows them, and characters wider than any box: they are left out.
_DROPPED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufdfd\u2e3a\u2e3b")


@lru_cache(maxsize=4096)
def _advance(char: str) -> int:
    """Return an upper bound for the width of one character, in hundredths of an em."""
    known = _MEASURED.get(char)
    if known is not None:
        return known
    if char == NO_BREAK:
        return _MEASURED[" "]
    category = unicodedata.category(char)
    if category in _MARKS:
        return 0
    parts = unicodedata.normalize("NFKD", char)
    if parts != char and len(parts) <= 3 and all(part in _MEASURED or _is_mark(part) for part in parts):  # noqa: PLR2004
        return max(_MEASURED.get(parts[0], 0), sum(_MEASURED.get(part, 0) for part in parts))
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return _SYMBOL if category.startswith("S") else _WIDE
    return _UNKNOWN if category.startswith(("L", "N")) else _SYMBOL


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in _MARKS


def width(text: str, size: float) -> float:
    """Return how wide a line can become at a font size, in the same unit; no usual font draws it wider.

    >>> width("iii", 100) < width("WWW", 100)
    True
    """
    return sum(map(_advance, text)) * size / 100


def clean(text: str) -> str:
    r"""Make a text fit for one line of XML: no control character, no mark that turns the reading order.

    >>> clean("a\x07b \u202e c")
    'a b c'
    """
    kept = (" " if _is_control(char) else char for char in text if char not in _DROPPED)
    return " ".join("".join(kept).split())


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break a text into lines that are no wider than `room`.

    It breaks at plain spaces, between ideographs, and inside a word only where the word alone is too wide; never
    between a letter and its accents. A single character wider than `room` still gets a line of its own.
    """
    lines: list[str] = []
    line = ""
    for spaced, word in _words(text):
        joined = f"{line} {word}" if spaced and line else line + word
        if width(joined, size) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, size) > room:
            head = _head(line, room, size)
            if head == line:
                break
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line else lines


def _words(text: str) -> Iterator[tuple[bool, str]]:
    """Split a text into what must stay together, each with whether a space stood before it."""
    for chunk in text.split(" "):
        spaced = True
        word = ""
        for cluster in _clusters(chunk):
            ideograph = unicodedata.east_asian_width(cluster[0]) in {"W", "F"} and cluster[0] not in _NOT_AT_LINE_START
            if ideograph and word:
                yield spaced, word
                spaced, word = False, ""
            word += cluster
        if word:
            yield spaced, word


def _clusters(text: str) -> Iterator[str]:
    """Split a text into letters with their marks."""
    cluster = ""
    for char in text:
        if cluster and not (_is_mark(char) or unicodedata.category(char) == "Mc" or cluster.endswith("\u200d")):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _head(word: str, room: float, size: float) -> str:
    """Take as much of a word as fits, at least one letter with its marks."""
    head = ""
    for cluster in _clusters(word):
        if head and width(head + cluster, size) > room:
            return head
        head += cluster
    return head
