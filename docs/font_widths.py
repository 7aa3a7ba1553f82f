"""Write pipeline/drawing/widths.py: how far each character of DejaVu Sans moves the pen, as numbers.

Run it again when the ranges change: `python docs/font_widths.py FOLDER`, where FOLDER holds DejaVuSans.ttf and
DejaVuSans-Bold.ttf (Debian: /usr/share/fonts/truetype/dejavu).

Source: OpenType specification, tables head, hhea, hmtx and cmap (format 4).
"""

import struct
import sys
import textwrap
from itertools import groupby, pairwise
from pathlib import Path

# Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Georgian, Latin extended additional, punctuation, currency,
# letter-like, arrows, mathematics, geometric shapes.
RANGES = (
    (0x0020, 0x007F),
    (0x00A0, 0x0250),
    (0x0370, 0x0530),
    (0x0531, 0x0588),
    (0x05D0, 0x05EB),
    (0x0621, 0x064B),
    (0x10D0, 0x10FD),
    (0x1E00, 0x1F00),
    (0x2010, 0x2028),
    (0x2030, 0x205F),
    (0x2070, 0x20C0),
    (0x2100, 0x2150),
    (0x2190, 0x2300),
    (0x25A0, 0x2600),
)
HEAD = '''\
"""How far each character moves the pen, in 1/2048 of the type size; written by docs/font_widths.py, not by hand.

`U+0020` says which character the following widths begin with; `600*3` stands for three characters of width 600, and 0
for a character that the font lacks.

Source: advance widths of DejaVu Sans 2.37 and DejaVu Sans Bold 2.37 (dejavu-fonts.github.io).
"""
'''


def advances(font: bytes) -> dict[int, int]:
    """Read the advance width of every character of a TrueType font whose em is 2048 units."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)
    }
    if struct.unpack_from(">H", font, tables[b"head"] + 18)[0] != 2048:  # noqa: PLR2004 - the em of DejaVu
        raise SystemExit("this font's em is not 2048 units")
    metrics = struct.unpack_from(">H", font, tables[b"hhea"] + 34)[0]
    glyphs = characters(font, tables[b"cmap"])
    return {
        char: struct.unpack_from(">H", font, tables[b"hmtx"] + 4 * min(glyph, metrics - 1))[0]
        for char, glyph in glyphs.items()
    }


def characters(font: bytes, cmap: int) -> dict[int, int]:
    """Read which glyph stands for which character of the basic plane."""
    for at in range(cmap + 4, cmap + 4 + 8 * struct.unpack_from(">H", font, cmap + 2)[0], 8):
        table = cmap + struct.unpack_from(">I", font, at + 4)[0]
        if struct.unpack_from(">H", font, table)[0] == 4:  # noqa: PLR2004 - format 4 is the basic plane
            break
    else:
        raise SystemExit("this font has no character map of format 4")
    size = struct.unpack_from(">H", font, table + 6)[0]
    ends, starts, deltas, offsets = (table + 14 + size * n + (2 if n else 0) for n in range(4))
    found = {}
    for segment in range(0, size, 2):
        first, last = (struct.unpack_from(">H", font, array + segment)[0] for array in (starts, ends))
        delta, offset = (struct.unpack_from(">H", font, array + segment)[0] for array in (deltas, offsets))
        for char in range(first, last + 1):
            glyph = char
            if offset:
                glyph = struct.unpack_from(">H", font, offsets + segment + offset + 2 * (char - first))[0]
            if glyph:
                found[char] = (glyph + delta) % 65536
    return found


def block(widths: dict[int, int], first: int, after: int) -> str:
    """Write one range of the table as lines of at most 120 characters."""
    runs = [(width, len(list(same))) for width, same in groupby(widths.get(char, 0) for char in range(first, after))]
    words = [f"{width}*{count}" if count > 1 else str(width) for width, count in runs]
    return textwrap.fill(f"U+{first:04X} " + " ".join(words), width=120) + "\n"


def main(folder: Path) -> None:
    """Write the module beside the package's other files."""
    assert all(a[1] <= b[0] for a, b in pairwise(RANGES))
    text = HEAD
    for name, file in (("REGULAR", "DejaVuSans.ttf"), ("BOLD", "DejaVuSans-Bold.ttf")):
        widths = advances((folder / file).read_bytes())
        text += f'\n{name} = """\n' + "".join(block(widths, *limits) for limits in RANGES) + '"""\n'
    target = Path(__file__).parent.parent / "pipeline" / "drawing" / "widths.py"
    target.write_text(text, encoding="utf-8", newline="\n")
    print(f"{target.name}: {len(text)} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
