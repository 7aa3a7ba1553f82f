"""An SVG as PNG or PDF, for journals and slides; Typst draws it, so that nothing else needs to be installed."""

from typing import Literal

import typst

from pipeline.errors import Fault, ReviewError

_SOURCE = b"""
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.title)
"""
_PPI = 220.0


def pdf(svg: str, *, title: str, fonts_of_the_system: bool = True) -> bytes:
    """Draw an SVG as a PDF page of its own size; text stays text.

    Args:
        svg: the drawing.
        title: title of the document, and what it says to those who cannot see it.
        fonts_of_the_system: False sets it in Typst's own fonts alone: the same bytes on every machine, but only
            Latin, Greek and Cyrillic letters, and serifs.

    Raises:
        ReviewError: Typst cannot draw it.
    """
    return _draw(svg, title, "pdf", fonts_of_the_system=fonts_of_the_system)


def png(svg: str, *, title: str, fonts_of_the_system: bool = True) -> bytes:
    """Draw an SVG as a PNG on white, at 220 pixels per inch of its size; see `pdf` for the rest."""
    return _draw(svg, title, "png", fonts_of_the_system=fonts_of_the_system)


def _draw(svg: str, title: str, kind: Literal["pdf", "png"], *, fonts_of_the_system: bool) -> bytes:
    try:
        drawn = typst.compile(
            _SOURCE,
            format=kind,
            ppi=_PPI,
            sys_inputs={"svg": svg, "title": title},
            ignore_system_fonts=not fonts_of_the_system,
            timestamp=0,
        )
    except typst.TypstError as error:
        what = f"the picture cannot be drawn ({error.message})"
        remedy = "This is a fault of the program: please report it, with the picture."
        raise ReviewError(Fault(what=what, remedy=remedy)) from error
    if not isinstance(drawn, bytes):
        raise TypeError(f"a picture of one page, not {type(drawn).__name__}")
    return drawn
