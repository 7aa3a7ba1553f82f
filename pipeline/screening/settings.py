"""What a review may set about its screening: stages, reviewers, decisions required, words, exclusion reasons."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import Fault, did_you_mean

Answer = Literal["include", "exclude", "maybe", "not-retrieved", "retrieved"]
ANSWERS: tuple[Answer, ...] = ("include", "exclude", "maybe")
# Where the full text is sought: also that it could not be had, or that it is there and not yet read.
REPORT_ANSWERS: tuple[Answer, ...] = (*ANSWERS, "not-retrieved", "retrieved")
ARBITER = "arbiter"
_MOST_ROWS = 200_000  # with long abstracts a gigabyte, which is what a form may have (records.bounds)

# The ways of finding records that PRISMA 2020 draws in the column "other methods".
OTHER_METHODS = ("websites", "organisations", "citation-searching")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NOT_FOR_STAGES = ("ledger",)
# Names no file may have on Windows. Source: Microsoft, "Naming Files, Paths, and Namespaces".
_DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason to exclude.

    Attributes:
        id: what a reviewer writes in the column `reason`.
        label: how the diagram prints it; the id if empty.
        definition: when it applies, for the people who screen.
    """

    id: str
    label: str = ""
    definition: str = ""

    @property
    def title(self) -> str:
        """Return how the reason is printed."""
        return self.label or self.id


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """Somebody whose decisions count.

    Attributes:
        name: name for the report; the key in workflow.yaml, which is also the name of the folder, if empty.
        kind: a person; a publication, whose decisions are taken over as published and stand for all that are
            required; or a tool, whose exclusions are counted as made by automation.
        source: where a publication's decisions are printed, or the tool and its version.
        active: False for somebody who has left: the decisions stay, no new worksheets come.
        order: how the rows of this reviewer's worksheets are sorted; "shuffled" is repeatable.
    """

    name: str = ""
    kind: Literal["person", "publication", "tool"] = "person"
    source: str = ""
    active: bool = True
    order: Literal["retrieved", "title", "author", "journal", "newest", "oldest", "shuffled"] = "retrieved"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of screening.

    Attributes:
        id: name of the stage's folder.
        name: how people call it; the id if empty.
        reports: True where reports are sought and read in full text: an exclusion then needs one reason, and a
            report may turn out not to be retrievable.
        votes: decisions that a citation needs, each by another reviewer.
        sample: share of the citations (0 to 1) that get `votes` decisions; the others get one.
        assignment: everyone decides on every citation, or each citation is given to as many reviewers as it needs,
            evenly.
        reviewers: who screens here; every active person and tool if empty.
        reasons: reasons to exclude, the most important first: where reviewers give several, the first counts.
        maybe: what "maybe" means once every decision is in: it counts as include, as exclude, or a person decides.
        other_methods: whether citations found on websites, through organisations or by citation searching are
            screened here, or go straight to the reports, as PRISMA 2020 draws it.
        pilot: number of citations that everyone decides on first; the rest is handed out once these are decided.
    """

    id: str
    name: str = ""
    reports: bool = False
    votes: int = 2
    sample: float = 1.0
    assignment: Literal["everyone", "split"] = "everyone"
    reviewers: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    maybe: Literal["include", "exclude", "conflict"] = "conflict"
    other_methods: Literal["skip", "screen"] = "skip"
    pilot: int = 0

    @property
    def title(self) -> str:
        """Return how the stage is called."""
        return self.name or self.id

    @property
    def answers(self) -> tuple[Answer, ...]:
        """List the answers that can be given here."""
        return REPORT_ANSWERS if self.reports else ANSWERS

    def reason(self, reason: str) -> str:
        """Return how a reason is printed; one that is not in the list is printed as it was written."""
        return next((known.title for known in self.reasons if known.id == reason), reason)


TITLE_ABSTRACT = Stage(id="title-abstract", name="Title and abstract", maybe="include")
FULL_TEXT = Stage(id="full-text", name="Full text", reports=True)


@dataclass(frozen=True, kw_only=True)
class ScreeningSettings:
    """How citations become included reports.

    Attributes:
        stages: in order; one or more that look at records, then one or more that look at reports.
        reviewers: everybody whose decisions count, under the name of their folder.
        arbiter: who settles what reviewers disagree on ("C. Third", "both reviewers together"); for the report.
        seed: makes splits, samples, pilots and shuffles repeatable.
        rows: how many rows a worksheet holds at most; what is more is shared evenly among several.
        words: further words that are accepted for an answer ({"include": ["yes", "ja"]}).
    """

    stages: tuple[Stage, ...] = (TITLE_ABSTRACT, FULL_TEXT)
    reviewers: dict[str, Reviewer] = field(default_factory=dict)
    arbiter: str = ""
    seed: int = 1
    rows: int = 20_000
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def stage(self, name: str) -> Stage:
        """Return the stage of this id; raises KeyError where there is none."""
        return {stage.id: stage for stage in self.stages}[name]

    def screeners(self, stage: Stage) -> tuple[str, ...]:
        """List who is handed worksheets at a stage: named there and active, or every active person and tool."""
        named = stage.reviewers or tuple(self.reviewers)
        return tuple(name for name in named if self._screens(name))

    def _screens(self, name: str) -> bool:
        reviewer = self.reviewers.get(name)
        return reviewer is not None and reviewer.active and reviewer.kind != "publication"

    def vocabulary(self, stage: Stage) -> Mapping[str, Answer]:
        """Map every word that is accepted at a stage, in small letters, to the answer it means."""
        own = {word.casefold(): answer for answer in stage.answers for word in self.words.get(answer, ())}
        return own | {answer: answer for answer in stage.answers}


def check(settings: ScreeningSettings) -> tuple[Fault, ...]:
    """List what the types cannot say: names, numbers out of range, reviewers who are not there."""
    faults = [*_stages(settings), *_reviewers(settings), *_words(settings)]
    if not 1 <= settings.rows <= _MOST_ROWS:
        what, accepted = f"a worksheet cannot hold {settings.rows} rows", f"a whole number from 1 to {_MOST_ROWS}"
        faults.append(Fault(what=what, column="screening.rows", accepted=accepted))
    for place, stage in enumerate(settings.stages):
        faults.extend(_stage(settings, stage, f"screening.stages.{place}"))
    return tuple(faults)


def _name(value: str, key: str, reserved: tuple[str, ...]) -> Iterator[Fault]:
    if not _NAME.fullmatch(value) or value.casefold() in (*reserved, *_DEVICES):
        what = f"{value!r} cannot be the name of a folder here"
        accepted = "up to 64 letters without accents, digits, '-' and '_'"
        spoken_for = f"; {', '.join(map(repr, reserved))} is kept for the program" if reserved else ""
        yield Fault(what=what, column=key, accepted=accepted + spoken_for)


def _stages(settings: ScreeningSettings) -> Iterator[Fault]:
    key = "screening.stages"
    if not settings.stages or not settings.stages[-1].reports:
        remedy = "Add 'reports: true' to the stage in which full texts are read, and put it last."
        yield Fault(what="no report is ever read: the last stage is not about reports", column=key, remedy=remedy)
    seen: set[str] = set()
    reports = False
    for place, stage in enumerate(settings.stages):
        yield from _name(stage.id, f"{key}.{place}.id", _NOT_FOR_STAGES)
        if stage.id.casefold() in seen:
            yield Fault(what=f"two stages are called {stage.id!r}", column=f"{key}.{place}.id", remedy="Rename one.")
        seen.add(stage.id.casefold())
        if reports and not stage.reports:
            what = f"{stage.id!r} looks at records after reports were read"
            yield Fault(what=what, column=f"{key}.{place}", remedy="Put the stages with 'reports: true' last.")
        reports = reports or stage.reports


def _reviewers(settings: ScreeningSettings) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, reviewer in settings.reviewers.items():
        key = f"screening.reviewers.{name}"
        yield from _name(name, key, (ARBITER,))
        if name.casefold() in seen:
            what = f"{name!r} and {seen[name.casefold()]!r} would share a folder on Windows and macOS"
            yield Fault(what=what, column=key, remedy="Rename one.")
        seen[name.casefold()] = name
        if reviewer.kind != "person" and not reviewer.source:
            what = f"{name!r} is a {reviewer.kind}, and nothing says which"
            yield Fault(what=what, column=f"{key}.source", remedy="Add 'source:' with its citation, or its version.")


def _words(settings: ScreeningSettings) -> Iterator[Fault]:
    meaning: dict[str, str] = {answer: answer for answer in REPORT_ANSWERS}
    for answer, words in settings.words.items():
        key = f"screening.words.{answer}"
        if answer not in REPORT_ANSWERS:
            remedy = did_you_mean(answer, REPORT_ANSWERS)
            what = f"{answer!r} is no answer"
            yield Fault(what=what, column=key, accepted=", ".join(REPORT_ANSWERS), remedy=remedy)
        for word in words:
            if meaning.setdefault(word.casefold(), answer) != answer:
                what = f"{word!r} would mean both {meaning[word.casefold()]!r} and {answer!r}"
                yield Fault(what=what, column=key, remedy="Delete it from one of the two.")


def _stage(settings: ScreeningSettings, stage: Stage, key: str) -> Iterator[Fault]:
    for place, name in enumerate(stage.reviewers):
        if name not in settings.reviewers:
            what = f"{name!r} is not among the reviewers"
            accepted = ", ".join(settings.reviewers) or "a name that stands under screening.reviewers"
            remedy = did_you_mean(name, list(settings.reviewers))
            yield Fault(what=what, column=f"{key}.reviewers.{place}", accepted=accepted, remedy=remedy)
    ranges = (
        ("votes", stage.votes >= 1, "a whole number from 1"),
        ("sample", 0 <= stage.sample <= 1, "a number from 0 to 1"),
        ("pilot", stage.pilot >= 0, "a whole number from 0"),
    )
    for name, good, accepted in ranges:
        if not good:
            yield Fault(what=f"{getattr(stage, name)!r} is out of range", column=f"{key}.{name}", accepted=accepted)
    screeners = settings.screeners(stage)
    if len(screeners) < stage.votes:
        what = f"{stage.id!r} needs {stage.votes} decisions for a citation and has {len(screeners)} reviewers"
        remedy = "Name more people under 'screening: reviewers:', or set 'votes:' lower."
        yield Fault(what=what, column=f"{key}.votes", remedy=remedy)
    if stage.sample < 1 and stage.assignment == "everyone":
        what = f"only a share of {stage.sample} needs {stage.votes} decisions, yet everyone decides on every citation"
        yield Fault(what=what, column=f"{key}.sample", remedy="Set 'assignment: split'.")
    yield from _reasons(stage, f"{key}.reasons")


def _reasons(stage: Stage, key: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, reason in enumerate(stage.reasons):
        for name in {reason.id.casefold(), reason.title.casefold()}:
            if name in seen:
                what = f"two reasons are called {name!r}"
                yield Fault(what=what, column=f"{key}.{place}", remedy="Rename one of them.")
            seen.add(name)
        if not reason.id.strip():
            yield Fault(what="a reason has no id", column=f"{key}.{place}.id", accepted="a short name")
