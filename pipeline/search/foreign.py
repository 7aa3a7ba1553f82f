"""Lines of other databases' search syntax, which PubMed would read as words.

Source: the search guides of the platforms: Ovid (Advanced Search field labels, adj), Embase.com (field codes, /exp),
Web of Science (field tags, NEAR/), Scopus (TITLE-ABS-KEY, W/, PRE/), EBSCOhost (MH, N, W), the Cochrane Library
(MeSH descriptor, NEXT, NEAR/).
"""

import re
from collections.abc import Iterator

from pipeline.search.syntax import Span

# Where it comes from, how it looks, what PubMed has instead.
_FORMS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (platform, re.compile(pattern), instead)
    for platform, pattern, instead in (
        ("Ovid", r"\bexp\s+\w[\w ,-]*/", '"..."[mh], which explodes by itself'),
        (
            "Ovid",
            r"(?<=[\w)\"*])\.(?:ti|ab|kw|kf|tw|mp|hw|pt|sh|nm|ot|jw|af|rn)(?:,\w\w)*\.",
            "a tag behind each term: [tiab]",
        ),
        ("Ovid", r"\b(?:adj|ADJ)\d{0,2}\b", '"..."[tiab:~N]'),
        ("Ovid", r"\b(?:or|and)/\d+(?:-\d+|(?:,\d+)+)", "the lines themselves, in parentheses"),
        ("Ovid", r"(?<![\w/])[A-Z][a-z]+(?: [A-Z]?[a-z]+)*/(?=\s|$|\))", '"..."[mh:noexp]'),
        ("Embase.com", r"'[^']+'/(?:exp|de|mj)(?:/mj)?", '"..."[mh]'),
        ("Embase.com or the Cochrane Library", r":(?:ti|ab|kw)(?:,(?:ti|ab|kw))*\b", "a tag behind each term: [tiab]"),
        ("Embase.com", r"\[(?:embase|medline|humans|english|article|conference[^\]]*)\]/lim", "a limit of its own"),
        ("the Cochrane Library", r"\bMeSH descriptor:", '"..."[mh]'),
        ("Web of Science, Embase.com or the Cochrane Library", r"\b(?:NEAR|NEXT)/\d+", '"..."[tiab:~N]'),
        ("Web of Science", r"\b(?:TS|TI|AB|AK|KP|SU|PY|DT|LA)\s*=", "a tag behind each term: [tiab]"),
        ("Scopus", r"\b(?:TITLE-ABS-KEY|TITLE-ABS|INDEXTERMS|AUTHKEY)\s*\(", "a tag behind each term: [tiab]"),
        ("Scopus", r"\b(?:W|PRE)/\d+", '"..."[tiab:~N]'),
        ("EBSCOhost", r"\b(?:MH|MM|SU|DE)\s+[\"“(]", '"..."[mh]'),
        ("EBSCOhost", r"(?<=\s)[NW]\d{1,2}(?=\s)", '"..."[tiab:~N]'),
        ("ProQuest", r"\b(?:ti|ab|noft|su),?(?:ti|ab|noft|su)?\(", "a tag behind each term: [tiab]"),
        (
            "other databases (a wildcard)",
            r"\w\?(?=\w)|\w\$(?=\w|\s|$|\)|\])|[a-z]#(?=[a-z])",
            "the words written out, joined by OR",
        ),
    )
)


def find(text: str) -> Iterator[tuple[Span, str, str]]:
    """List what comes from another platform: where, what it is, and what PubMed has instead."""
    taken: list[Span] = []
    for platform, form, instead in _FORMS:
        for found in form.finditer(text):
            span = Span(*found.span())
            if any(span.start < other.end and other.start < span.end for other in taken):
                continue
            taken.append(span)
            yield (
                span,
                f"{found.group().strip()!r} is syntax of {platform}, and words to PubMed.",
                f"In PubMed: {instead}.",
            )


def match(text: str) -> bool:
    """Say whether a text holds anything of another platform."""
    return next(find(text), None) is not None
