"""Text made comparable: letters without case and diacritics, titles as words, the marks that tell titles apart.

What is made here is compared and never printed.
"""

import html
import re
import unicodedata

# Letters that Unicode does not decompose. Source: Unicode 15.1, chapter 7 (Latin letters without decomposition).
_LATIN = {
    "ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d",
    "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "\u0131": "i", "ħ": "h", "ŋ": "n", "µ": "mu",
}  # fmt: skip
# Greek letters by their Unicode names, which the exports of the field write out ("alpha").
_GREEK = {
    chr(code): unicodedata.name(chr(code)).rsplit(" ", 1)[1].lower().replace("lamda", "lambda")
    for code in (*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA))
}
_LETTERS = str.maketrans(_LATIN | _GREEK)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_APOSTROPHES = str.maketrans(dict.fromkeys("'`\u2019\u2018\u02bc\u02b9\u00b4", ""))
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return `text` in lower case, without diacritics, markup and apostrophes; Greek letters by name.

    >>> fold("Čwikła’s β-<i>Cell</i> &amp; Öberg")
    'cwiklas beta-cell & oberg'
    """
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    text = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).translate(_LETTERS)).translate(_LETTERS)
    return "".join(char for char in text if not unicodedata.combining(char)).casefold()


def words(text: str) -> list[str]:
    """Split folded text into its words: runs of letters and digits of any script.

    >>> words(fold("Non-functional tumours: (177)Lu"))
    ['non', 'functional', 'tumours', '177', 'lu']
    """
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


# A title's annotations: what databases add in brackets and the document does not carry.
# Source: Ovid and PubMed display of titles; CENTRAL and DARE ("Provisional abstract", "Structured abstract").
_LANGUAGES = (
    "english|french|german|spanish|italian|portuguese|russian|chinese|japanese|korean|polish|dutch|danish|swedish|"
    "norwegian|finnish|hungarian|czech|slovak|serbian|croatian|bulgarian|romanian|turkish|hebrew|arabic|persian|"
    "ukrainian|greek|multilingual"
)
_ANNOTATION = re.compile(
    rf"[\s.]*[\[(]\s*(?:(?:{_LANGUAGES})(?:[,;/\s]+(?:and\s+)?(?:{_LANGUAGES}))*|review(?:\W.*)?|\d+\s+refs?|"
    r".*\bref\w*\.?|multiple\s+letters?|\d{1,2}(?=\s*\])|"
    r"(?:published\s+|author'?s?\s+)?(?:erratum|errata|corrigend\w+|correction|retraction|republished|reprint|summary)\s+.*|"
    r"see\s+comments?.*|comments?(?:\s+.*)?|corrected|(?:provisional|structured|meeting|conference)?\s*abstract\b.*|"
    r"letter|editorial|article|original\s+article|proceedings?|in\s+process\s+citation)\s*[\])][\s.]*$",
    re.IGNORECASE,
)
# What a notice adds to the title of the document that it is about; see sorts.NOTICES.
_NOTICE_HEAD = re.compile(
    r"^\W*(?:(?:published|authors?'?|publishers?'?|invited|editorial|the)\s+)*"
    r"(?:(?:erratum|errata|corrigend(?:um|a)|corrections?|retraction(?: notice)?|comments?|commentary|reply|response)"
    r"(?:\s+(?:to|for|in|on|from|by)\b)?\s*[:\u2013\u2014\"\u201c'-]\W*"
    r"|(?:erratum|corrigendum|correction|retraction|comments?|commentary|reply|response)\s+(?:to|for|on)\s+|re\s*:\s*)",
    re.IGNORECASE,
)
_NOTICE_TAIL = re.compile(
    r"\s*[-\u2013\u2014:.]\s*(?:the )?(?:authors?'? )?(?:reply|response|comment|commentary|erratum|corrigendum)\W*$",
    re.IGNORECASE,
)
_WHOLE_BRACKET = re.compile(r"^\W*\[(.+)\][\s.]*$")
_TAIL_BRACKET = re.compile(r"^(.{12,}?)[\s.]*\[([^\[\]]{12,})\][\s.]*$")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "i": "1", "ii": "2", "iii": "3", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
}  # fmt: skip
_DIGITS = re.compile(r"\d+")


_LONGEST = 1000  # letters of a title; what is longer is an abstract in the wrong field


def titled(text: str, *, is_notice: bool = False) -> tuple[str, str]:
    """Return a title's words and those of the second title in brackets at its end (empty if there is none).

    Words are folded, joined by single spaces; numbers are digits; British and American spellings are one; what
    databases add in brackets is left out, and of a notice what makes it one ("Erratum:").

    >>> titled("[Treatment of tumours, part II]. [Chinese]")
    ('treatment of tumors part 2', '')
    >>> titled("Working in the digitized economy. [O trabalho na economia digital]")
    ('working in the digitized economy', 'o trabalho na economia digital')
    """
    second = ""
    text = text[:_LONGEST]
    if is_notice:
        if reference := cited(text):
            text = text[: text.rindex(reference) - 1]
        elif text.count("(") > text.count(")"):
            text = text[: _unclosed(text)]
        text = _NOTICE_TAIL.sub("", _NOTICE_HEAD.sub("", text)) or text
    if "[" in text or "(" in text:
        shorter = _ANNOTATION.sub("", text)
        while shorter != text:
            text, shorter = shorter, _ANNOTATION.sub("", shorter)
        if whole := _WHOLE_BRACKET.match(text):
            text = whole.group(1)
        elif tail := _TAIL_BRACKET.match(text):
            text, second = tail.group(1), _canonical(tail.group(2))
    return _canonical(text), second


_REFERENCE = re.compile(r"vol\.? \w+,? (?:pg?|art)\b|(?:\b|\()(?:19|20)\d\d\)?[:;,]?\s+\d", re.IGNORECASE)


def cited(title: str) -> str:
    """Return the reference to another document that stands in brackets at the end of a title, without the brackets.

    >>> cited("A trial (vol 142, pg 310, 2003)"), cited("A trial (New Journal (2009) 360 (542-544))"), cited("A (b)")
    ('vol 142, pg 310, 2003', 'New Journal (2009) 360 (542-544)', '')
    """
    text = title.rstrip(" .")
    if not text.endswith(")"):
        return ""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            inside = text[at + 1 : -1]
            return inside if _REFERENCE.search(inside) else ""
    return ""


def _unclosed(text: str) -> int:
    """Find the first bracket that is never closed: a reference that a field was too short for."""
    waiting: list[int] = []
    for at, char in enumerate(text):
        if char == "(":
            waiting.append(at)
        elif char == ")" and waiting:
            waiting.pop()
    return waiting[0] if waiting else len(text)


def _canonical(text: str) -> str:
    folded = fold(text)
    if "." in folded:
        folded = _DOTTED.sub(lambda found: found.group().replace(".", ""), folded)
    found = [_NUMBERS.get(word, word) for word in words(folded)]
    return american(" ".join(found))


def american(text: str) -> str:
    """Write folded text in one spelling: without "ae", "oe", "our" and "ise".

    >>> american("haemorrhage of the oesophagus randomised tumour")
    'hemorrhage of the esophagus randomized tumor'
    """
    return (
        text.replace("ae", "e")
        .replace("oe", "e")
        .replace("our", "or")
        .replace("isation", "ization")
        .replace("ised", "ized")
    )


def marks(title: str) -> str:
    """Return the numbers in a title in their order: what tells parts, phases, types and doses apart.

    >>> marks("cin 2 3 in women aged 20 29")
    '2 3 20 29'
    """
    return " ".join(_DIGITS.findall(title))
