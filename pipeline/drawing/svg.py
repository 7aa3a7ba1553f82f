"""SVG as text: elements, lines of text, and the picture around them with its title and description.

Ink is `currentColor`, so that a picture follows the page it stands in, dark or light, and is black on its own. Nothing
refers to another file, and nothing needs a style sheet or a script.
"""

import re
from html import escape

FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans', 'Libertinus Serif', sans-serif"

Value = str | float | None

# What XML 1.0 cannot hold. Source: W3C, Extensible Markup Language 1.0 (fifth edition), production 2.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *children: str, **attributes: Value) -> str:
    """Write one element.

    Attributes keep their order; `None` leaves one out, an underscore in a name stands for a hyphen, and a number is
    written with at most two decimals. Children are markup: text goes through `quote` first.

    >>> element("rect", x=1.0, stroke_width=0.5, rx=None)
    '<rect x="1" stroke-width="0.5"/>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{quote(value) if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{''.join(children)}</{tag}>" if children else f"<{tag}{written}/>"


def quote(text: str) -> str:
    """Make a text safe inside markup; a character that XML cannot hold becomes U+FFFD."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def number(value: float) -> str:
    """Write a coordinate with at most two decimals and no trailing zero.

    >>> number(1.0), number(2.346), number(-0.001)
    ('1', '2.35', '0')
    """
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def line(x1: float, y1: float, x2: float, y2: float, **attributes: Value) -> str:
    """Draw a straight line, in the ink of the page unless `stroke` says otherwise."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **{"stroke": "currentColor", **attributes})


def text(x: float, y: float, words: str, **attributes: Value) -> str:
    """Set one line of text with its base line at `y`; `text_anchor` is start, middle or end."""
    return element("text", quote(words), x=x, y=y, **attributes)


def picture(
    name: str, width: float, height: float, *children: str, title: str, description: str, role: str = "img"
) -> str:
    """Wrap elements into a whole picture that screen readers can announce.

    Args:
        name: begins the ids inside, so that several pictures can stand in one page; letters, digits, hyphens.
        width: in pixels of 1/96 inch.
        height: the same.
        children: markup.
        title: what the picture is, in a few words.
        description: what it shows, so that nobody needs to see it.
        role: "group" where the picture holds links, which nobody could reach inside an "img".
    """
    return element(
        "svg",
        element("title", quote(title), id=f"{name}-title"),
        element("desc", quote(description), id=f"{name}-desc"),
        *(f"\n{child}" for child in children),
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role=role,
        aria_labelledby=f"{name}-title {name}-desc",
        font_family=FONTS,
        font_size=12,
        fill="currentColor",
    )
