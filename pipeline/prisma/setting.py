"""The words of a panel set in lines that stay inside it, whatever the words are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.drawing import text
from pipeline.prisma.wording import NO_BREAK, Paragraph, figure

SIZE = 12.0  # of the text in panels
PAD = 10.0  # between a panel's edge and its text
INDENT = 12.0  # of a share of a box, and again of its second line
LABEL_LINES = 5  # of one reason or source; what is longer ends in an ellipsis
PART_LINES = 26  # of all shares of a panel; the rest is summed up in one line, and listed in the legend

_SLACK = PAD - 2  # how far a line may reach beyond its measure and still stand inside the panel
_SHRINK = 0.92
# Marks that turn the reading order of what follows, and characters wider than any panel: they are left out.
_DROPPED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufdfd\u2e3a\u2e3b")
# Letters that Arial draws wider than DejaVu Sans, after which texts are measured: by how many hundredths of an em.
# Source: `hmtx` of Liberation Sans 2.1 (metrics of Arial) against DejaVu Sans 2.37.
_ARIAL_EXCESS = {
    "J": 21, "P": 7, "E": 4, "F": 4, "S": 4, "Y": 6, "C": 3, "K": 2, "R": 3, "G": 1, "?": 3, "_": 6, "@": 2,
    "\u03c0": 9, "\u0192": 21, "\u00bf": 8, "\u00a7": 6,
}  # fmt: skip
_SYMBOL_EXCESS = 25  # the same for arrows, boxes and shapes


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: its text, how far it is indented, the paragraph's style, and the box it speaks of."""

    text: str
    indent: float
    style: str
    box: str
    first: bool = True


def clean(words: str) -> str:
    r"""Make words fit for one line: no control character, no mark that turns the reading order.

    >>> clean("a\x07b \u202e c")
    'a b c'
    """
    kept = (" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in words if char not in _DROPPED)
    return " ".join("".join(kept).split())


def fit(words: str, room: float, size: float = SIZE) -> list[str]:
    """Break words into lines that end before `room` and its slack, in DejaVu Sans and in Arial."""
    limit = room
    while True:
        lines = text.wrap(words, limit, size)
        if limit < room / 2 or all(text.width(line, size) + _excess(line, size) <= room + _SLACK for line in lines):
            return list(lines)
        limit *= _SHRINK


def _excess(line: str, size: float) -> float:
    return sum(_char_excess(char) for char in line) * size / 100


def _char_excess(char: str) -> int:
    if char.isascii():
        return _ARIAL_EXCESS.get(char, 0)
    if unicodedata.category(char)[0] == "S":
        return _SYMBOL_EXCESS
    return _ARIAL_EXCESS.get(unicodedata.normalize("NFKD", char)[0], 4)


def shorten(paragraphs: Sequence[Paragraph], room: float) -> tuple[tuple[Paragraph, ...], tuple[Paragraph, ...]]:
    """Cut a long list of shares: what stands in the panel, the rest summed up at the list's end, and that rest."""
    parts = [place for place, one in enumerate(paragraphs) if one.style == "part"]
    ends = accumulate(len(_broken(paragraphs[place], room)) for place in parts)
    cut = [place for place, end in zip(parts, ends, strict=True) if end > PART_LINES]
    if not cut:
        return tuple(paragraphs), ()
    rest = tuple(paragraphs[place] for place in cut)
    before = (one for place, one in enumerate(paragraphs[: cut[-1]]) if place not in cut)
    return (*before, _summed(rest), *paragraphs[cut[-1] + 1 :]), rest


def set_lines(paragraphs: Sequence[Paragraph], room: float) -> tuple[Line, ...]:
    """Break the paragraphs of a panel into lines."""
    return tuple(line for paragraph in paragraphs for line in _broken(paragraph, room))


def _broken(paragraph: Paragraph, room: float) -> list[Line]:
    indent = INDENT if paragraph.style == "part" else 0.0
    words = clean(paragraph.text) or "?"
    count = paragraph.count + (f"{NO_BREAK}[{paragraph.mark}]" if paragraph.mark else "")
    broken = fit(f"{words} {count}".rstrip(), room - 2 * indent)
    if len(broken) > LABEL_LINES:
        broken = [*broken[: LABEL_LINES - 1], *fit(f"\u2026 {count}", room - 2 * indent)]
    return [
        Line(line, indent if place == 0 else 2 * indent, paragraph.style, paragraph.box, first=place == 0)
        for place, line in enumerate(broken)
    ]


def _summed(rest: Sequence[Paragraph]) -> Paragraph:
    total = sum(paragraph.n or 0 for paragraph in rest)
    words = f"and {len(rest):,} more, listed below"
    return Paragraph(text=words, n=total, count=figure(total, ""), box=rest[0].box, style="part")
