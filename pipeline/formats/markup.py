"""Text of XML elements with inline markup: every text node in order, sub- and superscripts as Unicode has them."""

import html
import re

from lxml import etree

# Source: The Unicode Standard, block "Superscripts and Subscripts" (U+2070 to U+209F) and Latin-1 U+00B2, B3, B9.
_SUPERSCRIPTS = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_SCRIPTS = {"sup": _SUPERSCRIPTS, "sub": _SUBSCRIPTS}
# MathML elements whose n-th child is raised or lowered. Source: MathML 3.0, W3C, section 3.4.
_MATH_SCRIPTS = {"msup": (None, "sup"), "msub": (None, "sub"), "msubsup": (None, "sub", "sup")}
# Inline markup that exports leave in texts. Source: HTML; CSL 1.0.2, "Rich text"; JATS 1.3, inline elements.
_TAG = re.compile(
    r"</?(?:(?:i|b|u|em|strong|p|br|div|span|sc|scp|tt|sup|sub|font)(?:\s[^<>]*)?|jats:[a-z-]{1,20}(?:\s[^<>]*)?)/?>",
    re.IGNORECASE,
)
_TAGGED_SCRIPT = re.compile(r"<(?:jats:)?(sup|sub)>([^<>]{1,40})</(?:jats:)?\1>", re.IGNORECASE)
_ESCAPED_TWICE = re.compile(r"&(?:amp;)+")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_NOT_SHOWN = frozenset({"annotation", "annotation-xml"})


def text(element: etree._Element | None) -> str:
    """Return all text inside an element, white space folded; nothing for no element."""
    if element is None:
        return ""
    if len(element) == 0:
        return " ".join(element.text.split()) if element.text else ""
    parts: list[str] = []
    _collect(element, parts)
    return " ".join("".join(parts).split())


def _collect(element: etree._Element, parts: list[str]) -> None:
    if element.text:
        parts.append(element.text)
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            name = tag.rpartition("}")[2]
            if name in _SCRIPTS:
                parts.append(_script(child, name))
            elif name in _MATH_SCRIPTS:
                _math(child, _MATH_SCRIPTS[name], parts)
            elif name == "mfrac" and len(child) == 2:  # noqa: PLR2004 - numerator and denominator
                parts.append(f"{text(child[0])}/{text(child[1])}")
            elif name not in _NOT_SHOWN:
                _collect(child, parts)
        if child.tail:
            parts.append(child.tail)


def _math(element: etree._Element, scripts: tuple[str | None, ...], parts: list[str]) -> None:
    for place, child in enumerate(element):
        script = scripts[place] if place < len(scripts) else None
        parts.append(_script(child, script) if script else text(child))


def _script(element: etree._Element, script: str) -> str:
    inner: list[str] = []
    _collect(element, inner)
    return raised("".join(inner), script)


def raised(text: str, script: str) -> str:
    """Raise ("sup") or lower ("sub") a text if Unicode has every character of it; else leave it on the line.

    >>> raised("177", "sup"), raised("2", "sub"), raised("®", "sup")
    ('¹⁷⁷', '₂', '®')
    """
    table = _SCRIPTS[script]
    folded = "".join(text.split())
    return "".join(table[char] for char in folded) if folded and all(char in table for char in folded) else text


def unescaped(text: str) -> str:
    """Turn entities that were escaped once too often into characters.

    >>> unescaped("P &lt; 0.05 &amp;amp; more"), unescaped("A&B; C")
    ('P < 0.05 & more', 'A&B; C')
    """
    if "&" not in text or ";" not in text:
        return text
    return _ENTITY.sub(lambda found: html.unescape(found.group()), _ESCAPED_TWICE.sub("&", text))


def unmarked(text: str) -> str:
    """Take inline markup out of a text that ought to have none: entities become characters, tags go.

    For formats that have no markup of their own. In XML a literal `<` is text, and only `unescaped` applies.

    >>> unmarked("<i>In vivo</i> H<sub>2</sub>O &amp; P &amp;lt; 0.05"), unmarked("n<5 and m>3")
    ('In vivo H₂O & P < 0.05', 'n<5 and m>3')
    """
    text = unescaped(text)
    if "<" in text and ">" in text:
        text = _TAGGED_SCRIPT.sub(lambda found: raised(found[2], found[1].lower()), text)
        text = _TAG.sub("", text)
    return text
