"""What stands around methods and results: summary, what is new, provenance, references, own texts."""

from collections.abc import Iterator

from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.front import identified_in, open_work
from pipeline.report.compose.review import Review
from pipeline.report.compose.syntheses import pooled_analyses
from pipeline.report.compose.wording import counted, listed, name, sentence
from pipeline.report.document import (
    Block,
    Column,
    Content,
    Day,
    Definition,
    Definitions,
    Fact,
    Items,
    Notice,
    Paragraph,
    Row,
    See,
    Styled,
    Table,
    cell,
)


def summary(review: Review, _: Context) -> Said:
    """Say what the review asks, what it holds and what is not finished, in a few sentences."""
    return Said(blocks=tuple(_summary(review)))


def _summary(review: Review) -> Iterator[Block]:
    unfinished = open_work(review)
    if unfinished:
        yield Notice(title="Interim.", content=(f"This review is not finished: {'; '.join(unfinished)}.",))
    if review.question:
        yield Paragraph(content=(Styled(text="Question.", style="strong"), f" {review.question}"))
    yield Paragraph(content=sentence(Styled(text="Searches.", style="strong"), " ", _searched(review)))
    boxes = review.flow.boxes
    studies, reports = ("total_studies", "total_reports") if review.flow.is_update else ("new_studies", "new_reports")
    if studies in boxes:
        so_far = " so far" if unfinished else ""
        content = sentence(
            Styled(text="Included.", style="strong"),
            " ",
            counted(f"flow.{studies}", boxes[studies].n, "study", "studies"),
            " in ",
            counted(f"flow.{reports}", boxes[reports].n, "report"),
            f"{so_far}; ",
            See(target="flow"),
            ".",
        )
        yield Paragraph(content=content)
    found = review.extraction
    if found.outcomes:
        content = sentence(
            Styled(text="Results.", style="strong"),
            " ",
            counted("extraction.outcomes", len(found.outcomes), "result"),
            " of ",
            counted("extraction.studies", len(found.studies), "study", "studies"),
            " stand in the tables, each as its source states it; ",
            See(target="outcomes"),
            ".",
        )
        yield Paragraph(content=content)
    if review.syntheses:
        content = sentence(
            Styled(text="Syntheses.", style="strong"),
            " ",
            Fact(name="synthesis.pooled", value=len(pooled_analyses(review))),
            " of ",
            counted("synthesis.analyses", len(review.syntheses), "analysis", "analyses"),
            " could be pooled; ",
            See(target="synthesis"),
            ".",
        )
        yield Paragraph(content=content)


def _searched(review: Review) -> Content:
    ran = dict.fromkeys(search.strategy.database for search in review.searches if search.runs)
    never = dict.fromkeys(search.strategy.database for search in review.searches if not search.runs)
    identified = identified_in(review.flow)
    parts: list[Content] = []
    if ran and identified is not None:
        day = review.last_search
        records = counted("flow.identified", identified, "record")
        until = sentence(", the last of a database or register on ", Day(value=day)) if day else ()
        parts.append(sentence(f"{listed(list(ran))} gave ", records, until, ". "))
    if never:
        parts.append((f"Not yet run: {listed(list(never))}.",))
    return sentence(*parts) if parts else ("No search has been run yet.",)


def new(review: Review, _: Context) -> Said:
    """Say what changed since the version or run before this one."""
    return Said(blocks=tuple(_new(review)))


def _new(review: Review) -> Iterator[Block]:
    update = review.update
    if update is None:
        yield Paragraph(content=("This is the first version: there is none before it to compare with.",))
        return
    boxes = update.flow.boxes
    facts = [
        sentence(Fact(name=f"new.{name_}", value=boxes[name_].n), f" {words}")
        for name_, words in (
            ("database_results", "records identified from databases"),
            ("register_results", "records identified from registers"),
            ("citations_results", "records identified from citation searching"),
            ("duplicates", "duplicate records among them, or of records known before"),
            ("records_screened", "records screened"),
            ("new_studies", "new studies included"),
            ("new_reports", "reports of new studies included"),
        )
        if name_ in boxes
    ]
    facts += [sentence(Fact(name=f"new.{s.name}", value=s.n), f" {s.label}") for s in update.flow.adjustments]
    nothing = not any(boxes[name_].n for name_ in ("new_studies", "new_reports") if name_ in boxes)
    lead = f"Since {update.since}: no new study was included." if nothing else f"Since {update.since}:"
    yield Paragraph(content=(lead,))
    if facts:
        yield Items(items=tuple(facts))
    included = [
        (name(review.citations[one].record),)
        for one in (boxes["new_reports"].ids or () if "new_reports" in boxes else ())
        if one in review.citations
    ]
    if included:
        yield Paragraph(content=("Newly included:",))
        yield Items(items=tuple(included))
    if update.remarks:
        yield Items(items=tuple((remark,) for remark in update.remarks))


def provenance(review: Review, _: Context) -> Said:
    """Say with what, and from which files, the report was made."""
    items = [
        Definition(term="Program", content=(review.tool or "not recorded",)),
        Definition(
            term="Newest event in the history", content=(Day(value=review.dated) if review.dated else "none yet",)
        ),
        Definition(
            term="Clock",
            content=(
                "No date in this report was taken from a clock when it was made: the same inputs give the same bytes.",
            ),
        ),
    ]
    blocks: list[Block] = [Definitions(items=tuple(items))]
    if review.inputs:
        rows = tuple(
            Row(cells=(cell(path), cell(Styled(text=digest, style="code"))))
            for path, digest in sorted(review.inputs.items())
        )
        columns = (Column(label="File", heads=True), Column(label="SHA-256"))
        blocks.append(Table(id="inputs", title="Files that this report rests on", columns=columns, rows=rows))
    return Said(blocks=tuple(blocks))
