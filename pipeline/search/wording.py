"""Rules about the wording of a query: what is misread by people, and what a search misses without a sound."""

import re
from collections.abc import Iterator, Sequence

from pipeline.search import foreign, groups
from pipeline.search.form import Found
from pipeline.search.replies import shown
from pipeline.search.syntax import OPERATORS, Query, Span, Term
from pipeline.search.variants import acronyms, forms, spellings, variants
from pipeline.search.vocabulary import UNLISTED, tag_key

_NUMERIC = re.compile(r"[\d\s:/,.-]+")
# Typographic quotation marks; an apostrophe inside a word is none.
_SMART = re.compile("[\u201c\u201d\u201e\u00ab\u00bb]|(?<!\\w)[\u2018\u2019]|[\u2018\u2019](?!\\w)")


def lower_case_operator(query: Query) -> Iterator[Found]:
    """Find operators in lower case, which are words to PubMed."""
    for term in query.terms():
        if term.quoted or not groups.in_text(term):
            continue
        words = list(re.finditer(r"\S+", query.text[term.span.start : term.span.end]))
        for place, word in enumerate(words):
            upper = word.group().upper()
            inside = 0 < place < len(words) - 1
            if upper not in OPERATORS or (upper != "OR" and term.tag and inside):
                continue
            span = Span(term.span.start + word.start(), term.span.start + word.end())
            what = f"{word.group()!r} in lower case is a word to look up, or to pass over, and no operator."
            yield Found(span, what, f"{upper}; or quotes round the phrase, if it belongs to one.")


def operator_in_quotes(query: Query) -> Iterator[Found]:
    """Find operators inside quotes, which are words of the phrase."""
    for term in query.terms():
        if term.quoted and (inside := next((word for word in term.words if word in OPERATORS), "")):
            what = f"{inside} stands inside quotes, where it is a word of the phrase and no operator."
            parts = re.split(rf"\s+{inside}\s+", term.text)
            yield Found(term.span, what, "(" + f" {inside} ".join(_quoted(part.strip(" ,;.")) for part in parts) + ")")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def mixed_operators(query: Query) -> Iterator[Found]:
    """Find AND, OR and NOT side by side without parentheses."""
    for chain in query.chains():
        kinds = {operator.word for operator in chain.operators}
        if "OR" not in kinds or len(kinds) == 1:
            continue
        second = next(operator for operator in chain.operators if operator.word != chain.operators[0].word)
        reading = query.text[chain.operands[0].whole.start : chain.operands[0].whole.end]
        for place, (operator, operand) in enumerate(zip(chain.operators, chain.operands[1:], strict=True)):
            part = query.text[operand.whole.start : operand.whole.end]
            reading = f"{reading} {operator.word} {part}"
            if place < len(chain.operators) - 1 and chain.operators[place + 1].word != operator.word:
                reading = f"({reading})"
        joined = " and ".join(sorted(kinds))
        blank = " (a blank means AND)" if any(operator.implied for operator in chain.operators) else ""
        span = second.span if second.span.end > second.span.start else Span(second.span.start, second.span.start + 1)
        what = f"{joined} stand side by side{blank}; PubMed goes strictly from left to right: {shown(reading)}."
        yield Found(span, what, "Set parentheses that say what is meant.")


def smart_quotes(query: Query) -> Iterator[Found]:
    """Find typographic quotation marks, which word processors put in."""
    for found in _SMART.finditer(query.text):
        straight = "'" if found.group() in "\u2018\u2019" else '"'
        what = f"{found.group()} is a typographic quotation mark; PubMed knows the straight one."
        yield Found(Span(*found.span()), what, straight)


def untagged_phrase(query: Query) -> Iterator[Found]:
    """Find phrases without a tag, of which PubMed may make something else."""
    for term in query.terms():
        plain = _NUMERIC.fullmatch(term.text) or any(word.upper() in OPERATORS for word in term.words)
        if term.tag or plain or len(term.words) < 2 or foreign.match(term.text):  # noqa: PLR2004 - a phrase
            continue
        if term.quoted:
            what = f'"{term.text}" has no tag: where PubMed\'s index lacks the phrase, it drops the quotes.'
        else:
            what = f"{term.text!r} has no tag and no quotes: PubMed maps it as it likes, or looks up word by word."
        yield Found(term.span, what, f'"{term.text.strip(" ,;.")}"[tiab]')


