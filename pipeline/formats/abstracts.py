"""An abstract delivered as one text, to its labelled passages."""

import re

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
_LABEL = re.compile(rf"({_CAPITALS}|(?i:{_LABELS}))(?: ?: |:(?=[A-Z]))")
_SENTENCE_END = re.compile(r"[.?!)\]\"”;%] |[.?!)\]](?=[A-Z])|\n")


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
        folded = " ".join(text.split())
        return (Passage(text=folded),) if folded else ()
    parts = []
    label, begin = found.group(1), found.end()
    for end in _SENTENCE_END.finditer(text, begin):
        if end.start() >= begin and (following := _LABEL.match(text, end.end())):
            parts.append((label, text[begin : end.start() + 1]))
            label, begin = following.group(1), following.end()
    parts.append((label, text[begin:]))
    read = [Passage(text=" ".join(passage.split()), label=label_of(said)) for said, passage in parts]
    return tuple(passage for passage in read if passage.text or passage.label)


def label_of(text: str) -> str:
    """Return a passage's label, which is empty if the abstract prints none: databases then write a filler."""
    return "" if text.casefold() in _FILLERS else " ".join(text.split())


_FILLERS = frozenset({"unlabelled", "unlabeled", "abstract"})


def joined(abstract: tuple[Passage, ...]) -> str:
    """Join an abstract into one line, each passage after its label."""
    return " ".join(f"{p.label}: {p.text}" if p.label else p.text for p in abstract)
