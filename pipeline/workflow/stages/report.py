"""The report stage: everything the review knows, as one document in every form."""

from collections.abc import Iterator, Mapping
from datetime import date

from pipeline.report import render
from pipeline.report.compose import Review, Search, compose
from pipeline.report.settings import PARTS, Part, ReportSettings
from pipeline.search.strategy import Strategy, verbatim
from pipeline.workflow import derived, history
from pipeline.workflow.account import Account
from pipeline.workflow.folder import OUTPUTS, PROTOCOL, ReviewFolder
from pipeline.workflow.history import Held
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.stages import collect, extract, flow, screen, synthesise

INPUTS = (PROTOCOL, "queries/**/*", "deduplication/*", "screening/*/*/*", "screening/ledger/*", "extraction/**/*")


def run(work: Work) -> Account:
    """Compose the report and write it in every form."""
    folder, settings = work.folder, work.protocol.report
    document = compose(load(folder, work.protocol, tool=work.tool))
    made = render.files(document, fonts=folder.path(settings.fonts) if settings.fonts else None)
    for path, data in made.data.items():
        folder.derive(path, data)
    pages = f"{OUTPUTS}/report.html and {OUTPUTS}/report.pdf"
    return Account(did=(f"{pages} ({len(made.data)} files in all).",), warnings=made.notices)


def load(folder: ReviewFolder, protocol: Protocol, *, tool: str) -> Review:
    """Gather everything that a report says something of."""
    now = screen.load(folder, protocol)
    found, _ = extract.load(folder, protocol, now)
    syntheses = synthesise.load(protocol, found, now)
    settings = protocol.report
    held = history.by_search(history.runs(folder))
    return Review(
        title=protocol.review.title,
        settings=settings,
        question=protocol.review.question,
        dated=_newest(held, now),
        searches=tuple(_searches(folder, protocol, held)),
        records=derived.records(folder),
        unread=len(collect.unread(folder)),
        deduplication=derived.deduplication(folder),
        screening=now.screening,
        screening_settings=protocol.screening,
        flow=flow.count(folder, protocol, now, extraction=found, syntheses=syntheses),
        extraction=found,
        extraction_settings=protocol.extraction,
        syntheses=syntheses,
        texts=_texts(folder, settings),
        logo=folder.read(settings.logo) if settings.logo else b"",
        style=folder.text(settings.citation_style) if settings.citation_style.endswith(".csl") else "",
        tool=tool,
        inputs=_inputs(folder, settings),
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


def _newest(held: Mapping[str, list[Held]], now: screen.Screened) -> date | None:
    """Find the day of the newest event in the review's history."""
    days = [each.run.date for runs in held.values() for each in runs]
    days += [event.date for event in now.ledger.events]
    return date.fromisoformat(max(days)) if days else None


def _texts(folder: ReviewFolder, settings: ReportSettings) -> dict[Part, str]:
    return {part: folder.text(settings.texts[part]) for part in PARTS if part in settings.texts}


def _inputs(folder: ReviewFolder, settings: ReportSettings) -> dict[str, str]:
    """Return the sha256 of every file that a person or a search gave."""
    own = [path for path in (*settings.texts.values(), settings.logo) if path]
    paths = {path for pattern in INPUTS for path in folder.list(pattern)} | set(own)
    return {path: folder.digest(path) for path in sorted(paths)}