def missing_variant(query: Query) -> Iterator[Found]:
    """Find terms whose plural or other spelling is not searched beside them."""
    for group in groups.alternatives(query):
        told: set[tuple[str, ...]] = set()
        for term in group:
            words = groups.plain_words(term)
            if words is None or not _looked_up_as_written(term):
                continue
            others = [(*words[:place], other, *words[place + 1 :]) for place, other in variants(words)]
            missed = [other for other in others if not any(groups.covers(sibling, other, term) for sibling in group)]
            if not missed or tuple(missed[0]) in told:
                continue
            told.update((tuple(words), *map(tuple, missed)))
            named = ", ".join(" ".join(other) for other in missed)
            yield Found(
                term.whole,
                f"{' '.join(words)!r} is searched in this form only; not in: {named}.",
                _all_forms(term, words),
            )


def _looked_up_as_written(term: Term) -> bool:
    """Say whether PubMed takes a term literally: it maps only what has neither tag nor quotes."""
    near = term.tag is not None and term.tag.near is not None
    prose = any(word in OPERATORS for word in term.words)
    return (term.quoted or term.tag is not None) and groups.in_text(term) and not (near or prose)


def _all_forms(term: Term, words: Sequence[str]) -> str:
    """Write a term in the fewest forms that cover its variants."""
    lists: list[list[str]] = [[]]
    for place, word in enumerate(words):
        options = forms(word) if place == len(words) - 1 else spellings(word)
        lists = [[*before, option] for before in lists for option in options]
    tag = f"[{term.tag.text}]" if term.tag else ""
    together = [" ".join(parts) for parts in lists]
    written = [
        f'"{text}"{tag}' if " " in text or (term.quoted and "*" not in text) else f"{text}{tag}" for text in together
    ]
    return written[0] if len(written) == 1 else f"({' OR '.join(written)})"


def missing_acronym(query: Query) -> Iterator[Found]:
    """Find phrases whose abbreviation is searched nowhere in the query."""
    there = {word.casefold().strip("*,;.") for term in query.terms() for word in term.words if groups.in_text(term)}
    told: set[tuple[str, ...]] = set()
    for term in query.terms():
        words = groups.plain_words(term)
        short = acronyms(words) if words and groups.in_text(term) else ()
        if not short or short in told or there & {form.casefold() for form in short}:
            continue
        told.add(short)
        tag = f"[{term.tag.text}]" if term.tag else ""
        what = f"{' '.join(words or ())!r} is often written {short[0]}, which is not searched."
        yield Found(term.whole, what, " OR ".join(f"{form}{tag}" for form in short))


def duplicate_term(query: Query) -> Iterator[Found]:
    """Find terms that stand twice among the same alternatives."""
    for group in groups.alternatives(query):
        seen: set[tuple[str, bool, str]] = set()
        for term in group:
            tag = term.tag.field.tag if term.tag and term.tag.field else term.tag.text if term.tag else ""
            key = (term.text.casefold(), term.quoted, f"{tag}{term.tag.near if term.tag else ''}")
            if key in seen:
                yield Found(term.whole, f"{term.text!r} stands among the same alternatives before.", "Delete it.")
            seen.add(key)


def unlisted_tag(query: Query) -> Iterator[Found]:
    """Find tags that work, but that the user guide does not list."""
    for term in query.terms():
        if term.tag and term.tag.field and tag_key(term.tag.text.partition(":")[0]) in UNLISTED:
            what = f"[{term.tag.text}] is a name of the index that PubMed's user guide does not list."
            yield Found(term.tag.span, what, "" if term.tag.field.tag in UNLISTED else f"[{term.tag.field.tag}]")


def hyphenated_phrase(query: Query) -> Iterator[Found]:
    """Find tagged phrases with a hyphen, which find nothing if the phrase index lacks them."""
    for term in query.terms():
        tag = term.tag
        if tag is None or tag.field is None or tag.field.tag not in {"ti", "tiab"} or tag.near is not None:
            continue
        if term.quoted and len(term.words) > 1 and "-" in term.text and "*" not in term.text:
            what = f'"{term.text}" has a hyphen: if PubMed\'s index lacks the phrase, nothing is found at all.'
            yield Found(term.whole, what, f'"{term.text}"[{tag.text}:~0]')


def stray_punctuation(query: Query) -> Iterator[Found]:
    """Find terms that end with the punctuation of a sentence."""
    for term in query.terms():
        plain = _NUMERIC.fullmatch(term.text) or foreign.match(term.text)
        if term.text[-1:] in {",", ";", "."} and len(term.text) > 1 and not plain:
            what = f"{term.text!r} ends with punctuation of a sentence."
            yield Found(term.span, what, f'"{term.text.rstrip(",;.")}"' if term.quoted else term.text.rstrip(",;."))
