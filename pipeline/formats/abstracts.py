"""An abstract delivered as one text, to its labelled passages."""

import re

from pipeline.formats.text import folded
from pipeline.records.record import Passage

# Labels that databases print in lower case too. Source: NLM, "Structured Abstracts", labels mapped to the five
# categories, https://lhncbc.nlm.nih.gov/structured-abstracts.html; the most frequent ones.
_LABELS = (
    "aims?|abstract|background|background and (?:aims?|objectives?|purpose)|case (?:presentation|report)|conclusions?|"
    "context|data sources|design|discussion|evidence acquisition|evidence synthesis|findings|funding|importance|"
    "interpretation|interventions?|introduction|(?:materials?|patients|subjects) and methods|materials? & methods|"
    "main outcome measures?|main results|measurements|methodology|methods?|methods and (?:findings|results)|"
    "objectives?|outcomes?|participants|patients|principal findings|purpose|rationale|registration|results?|"
    "results and conclusions?|search methods|selection criteria|setting|significance|statement of significance|"
    "study design|study selection|summary|trial registration|unlabelled"
)
_CAPITALS = r"[A-Z][A-Z0-9 &/,'()+-]{3,80}"
_LABELLED = rf"({_CAPITALS}|(?i:{_LABELS}))(?: ?: |:(?=[A-Z]))"
_LABEL = re.compile(_LABELLED)
# A label after a sentence's end: a closing character and a blank, or before a capital without one, or a line end.
_NEXT_LABEL = re.compile(rf"[.?!)\]\"”;%\n](?:(?<!\n) |(?<=[.?!)\]])(?=[A-Z])|(?<=\n)){_LABELLED}")
_LONGEST = 90  # characters from a sentence's end to the colon after a label


def passages(text: str) -> tuple[Passage, ...]:
    """Part an abstract at its labels if it begins with one; else it is one passage without a label.

    A label is a run of capitals, or one of the labels that journals use, after a sentence's end and before a colon.

    >>> [(p.label, p.text) for p in passages("AIM: To see. METHODS: We looked. RESULTS: Two: one, two.")]
    [('AIM', 'To see.'), ('METHODS', 'We looked.'), ('RESULTS', 'Two: one, two.')]
    >>> passages("We saw. RESULTS: two.")
    (Passage(text='We saw. RESULTS: two.', label=''),)
    """
    found = _LABEL.match(text)
    if found is None:
        whole = folded(text)
        return (Passage(text=whole),) if whole else ()
    parts = []
    label, begin = found.group(1), found.end()
    colon = text.find(":", begin)
    while colon >= 0:
        if following := _NEXT_LABEL.search(text, max(begin, colon - _LONGEST), colon + len(":X")):
            parts.append((label, text[begin : following.start() + 1]))
            label, begin = following.group(1), following.end()
        colon = text.find(":", colon + 1)
    parts.append((label, text[begin:]))
    read = [Passage(text=folded(passage), label=label_of(said)) for said, passage in parts]
    return tuple(passage for passage in read if passage.text or passage.label)


def label_of(text: str) -> str:
    """Return a passage's label, which is empty if the abstract prints none: databases then write a filler."""
    return "" if text.casefold() in _FILLERS else " ".join(text.split())


_FILLERS = frozenset({"unlabelled", "unlabeled", "abstract"})


def joined(abstract: tuple[Passage, ...]) -> str:
    """Join an abstract into one line, each passage after its label."""
    return " ".join(f"{p.label}: {p.text}" if p.label else p.text for p in abstract)
