"""LaTeX in BibTeX fields to plain text, and plain text to LaTeX that every BibTeX tool reads."""

import re
from functools import cache, lru_cache
from typing import Any

from pipeline.formats.markup import raised

# Characters that LaTeX runs, and how they are written. Source: L. Lamport, LaTeX: A Document Preparation System, 2nd
# ed. (1994), section 2.1.
_ESCAPED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {char: f"\\{char}" for char in "&%$#_{}"}
_NAMED = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "less": "<", "greater": ">", "bar": "|"}
_LIGATURE = re.compile(r"([-'`])(?=\1)|([?!])(?=`)")  # what LaTeX would join to one character
_SIGN = re.compile(rf"\\([&%$#_{{}}])|\\text({'|'.join(_NAMED)})(?![A-Za-z])(?:\{{\}}|\s)?")
_SCRIPT = re.compile(r"\\text(super|sub)script\{([^{}\\$]*)\}")
_MATH_SCRIPT = re.compile(r"([\^_])\s*(?:\{([^{}\\$]*)\}|(\w))")
_WHICH = {"super": "sup", "sub": "sub", "^": "sup", "_": "sub"}
_STYLE = re.compile(
    r"\\(?:textit|emph|textbf|textrm|textsf|texttt|textsc|textup|textnormal|textmd|mathrm|mathit|mathbf|mathsf|mbox|"
    r"text|url|it|em|bf|rm|sf|tt|sc|protect)(?![A-Za-z])\s*"
)
_FRAGMENT = re.compile(
    r"\{\\[^{}\\]*(?:\{[^{}]*\})?\}|\\[A-Za-z]+\*?(?:\s*\{[^{}]*\}|\s)?|\\[^A-Za-z\s](?:\s*\{[^{}]*\}|\w)?"
    r"|\$(?=[^$]*[\\^_=<>])[^$]*\$|\$[^$\s]{1,12}\$"
)
_SIGNS = "&%$#_{}\\~^<>|"
_HIDDEN = {sign: chr(0xFDD0 + place) for place, sign in enumerate(_SIGNS)}  # noncharacters, while the rest is decoded
_SHOWN = {ord(hidden): sign for sign, hidden in _HIDDEN.items()}


def plain(text: str) -> str:
    r"""Turn a field's LaTeX into text: accents, symbols, sub- and superscripts; grouping braces go.

    A percent sign is taken for itself and not for the start of a comment, since exports do not escape it. A macro that
    is not known stays as it is written.

    >>> plain(r"M{\"u}ller {\&} {Sons}, $^{177}$Lu and 10\textsuperscript{-3}"), plain("50% of {GEP}-NETs")
    ('Müller & Sons, ¹⁷⁷Lu and 10⁻³', '50% of GEP-NETs')
    """
    if "\\" not in text and "$" not in text:
        return text.replace("{", "").replace("}", "") if "{" in text or "}" in text else text
    text = _SIGN.sub(_hide, text)
    decoded = text
    if "\\" in text or "$" in text:  # more than signs
        text = _STYLE.sub("", _SCRIPT.sub(lambda found: raised(found[2], _WHICH[found[1]]), text))
        decoded = _FRAGMENT.sub(lambda found: _decode(found.group()), text)
    if decoded != text:
        decoded = decoded.replace("~", " ")
    return decoded.replace("{", "").replace("}", "").translate(_SHOWN)


def _hide(found: re.Match[str]) -> str:
    return _HIDDEN[found[1] or _NAMED[found[2]]]


@lru_cache(maxsize=1 << 12)
def _decode(fragment: str) -> str:
    """Decode one macro, accent or formula; Source: pylatexenc, `latex2text`, for what the macros mean."""
    if fragment.startswith("$"):
        fragment = _MATH_SCRIPT.sub(lambda found: raised(found[2] or found[3] or "", _WHICH[found[1]]), fragment)
    try:
        decoded: str = _decoder().latex_to_text(fragment)
    except Exception:  # noqa: BLE001 - pylatexenc lets many things go by; the text then stays as it was written
        return fragment
    return decoded or fragment


@cache
def _decoder() -> Any:  # noqa: ANN401 - pylatexenc has no types
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_comments=True)


def escaped(text: str) -> str:
    r"""Write text so that LaTeX prints it and `plain` reads it back.

    >>> escaped("Müller & Sons: 50% -- a_b")
    'Müller \\& Sons: 50\\% -{}- a\\_b'
    """
    text = "".join(_ESCAPED.get(char, char) for char in text)
    return _LIGATURE.sub(r"\1\2{}", text)
