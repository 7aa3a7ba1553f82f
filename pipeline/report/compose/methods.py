"""The methods as they were configured and really used, in sentences that could stand in a paper."""

from collections import Counter
from collections.abc import Iterator

from pipeline.extraction.source_tables import reference_tables
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review
from pipeline.report.compose.tables import from_summary
from pipeline.report.compose.wording import counted, listed, sentence, small
from pipeline.report.document import (
    Block,
    Column,
    Content,
    Definition,
    Definitions,
    Fact,
    Paragraph,
    Row,
    Table,
    cell,
)
from pipeline.screening.settings import Reviewer, Stage


def question(review: Review, _: Context) -> Said:
    """State the question and who or what is eligible."""
    blocks: list[Block] = []
    if review.question:
        blocks.append(Paragraph(content=(review.question,)))
    if review.criteria:
        blocks.append(
            Definitions(items=tuple(Definition(term=term, content=(text,)) for term, text in review.criteria))
        )
    if not blocks:
        blocks.append(Paragraph(content=("workflow.yaml states no question.",)))
    return Said(blocks=tuple(blocks))


def selection(review: Review, _: Context) -> Said:
    """Say how duplicates were removed and how records and reports were screened."""
    return Said(
        blocks=(Paragraph(content=_deduplication(review)), *_screening(review)),
    )


_RULES = (
    "Records that describe one document were joined into one citation by rules that compare identifiers, titles, "
    "authors, years, journals and pages, and that state their reason for every pair (outputs/pairs.csv). "
)
_FORMS = "every number carries the document and the place in it where it is stated, and stays as it is printed there."


def _deduplication(review: Review) -> Content:
    found = review.deduplication
    if not review.records:
        return ("Records that describe one document are joined into one citation before screening; none is there yet.",)
    by_person = sum(pair.by != "rule" for pair in found.pairs)
    parts: list[Content] = [
        sentence(
            _RULES,
            counted("records.read", len(review.records), "record"),
            " became ",
            counted("citations", len(found.citations), "citation"),
            ".",
        )
    ]
    if by_person:
        parts.append(
            sentence(
                " ",
                counted("deduplication.by_person", by_person, "pair"),
                " was " if by_person == 1 else " were ",
                "judged by a person.",
            )
        )
    if found.asks:
        waits = "waits" if len(found.asks) == 1 else "wait"
        parts.append(
            sentence(
                " ",
                counted("deduplication.asks", len(found.asks), "doubtful pair"),
                f" {waits} for a person's word and stood apart meanwhile.",
            )
        )
    skipped = sum(each.pairs for each in found.skipped)
    if skipped:
        parts.append(
            sentence(
                " ",
                counted("deduplication.skipped", skipped, "pair"),
                " within groups too large to compare in full; outputs/not_compared.csv lists them.",
            )
        )
    return sentence(*parts)


def _screening(review: Review) -> Iterator[Block]:
    settings = review.screening_settings
    for stage in settings.stages:
        yield Paragraph(content=sentence(f"{_stage(stage, review)} ", _settled(stage, review)))
    told = [_reviewer(name, reviewer) for name, reviewer in settings.reviewers.items() if reviewer.kind != "person"]
    if told:
        yield Paragraph(content=(" ".join(told),))
    reasons = [(stage, reason) for stage in settings.stages for reason in stage.reasons]
    if reasons:
        yield Table(
            id="exclusion-reasons",
            title="Reasons to exclude, in order of priority",
            columns=(Column(label="Reason", heads=True), Column(label="When it applies")),
            rows=tuple(
                Row(cells=(cell(reason.title), cell(reason.definition)), group=stage.title) for stage, reason in reasons
            ),
            notes=(("Where several reasons apply, the first of the list counts.",),),
        )


