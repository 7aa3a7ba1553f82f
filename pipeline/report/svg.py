"""A drawing taken into a page: only shapes and text pass, nothing that runs, fetches or reaches outside.

The program's own rooms draw what comes here, but their drawings hold titles from databases; this is the second wall.
"""

import re
from html import escape

from lxml import etree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"

# What a still drawing needs. Source: W3C, SVG 2, element and attribute indices; scripts, animation, foreign objects,
# style sheets and pictures from elsewhere are left out on purpose.
_ELEMENT_NAMES = (
    "svg g a defs title desc path rect circle ellipse line polyline polygon text tspan marker clipPath "
    "linearGradient stop"
)
_ATTRIBUTE_NAMES = (
    "id class role tabindex d x y x1 y1 x2 y2 cx cy r rx ry dx dy width height viewBox points transform "
    "preserveAspectRatio fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-linecap "
    "stroke-linejoin stroke-opacity stroke-miterlimit opacity font-family font-size font-weight font-style "
    "font-variant font-variant-numeric text-anchor dominant-baseline letter-spacing text-decoration textLength "
    "lengthAdjust marker-start marker-mid marker-end markerWidth markerHeight markerUnits refX refY orient clip-path "
    "clip-rule gradientUnits gradientTransform offset stop-color stop-opacity shape-rendering text-rendering "
    "xml:space aria-label aria-labelledby aria-describedby aria-hidden href"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_INSIDE = re.compile(r"url\(#([A-Za-z][\w.-]*)\)", re.ASCII)
_REFERS = frozenset({"aria-labelledby", "aria-describedby"})


def safe(svg: str, prefix: str) -> str:
    """Rebuild a drawing from the elements and attributes that are known to be harmless.

    Every id gets `prefix`, so that several drawings stand in one page; links stay only where they lead inside the
    page. What is left out is left out whole, with what it holds. A drawing with links is no image any more but a group,
    since the inside of an image cannot be reached.

    Raises:
        ValueError: it is no well-formed SVG.

    >>> safe('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script><text onclick="x()">a</text></svg>', "f")
    '<svg xmlns="http://www.w3.org/2000/svg"><text>a</text></svg>'
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(svg.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the drawing {prefix!r} is not well-formed: {error}") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise ValueError(f"the drawing {prefix!r} is no SVG but {root.tag!r}")
    if any(node.get("href") or node.get(f"{{{_XLINK}}}href") for node in root.iter(f"{{{_SVG}}}a")):
        root.set("role", "group")
    return _element(root, prefix, outermost=True)


def description(svg: str) -> tuple[str, str]:
    """Read the title of a drawing, and what it says for those who cannot see it; empty where it says nothing.

    >>> description('<svg xmlns="http://www.w3.org/2000/svg"><title>T</title><desc>Says.</desc></svg>')
    ('T', 'Says.')
    """
    root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    return root.findtext(f"{{{_SVG}}}title") or "", root.findtext(f"{{{_SVG}}}desc") or ""


def size(svg: str) -> tuple[float, float]:
    """Read the width and height of a drawing, in CSS pixels; zeros where it does not say both as plain numbers.

    >>> size('<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80.5"/>')
    (320.0, 80.5)
    """
    found = re.match(r'<svg\b[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"', svg)
    return (float(found.group(1)), float(found.group(2))) if found else (0.0, 0.0)


def _element(node: etree._Element, prefix: str, *, outermost: bool = False) -> str:
    name = etree.QName(node).localname
    attributes = "".join(
        f' {key}="{escape(value)}"' for key, value in _attributes(node, prefix) if key in _ATTRIBUTES and value
    )
    start = f'<{name} xmlns="{_SVG}"{attributes}' if outermost else f"<{name}{attributes}"
    inside = escape(node.text or "", quote=False) + "".join(_child(child, prefix) for child in node)
    return f"{start}>{inside}</{name}>" if inside else f"{start}/>"


def _child(child: etree._Element, prefix: str) -> str:
    tail = escape(child.tail or "", quote=False)
    space, _, name = str(child.tag).rpartition("}")
    known = space == f"{{{_SVG}" and name in _ELEMENTS
    return (_element(child, prefix) if known else "") + tail


def _attributes(node: etree._Element, prefix: str) -> list[tuple[str, str]]:
    """List a node's attributes with ids and pointers under `prefix`; a pointer that leads outside becomes empty."""
    found = []
    for raw, value in node.attrib.items():
        key = str(raw).replace(f"{{{_XLINK}}}href", "href").replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
        text = str(value)
        if key == "id":
            text = f"{prefix}-{text}"
        elif key in _REFERS:
            text = " ".join(f"{prefix}-{name}" for name in text.split())
        elif key == "href":
            text = text if re.fullmatch(r"#[\w.-]+", text, re.ASCII) else ""
        elif "url" in text.lower() or "\\" in text:
            inside = _INSIDE.fullmatch(text)
            text = f"url(#{prefix}-{inside.group(1)})" if inside else ""
        found.append((key, text))
    return found
