"""How wide the columns of a printed table are: so that the table is as low as a page allows.

Widths count characters; a reader's browser lays out tables by itself and does not ask.
"""

from collections.abc import Collection, Sequence
from functools import cache
from math import ceil

UPRIGHT = 112  # characters that a line of a table holds on an upright page
ACROSS = 196  # the same on a page on its side, in smaller type

_LONGEST_WORD = 16  # a longer one may break
_SAMPLE = 60  # rows that are looked at, evenly spread
_HIGHEST = 10  # of the rows with the longest cells, which are looked at, too
_GAP = 2  # between two columns
_STEPS = (1, 2, 3, 5, 8, 12, 18, 26)  # by how much a column may grow at once
_OWN = 0.01  # what a line saved in one cell counts where the row is as high as before


def share(rows: Sequence[Sequence[str]], room: int, *, whole: Collection[int] = ()) -> tuple[int, ...]:
    """Share a line's room among the columns of a table.

    Each column gets room for its longest word; what is left goes, a little at a time, to the column that saves the
    most lines for it. Room that saves nothing is left.

    Args:
        rows: the texts of every row, the header first, all of one length; a line end is kept.
        room: how many characters a line holds.
        whole: places of the columns whose texts should stay on one line (numbers).

    >>> share([["Study", "Result"], ["A", "progression-free survival, median 11.0 months"]], 40)
    (7, 26)
    """
    highest = sorted(rows[1:], key=lambda row: max(map(len, row)), reverse=True)[:_HIGHEST]
    sample = [rows[0], *rows[1 :: max(1, ceil(len(rows) / _SAMPLE))], *highest]
    columns = [[row[place] for row in sample] for place in range(len(rows[0]))]

    @cache
    def heights(place: int, width: int) -> list[int]:
        return [_lines(text, width) for text in columns[place]]

    widths = [_least(texts, whole=place in whole) for place, texts in enumerate(columns)]
    while (spare := room - sum(widths)) > 0:
        now = [heights(place, width) for place, width in enumerate(widths)]
        best = (0.0, 0, 0)
        for place, width in enumerate(widths):
            others = [max((*row[:place], *row[place + 1 :]), default=0) for row in zip(*now, strict=True)]
            for more in _STEPS:
                if more <= spare:
                    gain = _gain(now[place], heights(place, width + more), others)
                    best = max(best, (gain / more, -place, more))
        gain, place, more = best
        if gain == 0:
            break
        widths[-place] += more
    return tuple(widths)


def _least(texts: Sequence[str], *, whole: bool) -> int:
    words = [word for text in texts for word in text.split()]
    longest = max(map(len, words), default=1)
    if whole:
        longest = max(longest, *(len(line) for text in texts[1:] for line in text.split("\n")), 1)
    return min(longest, _LONGEST_WORD) + _GAP


def _lines(text: str, width: int) -> int:
    return sum(max(1, ceil(len(line) / (width - _GAP + 0.5))) for line in text.split("\n"))


def _gain(before: Sequence[int], after: Sequence[int], others: Sequence[int]) -> float:
    """Count the lines that one column saves: those of the rows, and a little for those of its own cells."""
    rows = sum(max(a, o) - max(b, o) for a, b, o in zip(before, after, others, strict=True))
    return rows + _OWN * (sum(before) - sum(after))
