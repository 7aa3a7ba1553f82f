"""The checklists of PRISMA 2020 and PRISMA-S, filled with what this report says, and where."""

from collections.abc import Mapping, Sequence

from pipeline.prisma.checklist_items import PRISMA_2020, PRISMA_S, SOURCES, Item
from pipeline.prisma.checklists import Known, Searched, fill, of_searches, of_the_review
from pipeline.report.compose.context import Context, Said
from pipeline.report.compose.review import Review, Search
from pipeline.report.compose.syntheses import model, pooled_analyses
from pipeline.report.compose.wording import listed, noun
from pipeline.report.document import Cell, Column, Content, Row, See, Table, cell
from pipeline.search.import_run import ImportRun

# Items that only the authors can answer, and the part that holds their own words.
_OWN = {
    "3": "background", "23a": "discussion", "23b": "discussion", "23c": "discussion", "23d": "discussion",
    "24a": "registration", "24b": "registration", "24c": "registration", "25": "support", "26": "interests",
    "27": "availability",
}  # fmt: skip
_COLUMNS = (
    Column(label="Item", heads=True),
    Column(label="Topic"),
    Column(label="What is asked"),
    Column(label="Where"),
    Column(label="What this report says"),
)
_EMPTY = "An empty last column is for the authors to fill."


def build(review: Review, _: Context) -> Said:
    """Fill both checklists with what is known, and never with more."""
    searched = [_searched(search, review) for search in review.searches]
    criteria = "; ".join(f"{term}: {text}" for term, text in review.criteria)
    known = of_the_review(searched, review.screening_settings, review.flow, question=review.question, criteria=criteria)
    joined = _deduplication(review)
    return Said(
        blocks=(
            _table("prisma-2020", "PRISMA 2020 checklist", PRISMA_2020, {**known, **_of_this_report(review)}),
            _table("prisma-s", "PRISMA-S checklist", PRISMA_S, of_searches(searched, joined)),
        )
    )


def _table(name: str, title: str, items: Sequence[Item], known: Mapping[str, Known]) -> Table:
    source = SOURCES["PRISMA-S" if name == "prisma-s" else "PRISMA 2020"]
    rows = tuple(
        Row(
            group=one.item.section,
            cells=(
                cell(one.item.number),
                cell(one.item.topic),
                cell(one.item.wording),
                _where(one.known),
                cell(one.known.text if one.known else ""),
            ),
        )
        for one in fill(items, known)
    )
    notes: tuple[Content, ...] = ((f"{_EMPTY} Wording: {source}",),)
    return Table(id=name, title=title, columns=_COLUMNS, rows=rows, notes=notes)


def _where(known: Known | None) -> Cell:
    return cell(See(target=known.where)) if known and known.where else Cell()


def _searched(search: Search, review: Review) -> Searched:
    return Searched(
        id=search.id,
        strategy=search.strategy,
        string=(search.accepted or search.published) if search.runs else "",
        days=tuple(_day(search, place) for place in range(len(search.runs))),
        records=review.delivered[search.id] if search.runs else None,
    )


def _day(search: Search, place: int) -> str:
    run = search.runs[place]
    return run.searched or run.date if isinstance(run, ImportRun) else run.date


def _deduplication(review: Review) -> str:
    found = review.deduplication
    if not review.records:
        return ""
    by = f"the rules of {review.tool}" if review.tool else "rules"
    return f"{len(review.records):,} records joined into {len(found.citations):,} citations by {by}."


def _of_syntheses(review: Review) -> dict[str, tuple[str, str]]:
    if not review.syntheses:
        return {}
    measures = listed(list(dict.fromkeys(one.analysis.measure for one in review.syntheses)))
    models = "; ".join(dict.fromkeys(model(one.pooling) for one in review.syntheses))
    return {
        "12": ("analysis", f"Effect measures: {measures}."),
        "13d": ("analysis", f"Set up: {models}."),
        "20b": ("synthesis", f"{len(pooled_analyses(review)):,} of {len(review.syntheses):,} analyses pooled."),
    }


def _of_this_report(review: Review) -> dict[str, Known]:
    """Say what extraction and the authors' own texts add to the items of PRISMA 2020."""
    found, settings = review.extraction, review.extraction_settings
    outcomes = listed([each.name for each in settings.outcomes])
    studies, results = len(found.studies), len(found.outcomes)
    judged = len({row.study_id for row in found.judgements})
    extractors = f"by {listed(settings.extractors)} independently" if settings.extractors else ""
    texts = {
        "9": ("collection", f"Extracted {extractors}." if extractors else ""),
        "10a": ("collection", f"Outcomes sought: {outcomes}." if outcomes else ""),
        "11": ("collection", f"Tools: {listed(settings.risk_of_bias)}." if settings.risk_of_bias else ""),
        "17": ("studies", f"{studies:,} {noun(studies, 'study', 'studies')}." if studies else ""),
        "18": ("bias", f"{judged:,} {noun(judged, 'study', 'studies')} judged." if judged else ""),
        "19": ("outcomes", f"{results:,} {noun(results, 'result')}." if results else ""),
        **_of_syntheses(review),
        "22": ("outcomes", f"{len(found.certainties):,} findings rated." if found.certainties else ""),
    }
    texts |= {
        number: (part, "In the authors' own words." if part in review.texts else "") for number, part in _OWN.items()
    }
    series = f"{review.title} {review.settings.series}".lower()
    texts["1"] = ("", "On the title page." if "systematic review" in series else "")
    return {number: Known(where, text) for number, (where, text) in texts.items() if text}
