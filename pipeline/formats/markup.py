"""Text of XML elements with inline markup: every text node in order, sub- and superscripts as Unicode has them."""

from lxml import etree

# Source: The Unicode Standard, block "Superscripts and Subscripts" (U+2070 to U+209F) and Latin-1 U+00B2, B3, B9.
_SUPERSCRIPTS = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-−=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_SCRIPTS = {"sup": _SUPERSCRIPTS, "sub": _SUBSCRIPTS}
# MathML elements whose n-th child is raised or lowered. Source: MathML 3.0, W3C, section 3.4.
_MATH_SCRIPTS = {"msup": (None, "sup"), "msub": (None, "sub"), "msubsup": (None, "sub", "sup")}
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
    """Raise or lower a text if Unicode has every character of it; else leave it on the line."""
    inner: list[str] = []
    _collect(element, inner)
    plain = "".join(inner)
    table = _SCRIPTS[script]
    folded = "".join(plain.split())
    return "".join(table[char] for char in folded) if folded and all(char in table for char in folded) else plain
