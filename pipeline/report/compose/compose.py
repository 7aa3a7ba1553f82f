"""The parts in their order: chapters, references numbered as they are first cited, own texts at the head of a part."""

from collections.abc import Callable, Mapping
from itertools import groupby

import msgspec

from pipeline.report import own, words
from pipeline.report.compose import around, checklists, front, methods, records, results, searches, syntheses, waiting
from pipeline.report.compose.citing import Citing
from pipeline.report.compose.companions import companions
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review
from pipeline.report.document import Document, Section
from pipeline.report.settings import Part

Build = Callable[[Review, Context], Said]

_BUILDERS: Mapping[Part, Build] = {
    "summary": around.summary,
    "new": around.new,
    "living": around.living,
    "question": methods.question,
    "searches": searches.build,
    "selection": methods.selection,
    "collection": methods.collection,
    "analysis": syntheses.methods,
    "flow": results.flow,
    "studies": results.studies,
    "outcomes": results.outcomes,
    "synthesis": syntheses.found,
    "bias": results.bias,
    "discrepancies": results.discrepancies,
    "excluded": results.excluded,
    "awaiting": waiting.awaiting,
    "checklists": checklists.build,
    "records": records.build,
    "provenance": around.provenance,
}
# Neighbouring parts of one chapter stand together under its name.
_CHAPTERS: Mapping[Part, str] = {
    **dict.fromkeys(("question", "living", "searches", "selection", "collection", "analysis"), "methods"),
    **dict.fromkeys(
        ("flow", "studies", "outcomes", "synthesis", "bias", "discrepancies", "excluded", "awaiting"), "results"
    ),
    **dict.fromkeys(("registration", "support", "interests", "availability"), "other"),
}


def compose(review: Review) -> Document:
    """Compose the report of a review.

    Raises:
        ProtocolError: the citation style cannot be used.
    """
    settings = review.settings
    chosen = words.choose(settings.language, settings.words)
    citing = Citing(review.citations, cites="references" in settings.parts)
    context = Context(citing, chosen, most_rows=settings.list_rows)
    made = {part: section for part in settings.parts if (section := _part(part, review, context)) is not None}
    if "references" in made:
        listed = citing.references(review.style or settings.citation_style, settings.language)
        made["references"] = msgspec.structs.replace(made["references"], blocks=(listed,))
    document = Document(
        title=review.title,
        series=settings.series,
        edition=front.edition(review),
        dated=review.dated,
        language=settings.language,
        words=chosen,
        authors=front.authors(review),
        logo=front.logo(review),
        banners=front.banners(review),
        status=front.status(review),
        sections=_chapters(made, chosen),
        paper=settings.paper,
        most_rows=settings.list_rows,
    )
    return msgspec.structs.replace(document, companions=companions(review, document))


def _part(part: Part, review: Review, context: Context) -> Section | None:
    """Build one part: its own text first, then what the program says."""
    text = review.texts.get(part, "")
    if not text and part not in _BUILDERS and part != "references":
        return None
    own_text = own.read(text, part=part, find=context.citing.find)
    said = _BUILDERS[part](review, context) if part in _BUILDERS else Said()
    return Section(
        id=part,
        title=context.words[part],
        own=own_text.own,
        blocks=said.blocks,
        sections=(*own_text.sections, *said.sections),
    )


def _chapters(made: Mapping[Part, Section], chosen: Mapping[str, str]) -> tuple[Section, ...]:
    """Put neighbouring parts of one chapter under its heading."""
    found: list[Section] = []
    names: set[str] = set()
    for chapter, group in groupby(made.items(), key=lambda item: _CHAPTERS.get(item[0], "")):
        sections = tuple(section for _, section in group)
        if not chapter or chapter in names:
            found.extend(sections)
        else:
            names.add(chapter)
            found.append(Section(id=chapter, title=chosen[chapter], sections=sections))
    return tuple(found)
