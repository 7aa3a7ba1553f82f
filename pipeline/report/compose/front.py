"""The title page: state, dates, banners, and what must be known before anything is believed."""

from collections.abc import Iterator

from pipeline.prisma.boxes import Flow
from pipeline.report.compose.review import Review
from pipeline.report.compose.wording import listed, noun, step_words
from pipeline.report.document import Byline, Content, Day, Definition, Fact, Logo
from pipeline.report.layout import day

SANDBOX = (
    "This report was made with the sandbox PubMed that comes with the program, for trying, teaching and testing. "
    "Its records are not what PubMed holds, and its figures say nothing about the literature."
)


def open_work(review: Review) -> tuple[str, ...]:
    """List what is not finished, a clause each; empty if the review is complete as it stands."""
    return tuple(_open_work(review))


def _open_work(review: Review) -> Iterator[str]:
    if not review.searches:
        yield "no search is set up"
    never = [search for search in review.searches if not search.runs]
    if never:
        all_ = len(review.searches)
        verb = "has" if len(never) == 1 else "have"
        yield f"{len(never):,} of {all_:,} {noun(all_, 'search', 'searches')} {verb} never been run"
    for step in review.flow.awaiting:
        yield f"{step.n:,} {step_words(step.n, step.label)}"
    asks = len(review.deduplication.asks)
    if asks:
        yield f"{asks:,} {noun(asks, 'pair')} of records may be duplicates, and a person has to say"
    notices = sum(not concern.answer for concern in review.concerns)
    if notices:
        waits = "waits" if notices == 1 else "wait"
        yield f"{notices:,} {noun(notices, 'notice')} of retraction, concern or correction {waits} to be considered"
    waiting = len(review.extraction.waiting)
    if waiting:
        yield f"{waiting:,} {noun(waiting, 'row')} of extraction {'waits' if waiting == 1 else 'wait'} to be filled in"


def state(review: Review) -> str:
    """Say in a word whether the review is finished."""
    return "interim" if open_work(review) else "complete"


def edition(review: Review) -> str:
    """Name this edition of the report: its version, and whether it is interim."""
    released = review.living.releases
    after = f"After version {released[-1].label}, not yet released" if released else "Not yet released"
    version = f"Version {review.version}" if review.version else after
    return f"{version}, interim" if open_work(review) else version


def banners(review: Review) -> tuple[str, ...]:
    """List the sentences that stand on every page."""
    return (SANDBOX,) if review.is_sandbox else ()


def status(review: Review) -> tuple[Definition, ...]:
    """List the facts of the title page."""
    return tuple(Definition(term=term, content=content) for term, content in _status(review))


def _status(review: Review) -> Iterator[tuple[str, Content]]:
    yield "State", ("Interim: see the summary" if open_work(review) else "Complete as of its last search",)
    searched = review.last_search
    yield "Last search of a database", (Day(value=searched, since=True) if searched else "not yet run",)
    if due := review.living.next_search:
        yield "Search due since" if review.dated and due < review.dated else "Next search", (Day(value=due),)
    identified = identified_in(review.flow)
    if identified is not None:
        before = review.flow.previous.partition(",")[0]
        since = f" since {before}" if before else ""
        yield f"Records identified{since}", (Fact(name="flow.identified", value=identified),)
    for names, term in (
        (("total_reports", "new_reports"), "Reports included"),
        (("total_studies", "new_studies"), "Studies included"),
    ):
        box = next((name for name in names if name in review.flow.boxes), "")
        if box:
            yield term, (Fact(name=f"flow.{box}", value=review.flow.boxes[box].n),)


IDENTIFIED = ("database_results", "register_results", "website_results", "organisation_results", "citations_results")


def identified_in(flow: Flow) -> int | None:
    """Sum the records identified by every way of searching; None if nothing was searched yet."""
    found = [flow.boxes[name].n for name in IDENTIFIED if name in flow.boxes]
    return sum(found) if found else None


def authors(review: Review) -> tuple[Byline, ...]:
    """List the authors as the title page prints them."""
    return tuple(
        Byline(name=author.name, affiliation=author.affiliation, orcid=author.orcid, role=author.role)
        for author in review.settings.authors
    )


def logo(review: Review) -> Logo | None:
    """Take the logo, if there is one."""
    if not review.logo:
        return None
    return Logo(
        data=review.logo,
        format="svg" if review.settings.logo.lower().endswith(".svg") else "png",
        text=review.settings.logo_text,
    )


def cite_as(review: Review) -> str:
    """Write how this report is to be cited: authors, title, series, edition, day."""
    names = listed([author.name for author in review.settings.authors])
    dated = day(review.dated, "en") if review.dated else ""
    parts = [names, review.title, ", ".join(part for part in (review.settings.series, edition(review), dated) if part)]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)
