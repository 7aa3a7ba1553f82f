"""Notices: short documents about another document, which carry its title and are not it."""

import re

# Kind of notice: how its title announces it. Source: PubMed publication types "Published Erratum", "Retraction of
# Publication", "Expression of Concern", "Comment"; Web of Science appends "(vol 142, pg 310, 2003)", Embase the
# reference in brackets.
NOTICES: tuple[tuple[str, str], ...] = (
    (
        "erratum",
        r"^\W*(?:published |authors?'? |publishers?'? )?(?:errat(?:um|a)|corrigend(?:um|a))\b",
    ),
    ("erratum", r"^\W*(?:(?:author|publisher)s?'? )?corrections?\b(?! (?:of|for)\b)"),
    ("erratum", r"[-\u2013\u2014:]\s*(?:erratum|corrigendum|correction)\W*$"),
    ("erratum", r"\(vol\.? \w+,? (?:pg?|art)\.? .*\)\W*$"),
    ("retraction", r"^\W*(?:retract(?:ion|ed)|withdrawn|withdrawal|(?:expression|notice) of (?:concern|retraction))\b"),
    ("reply", r"^\W*(?:the |authors?'? |in )*(?:reply|replies|response)(?: (?:to|from|by)\b|\W*$|\W*[:\u2013\u2014-])"),
    ("reply", r"[-\u2013\u2014:.]\s*(?:the )?(?:authors?'? )?(?:reply|response)\W*$"),
    ("comment", r"^\W*(?:invited |editorial )?(?:comments?|commentary)(?: on\b| to\b|\W*$|:)"),
    ("comment", r"^\W*re\s*:|[-\u2013\u2014:]\s*(?:comment|commentary)\W*$"),
)
_NOTICES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in NOTICES)
_REFERENCE = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\b(?:19|20)\d\d\)?[:;,]?\s+\d+[^()]*(?:\([^()]*\)[^()]*)*\)\W*$")


def notice(title: str) -> str:
    """Name the kind of notice that a title announces; empty if it announces none.

    >>> notice("Erratum: A trial of streptokinase"), notice("A trial of streptokinase - Reply"), notice("A trial")
    ('erratum', 'reply', '')
    """
    for kind, pattern in _NOTICES:
        if pattern.search(title):
            return kind
    return "comment" if title.endswith(")") and _REFERENCE.search(title) else ""
