"""DOI, PMID, PMCID, ISSN, ISBN and register numbers: the canonical form of each, and keys for comparing them.

A canonical form is what is stored and printed. A key is what is compared; it is never printed.
Text that is not a valid identifier gives the empty string: callers keep the published text themselves.
"""

import re
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_PMID = re.compile(r"\s*(?:(?:PMID|PUBMED|MEDLINE)\s*[: -]?\s*)?0*([1-9]\d{0,8})(?:\.0)?\s*", re.IGNORECASE | re.ASCII)
_PMCID = re.compile(r"PMC[ :]?0*([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)
_ISSN = re.compile(r"(?<![\d-])(\d{4})-?(\d{3}[\dXx])(?![\d-])", re.ASCII)
_ISBN = re.compile(r"(?<!\d)(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?!\d)", re.ASCII)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_ISSN_DIGITS = 8
_ISBN10_DIGITS = 10
_ISBN13_DIGITS = 13

# Register number, as the register itself prints it. Source: WHO ICTRP, list of primary registries and
# ClinicalTrials.gov, https://www.who.int/tools/clinical-trials-registry-platform/network/primary-registries
REGISTRATIONS: tuple[tuple[str, str, str], ...] = (
    ("ClinicalTrials.gov", r"\bNCT[ :-]?0*(\d{1,8})\b", "NCT{:0>8}"),
    ("ISRCTN", r"\bISRCTN[ :-]?(\d{8})\b", "ISRCTN{}"),
    ("EudraCT", r"\b(?:EUCTR|EudraCT)[ :#-]*(?:no\.?|number)?[ :]*(\d{4}-\d{6}-\d{2})\b", "EUCTR{}"),
    ("ANZCTR", r"\bACTRN[ :-]?(\d{14})p?\b", "ACTRN{}"),
    ("ChiCTR", r"\bChiCTR[ :-]?((?:[A-Z]{2,5}-?)?\d{8,10})\b", "ChiCTR{}"),
    ("CTRI", r"\bCTRI[ :/]?(\d{4}/\d{2,3}/\d{6})\b", "CTRI/{}"),
    ("DRKS", r"\bDRKS[ :-]?(\d{8})\b", "DRKS{}"),
    ("jRCT", r"\bjRCTs?[ :-]?(\d{9,10})\b", "jRCT{}"),
    ("JPRN", r"\b(?:JPRN-?)?UMIN[ :-]?(\d{9})\b", "UMIN{}"),
    ("IRCT", r"\bIRCT[ :-]?(\d{8,14}N\d{1,3})\b", "IRCT{}"),
    ("PACTR", r"\bPACTR[ :-]?(\d{15,16})\b", "PACTR{}"),
    ("KCT", r"\bKCT[ :-]?(\d{7})\b", "KCT{}"),
    ("TCTR", r"\bTCTR[ :-]?(\d{11})\b", "TCTR{}"),
    ("RBR", r"\bRBR-?([0-9a-z]{6,8})\b", "RBR-{}"),
    ("SLCTR", r"\bSLCTR[ :/]?(\d{4}/\d{3})\b", "SLCTR/{}"),
    ("NTR", r"\b(?:NTR|NL-OMON)[ :-]?(\d{2,6})\b", "NTR{}"),
    ("PROSPERO", r"\bCRD[ :-]?(42\d{9})\b", "CRD{}"),
)
_REGISTRATIONS = tuple((re.compile(pattern, re.IGNORECASE | re.ASCII), form) for _, pattern, form in REGISTRATIONS)


def doi(text: str) -> str:
    """Find the DOI in `text` and return it bare: no resolver, no label, no percent-escapes, no closing punctuation.

    The letter case is kept, since publishers print it; compare with `doi_key`.
    Source: DOI Handbook, sections 2.2 and 2.6, https://doi.org/10.1000/182; Crossref, "DOIs and matching regular
    expressions", 2015.

    >>> doi("https://dx.doi.org/10.1016%2FS1470-2045(13)70362-0.")
    '10.1016/S1470-2045(13)70362-0'
    >>> doi("doi: 10.1000/1.23")
    '10.1000/1.23'
    >>> doi("no identifier here")
    ''
    """
    if "10." not in text:
        return ""
    if "%" in text:
        text = unquote(text)
    found = _DOI.search(text)
    return _without_tail(found.group()) if found else ""


def _without_tail(text: str) -> str:
    """Drop punctuation of the sentence round a DOI; a closing bracket stays if it was opened inside."""
    while text:
        last = text[-1]
        closes_unopened = last in _CLOSING and text.count(last) > text.count(_CLOSING[last])
        if last in ".,;:'\"!?”’" or closes_unopened:
            text = text[:-1]
        else:
            break
    return text


def doi_key(value: str) -> str:
    """Return what two DOIs are compared by: DOIs ignore the case of ASCII letters, and nothing else.

    >>> doi_key("10.1000/ABC") == doi_key("10.1000/abc")
    True
    >>> doi_key("10.1000/1.23") == doi_key("10.1000/12.3")
    False
    """
    return doi(value).lower()


def pmid(text: str) -> str:
    """Return the PubMed id in `text` without leading zeros; a label in front is allowed.

    >>> pmid("PMID: 00123456"), pmid("PUBMED 21314913"), pmid("PMC123456"), pmid("0")
    ('123456', '21314913', '', '')
    """
    found = _PMID.fullmatch(text)
    return found.group(1) if found else ""


def pmcid(text: str) -> str:
    """Return the PubMed Central id in `text` as `PMC` and digits, without a version.

    >>> pmcid("pmc 5613107.1"), pmcid("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5613107/"), pmcid("5613107")
    ('PMC5613107', 'PMC5613107', '')
    """
    found = _PMCID.search(text)
    return f"PMC{found.group(1)}" if found else ""


def issn(text: str) -> tuple[str, ...]:
    """List the ISSNs in `text` as `1234-567X`, in their order, each once; a wrong check digit is left out.

    Source: ISO 3297:2022, modulus 11 check digit.

    >>> issn("0957-9672 (Print) 09579672; 1474-547X"), issn("1234-5678")
    (('0957-9672', '1474-547X'), ())
    """
    valid = [f"{a}-{b.upper()}" for a, b in _ISSN.findall(text) if _issn_sum(a + b.upper())]
    return tuple(dict.fromkeys(valid))


def _issn_sum(digits: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * weight for value, weight in zip(values, range(_ISSN_DIGITS, 0, -1), strict=True)) % 11 == 0


def isbn(text: str) -> tuple[str, ...]:
    """List the ISBNs in `text` as 13 digits, in their order, each once; a wrong check digit is left out.

    Source: ISO 2108:2017, annex on check digits.

    >>> isbn("ISBN 0-306-40615-2 (hardback)"), isbn("978-0-306-40615-7")
    (('9780306406157',), ('9780306406157',))
    """
    found = []
    for match in _ISBN.findall(text):
        digits = re.sub(r"[- ]", "", match).upper()
        if len(digits) == _ISBN10_DIGITS and _isbn10_sum(digits):
            digits = "978" + digits[:9]
            found.append(digits + _isbn13_check(digits))
        elif len(digits) == _ISBN13_DIGITS and digits[12] == _isbn13_check(digits[:12]):
            found.append(digits)
    return tuple(dict.fromkeys(found))


def _isbn10_sum(digits: str) -> bool:
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * weight for value, weight in zip(values, range(_ISBN10_DIGITS, 0, -1), strict=True)) % 11 == 0


def _isbn13_check(digits: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)


def registrations(text: str) -> tuple[str, ...]:
    """List the trial and review register numbers in `text`, in the spelling of their register, each once, sorted.

    >>> registrations("Trial NCT 2878473 and ISRCTN12345678; PROSPERO CRD42020123456")
    ('CRD42020123456', 'ISRCTN12345678', 'NCT02878473')
    """
    found = {form.format(match.upper()) for pattern, form in _REGISTRATIONS for match in pattern.findall(text)}
    return tuple(sorted(found))
