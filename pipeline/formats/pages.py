"""Page ranges as printed, to the canonical range with the full last page."""

import re

_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]{1,2}\s*")
_APART = re.compile(r"([,;]\s*)")
_PAGE = re.compile(r"([A-Za-z]{0,4}\.?)(\d+)([A-Za-z]?)", re.ASCII)


def expand(text: str) -> str:
    """Write a page range with its full last page; several ranges stand after commas; anything else stays.

    Source: NLM, "Citing Medicine", 2nd ed., ch. 1, Pagination (MEDLINE shortens the last page; this undoes it).

    >>> expand("203-8"), expand("739--748"), expand("e8-e21"), expand("S12-9"), expand("349-69; discussion 70-1")
    ('203-208', '739-748', 'e8-e21', 'S12-S19', '349-369; discussion 70-71')
    >>> expand("e580"), expand("1279--97"), expand("45-45"), expand("12-3A")
    ('e580', '1279-1297', '45', '12-3A')
    """
    if text.isdigit():
        return text
    if "," not in text and ";" not in text:
        return _one(text.strip())
    return "".join(part if part[:1] in ",;" else _one(part) for part in _APART.split(text.strip()))


def _one(text: str) -> str:
    parts = _DASH.split(text)
    if len(parts) != 2:  # noqa: PLR2004 - a first and a last page
        return text
    lead = ""
    first, last = parts
    if " " in first:
        lead, _, first = first.rpartition(" ")
        lead += " "
    if first == last:
        return lead + first
    start, end = _PAGE.fullmatch(first), _PAGE.fullmatch(last)
    if not start or not end:
        return f"{lead}{first}-{last}"
    prefix, digits, suffix = end.groups()
    if not prefix and not suffix and not start[3]:
        if len(digits) < len(start[2]):
            digits = start[2][: len(start[2]) - len(digits)] + digits
        prefix = start[1]
    return f"{lead}{first}" if (prefix, digits, suffix) == start.groups() else f"{lead}{first}-{prefix}{digits}{suffix}"


def join(first: str, last: str) -> str:
    """Join a first and a last page that were delivered apart.

    >>> join("349", "69"), join("349-69", "369"), join("e8", ""), join("", "12")
    ('349-369', '349-369', 'e8', '12')
    """
    first, last = expand(first), expand(last)
    if not first or not last or "-" in first or first == last:
        return first or last
    return expand(f"{first}-{last}")
