"""When each source is to be searched again: the settings under `schedule:`, and the dates that follow from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from pipeline.errors import Fault, did_you_mean
from pipeline.search.strategy import LONGEST, Strategy


@dataclass(frozen=True, kw_only=True)
class NotifySettings:
    """Who is told what an update found, where `living-review update --notify` is called.

    Secrets never stand here: the address of the webhook and the account of the mail server are taken from the
    environment (LIVING_REVIEW_WEBHOOK, LIVING_REVIEW_SMTP).

    Attributes:
        when: `news`: only where something is new, waits or went wrong; `always`: also where nothing is.
        command: a program and its arguments; it gets the text on its standard input and is run without a shell.
        email: addresses that get the text as a message.
        webhook: post the text to the address in LIVING_REVIEW_WEBHOOK, as JSON with the key "text".
    """

    when: Literal["news", "always"] = "news"
    command: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    webhook: bool = False


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """How often the sources are searched again, and what the review promises about its living mode.

    Attributes:
        every_days: days between two searches of a source that the program asks itself; 0: whenever
            `living-review update` is called. No source is asked twice on one day.
        sources: the same for single searches, by id ("pubmed-related: 30"). Exports have `remind_after_days`.
        refetch_days: days after which all records of a search are fetched anew; in between only new ones are, and
            those that PubMed has revised. 0: never.
        living_because: why the review is kept living (PRISMA-LSR, rationale).
        other_steps: how often what is found is screened, extracted, analysed and published (PRISMA-LSR L1).
        ends: when the review leaves the living mode (PRISMA-LSR L1).
        notify: who is told.
    """

    every_days: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    refetch_days: int = 180
    living_because: str = ""
    other_steps: str = ""
    ends: str = ""
    notify: NotifySettings = field(default_factory=NotifySettings)

    def interval(self, search: str, strategy: Strategy) -> int:
        """Return the days between two searches of a source; 0 if none are set."""
        return self.sources.get(search, self.every_days) if strategy.asks_pubmed else strategy.remind_after_days

    def next_day(self, search: str, strategy: Strategy, last: date | None) -> date | None:
        """Return the day on which a source is due; None if no interval is set, or it was never searched."""
        days = self.interval(search, strategy)
        return last + timedelta(days=days) if days and last else None

    def is_due(self, search: str, strategy: Strategy, last: date | None, today: date) -> bool:
        """Say whether a source is to be searched today: never before, or long enough ago, and not today."""
        return last is None or (last < today and last + timedelta(days=self.interval(search, strategy)) <= today)


def check(settings: ScheduleSettings, searches: Mapping[str, Strategy]) -> tuple[Fault, ...]:
    """List what the types of the settings cannot say."""
    return tuple(_check(settings, searches))


def _check(settings: ScheduleSettings, searches: Mapping[str, Strategy]) -> Iterator[Fault]:
    named = [("every_days", settings.every_days), ("refetch_days", settings.refetch_days)]
    named += [(f"sources.{name}", days) for name, days in settings.sources.items()]
    for key, days in named:
        if not 0 <= days <= LONGEST:
            accepted = f"a whole number from 0 to {LONGEST}"
            yield Fault(what=f"{days} days cannot be kept", column=key, accepted=accepted)
    for name in settings.sources:
        strategy = searches.get(name)
        if strategy is None:
            what, remedy = f"there is no search {name!r}", did_you_mean(name, list(searches))
            yield Fault(what=what, column=f"sources.{name}", accepted=", ".join(searches), remedy=remedy)
        elif not strategy.asks_pubmed:
            what = f"the search {name!r} is exported by a person and cannot be scheduled"
            remedy = f"Set 'remind_after_days' under 'searches: {name}:'."
            yield Fault(what=what, column=f"sources.{name}", remedy=remedy)
    if settings.notify.command and not settings.notify.command[0].strip():
        yield Fault(what="the command has no program", column="notify.command", accepted="[program, argument, ...]")
    for place, address in enumerate(settings.notify.email):
        if not _is_address(address):
            what = f"{address!r} is no e-mail address"
            yield Fault(what=what, column=f"notify.email.{place}", accepted="an address as name@example.org")


def _is_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at and host) and not any(char.isspace() or char in ",;<>\"'@" for char in name + host)
