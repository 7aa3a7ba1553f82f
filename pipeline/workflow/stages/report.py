"""The report stage: everything the review knows, as one document in every form."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.report.compose import Review, Search, compose
from pipeline.report.settings import PARTS, Part, ReportSettings
from pipeline.search.strategy import Strategy, verbatim
from pipeline.workflow import derived, history, inputs, layouts, news, versions, whats_new
from pipeline.workflow.account import Account
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.history import Held
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import collect, flow, standing


def run(work: Work) -> Account:
    """Compose the report and write it in every form."""
    from pipeline.report import render

    folder, settings = work.folder, work.protocol.report
    review = load(folder, work.protocol, tool=work.tool)
    document = compose(review)
    made = render.files(document, fonts=fonts(folder, settings))
    for path, data in made.data.items():
        folder.derive(path, data)
    folder.derive("whats_new.md", whats_new.page(review).encode())
    folder.derive("changes.json", layouts.write(whats_new.changes(review)))
    pages = f"{OUTPUTS}/report.html and {OUTPUTS}/report.pdf"
    said = (*whats_new.told(review), f"{pages} ({len(made.data)} files in all).")
    return Account(did=said, warnings=made.notices)


def fonts(folder: ReviewFolder, settings: ReportSettings) -> Path | None:
    """Say where the review's own fonts lie; None where it has none."""
    return folder.path(settings.fonts) if settings.fonts else None


def load(folder: ReviewFolder, protocol: Protocol, *, tool: str) -> Review:
    """Gather everything that a report says something of."""
    stands = standing.load(folder, protocol)
    settings = protocol.report
    held = history.by_search(history.runs(folder))
    new = news.load(folder, protocol, stands)
    current = versions.current(folder, protocol, versions.released(folder))
    return Review(
        title=protocol.review.title,
        settings=settings,
        question=protocol.review.question,
        criteria=tuple(protocol.review.criteria.items()),
        version=current.label if current else "",
        dated=history.newest_day(folder),
        searches=tuple(_searches(folder, protocol, held)),
        records=derived.records(folder),
        unread=len(collect.unread(folder)),
        deduplication=derived.deduplication(folder),
        screening=stands.now.screening,
        screening_settings=protocol.screening,
        flow=flow.count(folder, protocol, stands),
        updates=new.updates,
        living=new.living,
        concerns=new.concerns,
        extraction=stands.extraction,
        extraction_settings=protocol.extraction,
        syntheses=stands.syntheses,
        texts=_texts(folder, settings),
        logo=folder.read(settings.logo) if settings.logo else b"",
        style=folder.text(settings.citation_style) if settings.citation_style.endswith(".csl") else "",
        tool=tool,
        inputs=inputs.digests(folder, protocol),
    )


def _searches(folder: ReviewFolder, protocol: Protocol, held: Mapping[str, list[Held]]) -> Iterator[Search]:
    for name, strategy in protocol.searches.items():
        yield Search(
            id=name,
            strategy=strategy,
            published=_text(folder, strategy, "query"),
            accepted=_text(folder, strategy, "accepted"),
            runs=tuple(each.run for each in held.get(name, ())),
        )


def _text(folder: ReviewFolder, strategy: Strategy, name: str) -> str:
    path = getattr(strategy, name)
    return verbatim(folder.text(path)) if path else ""


def _texts(folder: ReviewFolder, settings: ReportSettings) -> dict[Part, str]:
    return {part: folder.text(settings.texts[part]) for part in PARTS if part in settings.texts}
