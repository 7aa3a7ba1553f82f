"""What stands around methods and results: summary, what is new, provenance, references, own texts."""

from collections.abc import Iterator

from pipeline.report.compose import living_mode, news
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.front import identified_in, open_work
from pipeline.report.compose.review import Review
from pipeline.report.compose.syntheses import estimates, pooled_analyses
from pipeline.report.compose.wording import counted, listed, sentence
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
    Section,
    See,
    Styled,
    Table,
    cell,
)
from pipeline.report.settings import Part


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
            so_far,
            *_see("flow", review),
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
            " stand in the tables, each as its source states it",
            *_see("outcomes", review),
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
            " could be pooled",
            *_see("synthesis", review),
            ".",
        )
        yield Paragraph(content=content)
        if pooled := estimates(review):
            yield Items(items=pooled)


def _see(part: Part, review: Review) -> Content:
    """Point at another part of the report, if it is printed."""
    return ("; see ", See(target=part)) if part in review.settings.parts else ()


def _searched(review: Review) -> Content:
    ran = dict.fromkeys(search.strategy.database for search in review.searches if search.runs)
    never = dict.fromkeys(
        f"{search.strategy.database} ({search.id})" if search.strategy.database in ran else search.strategy.database
        for search in review.searches
        if not search.runs
    )
    identified = identified_in(review.flow)
    parts: list[Content] = []
    if ran and identified is not None:
        day = review.last_search
        records = counted("flow.identified", identified, "record")
        since = f" since {review.flow.previous}" if review.flow.previous else ""
        until = sentence(f"{since}, the last of a database or register on ", Day(value=day)) if day else (since,)
        parts.append(sentence(f"{listed(list(ran))} gave ", records, until, ". "))
    if never:
        parts.append((f"Not yet run: {listed(list(never))}.",))
    return sentence(*parts) if parts else ("No search has been run yet.",)


def new(review: Review, _: Context) -> Said:
    """Say what changed since the version and the update before this one, and what happened to what is included."""
    first = "This is the first version: there is none before it to compare with."
    known = review.citations
    is_headed = len(review.updates) > 1
    told = [
        tuple(news.news(update, known, review.home, prefix=_PREFIX[update.kind], is_headed=is_headed))
        for update in review.updates
    ]
    so_far = (*news.concerns(review.concerns, review.living, known), *news.chronicle(review.living))
    if len(told) <= 1:
        return Said(blocks=(*(told[0] if told else (Paragraph(content=(first,)),)), *so_far))
    sections = [
        Section(id=f"since-{update.kind}", title=f"Since {update.since}", blocks=said)
        for update, said in zip(review.updates, told, strict=True)
    ]
    return Said(sections=(*sections, Section(id="so-far", title="So far", blocks=so_far)))


_PREFIX = {"version": "new", "update": "latest"}


def living(review: Review, _: Context) -> Said:
    """State how the review is kept living, and where the items of PRISMA-LSR stand."""
    roles = bool(review.settings.authors) and all(author.role for author in review.settings.authors)
    return Said(blocks=(*living_mode.plan(review.living), living_mode.checklist(review.living, roles=roles)))


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