def _stage(stage: Stage, review: Review) -> str:
    """Say what the protocol asks for at a stage."""
    settings = review.screening_settings
    screeners = {name: settings.reviewers[name] for name in settings.screeners(stage)}
    people = [reviewer.name or name for name, reviewer in screeners.items() if reviewer.kind == "person"]
    what = "reports to be sought and assessed in full text" if stage.reports else "records to be screened"
    if stage.votes == 1:
        how = "by one reviewer"
    elif stage.sample < 1:
        share = f"a sample of {stage.sample:.0%} by {small(stage.votes)} reviewers independently"
        how = f"by one reviewer each, and {share}"
    else:
        how = f"by {small(stage.votes)} reviewers independently"
    who = f" ({listed(people)})" if people else ""
    parts = [f"{stage.title}: the protocol asks for {what} {how}{who}."]
    if stage.assignment == "split":
        parts.append("Citations are split evenly among the reviewers.")
    if stage.pilot:
        parts.append(f"The first {stage.pilot:,} citations are a pilot round that every reviewer decides on.")
    if stage.votes > 1:
        parts.append(f"Disagreements go to {settings.arbiter or 'an arbiter'}.")
    parts.append(f"“Maybe” {_MAYBE[stage.maybe]}.")
    if not stage.reports and stage.other_methods == "skip":
        parts.append("Citations found by other methods go straight to full text.")
    return " ".join(parts)


_MAYBE = {"include": "counts as include", "exclude": "counts as exclude", "conflict": "is settled like a disagreement"}
_BASIS = {
    "agreement": "on agreeing decisions of several reviewers",
    "single": "on the decision of one reviewer",
    "arbiter": "on the arbiter's word",
    "publication": "on a publication's decisions, taken over as published",
}


def _settled(stage: Stage, review: Review) -> Content:
    """Say what the decisions that were really made at a stage rest on."""
    settled = [status for status in review.screening.at(stage.id) if status.is_final]
    if not settled:
        return ("Nothing has been decided at this stage yet.",)
    bases = Counter(str(status.basis) for status in settled)
    parts: list[Content] = []
    for basis, words in _BASIS.items():
        if bases[basis]:
            fact = Fact(name=f"screening.{stage.id}.{basis}", value=bases[basis])
            rest = "rests" if bases[basis] == 1 else "rest"
            parts.append(sentence(", " if parts else "", fact, f" {rest} {words}"))
    decided = counted(f"screening.{stage.id}.decided", len(settled), "citation")
    return sentence("Of ", decided, " decided so far, ", *parts, ".")


def _reviewer(name: str, reviewer: Reviewer) -> str:
    called = reviewer.name or name
    if reviewer.kind == "publication":
        source = f" (source: {reviewer.source})" if reviewer.source else ""
        return f"Decisions under the name “{called}” are those of a publication, taken over as published{source}."
    source = f" ({reviewer.source})" if reviewer.source else ""
    return f"“{called}” is an automation tool{source}; its exclusions are counted apart from those by people."


def collection(review: Review, context: Context) -> Said:
    """Say how data were extracted, and how much of it names where it was read."""
    settings, found = review.extraction_settings, review.extraction
    rows = "Each row of a form holds one number, as its source prints it."
    if settings.extractors:
        who = f"by {small(len(settings.extractors))} people independently ({listed(settings.extractors)})"
        rows = f"The protocol asks for data to be extracted {who}. {rows}"
    content: list[Content] = [(rows,)]
    if found.outcomes:
        named = sum(1 for row in found.outcomes if row.source)
        placed = sum(1 for row in found.outcomes if row.source and row.source_place)
        content.append(
            sentence(
                " Of ",
                counted("extraction.outcomes", len(found.outcomes), "result"),
                ", ",
                Fact(name="extraction.with_source", value=named),
                " name the document in which they were read, and ",
                Fact(name="extraction.with_place", value=placed),
                " the place in it.",
            )
        )
    if found.cells_compared:
        agreed = Fact(name="extraction.cells_agreed", value=found.cells_agreed)
        compared = Fact(name="extraction.cells_compared", value=found.cells_compared)
        content.append(
            sentence(
                " Of ",
                compared,
                " cells that an extractor filled in, in rows that all of them have, ",
                agreed,
                " were equal.",
            )
        )
    if settings.outcomes:
        names = listed([each.name for each in settings.outcomes])
        primary = listed([each.name for each in settings.outcomes if each.primary])
        content.append((f" The outcomes sought are {names}." + (f" Primary: {primary}." if primary else ""),))
    if settings.risk_of_bias:
        tools = listed(settings.risk_of_bias)
        content.append((f" Risk of bias is to be judged by people with {tools}.",))
    terms = tuple(from_summary(table, context) for table in reference_tables(settings))
    return Said(blocks=(Paragraph(content=sentence(*content)), *terms))
