"""Decisions to one status per citation and stage; what people disagree on is a conflict, never a guess.

A decision hangs on the record that its row names. A citation hears every decision on its members, so that decisions
stay where they are when clusters change; members that were judged differently are a conflict for a person.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from msgspec.structs import replace

from pipeline.deduplicate.citation import Cluster
from pipeline.screening.settings import ARBITER, OTHER_METHODS, Answer, ScreeningSettings, Stage

State = Literal["included", "excluded", "not-retrieved", "conflict", "awaiting"]
FINAL: tuple[State, ...] = ("included", "excluded", "not-retrieved")
_SCALE = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one reviewer said at one stage.

    Attributes:
        records: the record it hangs on; an arbiter who settles between the members of one citation judges several.
        reviewer: a reviewer's name, or "arbiter".
        answer: "retrieved" says only that the report is at hand; it is no vote.
        reason: id of the reason to exclude, or its text where the stage lists none.
        report: file or address of the full text.
        tried: what was tried to get a report that was not retrieved.
        study: name of the study that the report belongs to.
        title: the title that stood in the row.
        file: where it stands; not compared.
        row: row of that file; not compared.
    """

    records: tuple[str, ...]
    stage: str
    reviewer: str
    answer: Answer
    reason: str = ""
    note: str = ""
    report: str = ""
    tried: str = ""
    study: str = ""
    title: str = field(default="", compare=False)
    file: str = field(default="", compare=False)
    row: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """Return what makes it the same decision when it is read again: stage, reviewer, records."""
        return self.stage, self.reviewer, self.records


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where one citation stands at one stage that it reached.

    Attributes:
        basis: what a final state rests on: the arbiter, a publication, several reviewers, or a single one.
        needed: decisions it needs here.
        reason: the reason that counts, where it is excluded: the first in the stage's order.
        about: what a conflict is about, in words.
        automatic: True if only tools decided.
        retrieved: True once the report is at hand.
        decisions: every decision on its members here, in a stable order.
    """

    citation: str
    stage: str
    state: State
    basis: Literal["arbiter", "publication", "agreement", "single", ""] = ""
    needed: int = 1
    reason: str = ""
    about: str = ""
    automatic: bool = False
    retrieved: bool = False
    report: str = ""
    tried: str = ""
    study: str = ""
    decisions: tuple[Decision, ...] = ()

    @property
    def is_final(self) -> bool:
        """Say whether nobody needs to do anything more about it here."""
        return self.state in FINAL

    @property
    def judged(self) -> frozenset[str]:
        """Return the records that carry a decision here; an arbiter judges them together."""
        return frozenset(record for decision in self.decisions for record in decision.records)

    @property
    def study_name(self) -> str:
        """Name the study of an included report: as the reviewers did, or after the report if they named none."""
        return self.study or self.citation

    @property
    def voters(self) -> tuple[str, ...]:
        """List who gave an answer, the arbiter apart, each once."""
        names = (d.reviewer for d in self.decisions if d.answer != "retrieved" and d.reviewer != ARBITER)
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The screening of a review as the worksheets stand.

    Attributes:
        statuses: of every citation, in the order of the citations: its status at each stage it reached, in order.
        skipped: decisions at a stage that their citation does not pass, since it was found by other methods; kept,
            unused.
        ahead: decisions at a stage that their citation has not reached; kept, unused.
        void: joint decisions of the arbiter on records that no longer belong to one citation; kept, unused.
        astray: decisions on records that are in no citation; kept, unused.
    """

    statuses: Mapping[str, tuple[Status, ...]]
    skipped: tuple[Decision, ...] = ()
    ahead: tuple[Decision, ...] = ()
    void: tuple[Decision, ...] = ()
    astray: tuple[Decision, ...] = ()

    def at(self, stage: str) -> tuple[Status, ...]:
        """List the statuses at one stage, in the order of the citations that reached it."""
        return tuple(status for reached in self.statuses.values() for status in reached if status.stage == stage)

    def last(self, citation: str) -> Status:
        """Return the status at the furthest stage that a citation reached."""
        return self.statuses[citation][-1]

    def included(self, settings: ScreeningSettings) -> tuple[Status, ...]:
        """List the reports that are included in the review: what passed the last stage."""
        return tuple(status for status in self.at(settings.stages[-1].id) if status.state == "included")


def settle(
    citations: Sequence[Cluster],
    decisions: Iterable[Decision],
    settings: ScreeningSettings,
    *,
    via: Mapping[str, str],
) -> Screening:
    """Read every decision through membership and say where each citation stands.

    Args:
        citations: in any order; the statuses follow it.
        decisions: as the worksheets stand now, in any order.
        settings: stages and reviewers.
        via: how each search finds records ("databases", "citation-searching", ...), by search id. A citation whose
            first retrieved record came by another method skips the stages that say so.
    """
    home = {record: citation.id for citation in citations for record in citation.members}
    heard, void, astray = _deliver(decisions, home)
    statuses: dict[str, tuple[Status, ...]] = {}
    skipped: list[Decision] = []
    ahead: list[Decision] = []
    for citation in citations:
        mine = heard.get(citation.id, {})
        way = _way(citation, settings, via)
        statuses[citation.id] = _walk(citation, mine, settings, way)
        reached = {status.stage for status in statuses[citation.id]}
        passed = {stage.id for stage in way}
        for stage, found in mine.items():
            if stage not in reached:
                (ahead if stage in passed else skipped).extend(found)
    return Screening(
        statuses=statuses, skipped=tuple(skipped), ahead=tuple(ahead), void=tuple(void), astray=tuple(astray)
    )


_Heard = dict[str, dict[str, list[Decision]]]  # citation id -> stage id -> decisions


def _deliver(decisions: Iterable[Decision], home: Mapping[str, str]) -> tuple[_Heard, list[Decision], list[Decision]]:
    """Give each decision to the citation that holds all its records."""
    heard: _Heard = defaultdict(lambda: defaultdict(list))
    void, astray = [], []
    for decision in sorted(decisions, key=_order):
        homes = {home.get(record, "") for record in decision.records}
        if "" in homes:
            astray.append(decision)
        elif len(homes) > 1:
            void.append(decision)
        else:
            heard[homes.pop()][decision.stage].append(decision)
    return heard, void, astray


def _order(decision: Decision) -> tuple[str, str, tuple[str, ...], str]:
    return decision.stage, decision.reviewer, decision.records, decision.answer


def _way(citation: Cluster, settings: ScreeningSettings, via: Mapping[str, str]) -> tuple[Stage, ...]:
    """List the stages that a citation has to pass: all, or what PRISMA 2020 draws for the other methods."""
    if via.get(citation.members[0].partition(":")[0], "") not in OTHER_METHODS:
        return settings.stages
    return tuple(stage for stage in settings.stages if stage.reports or stage.other_methods == "screen")


def _walk(
    citation: Cluster, heard: Mapping[str, list[Decision]], settings: ScreeningSettings, way: Sequence[Stage]
) -> tuple[Status, ...]:
    """Take one citation along its way, as far as it gets."""
    reached: list[Status] = []
    for stage in way:
        needed = _needed(citation.id, stage, settings.seed)
        status = _judge(citation.id, stage, tuple(heard.get(stage.id, ())), needed, settings)
        reached.append(status)
        if status.state != "included":
            break
    return tuple(reached)


def _needed(citation: str, stage: Stage, seed: int) -> int:
    if stage.sample >= 1 or stage.votes == 1:
        return stage.votes
    return stage.votes if draw(seed, stage.id, citation) < stage.sample else 1


def draw(seed: int, *words: str) -> float:
    """Draw a number from 0 to 1 for these words: always the same one, and as good as random between words.

    >>> draw(1, "a") == draw(1, "a"), draw(1, "a") == draw(2, "a")
    (True, False)
    """
    digest = hashlib.sha256("\0".join((str(seed), *words)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / _SCALE


def _judge(
    citation: str, stage: Stage, heard: tuple[Decision, ...], needed: int, settings: ScreeningSettings
) -> Status:
    """Say where a citation stands at one stage, from all that was said of its members there."""
    base = Status(citation=citation, stage=stage.id, state="awaiting", needed=needed, decisions=heard)
    if not heard:
        return base
    if stage.reports:
        base = replace(base, retrieved=any(map(_shows_report, heard)), report=_first(d.report for d in heard))
    rulings = _widest([d for d in heard if d.reviewer == ARBITER and d.answer not in {"retrieved", "maybe"}])
    ruled = {record for ruling in rulings for record in ruling.records}
    votes = [d for d in heard if d.reviewer != ARBITER and d.answer != "retrieved"]
    loose = [d for d in votes if not ruled.intersection(d.records)]
    if rulings:
        status = _ruled(base, stage, rulings, [d for d in votes if d not in loose], loose)
    else:
        status = _voted(base, stage, loose, settings)
    return _studied(status, rulings) if stage.reports and status.state == "included" else status


def _shows_report(decision: Decision) -> bool:
    return decision.answer != "not-retrieved" or bool(decision.report)


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _widest(rulings: list[Decision]) -> list[Decision]:
    """Drop each ruling on records that a later, wider ruling covers: clusters grow, and the wider one knew of both."""
    return [r for r in rulings if not any(set(r.records) < set(other.records) for other in rulings)]


def meaning(decision: Decision, stage: Stage) -> str:
    """Return what an answer counts as under the stage's policy for "maybe"."""
    return stage.maybe if decision.answer == "maybe" and stage.maybe != "conflict" else decision.answer


def _ruled(
    base: Status, stage: Stage, rulings: list[Decision], overruled: list[Decision], loose: list[Decision]
) -> Status:
    """Let the arbiter's word stand, unless a member that the arbiter never saw was judged otherwise."""
    answers = {ruling.answer for ruling in rulings}
    if len(answers) > 1:
        return replace(base, state="conflict", about="the arbiter judged the joined records differently")
    heard_out = {(d.reviewer, meaning(d, stage)) for d in overruled}
    dissent = [d for d in loose if meaning(d, stage) not in {*answers, "not-retrieved"}]
    new = [d for d in dissent if (d.reviewer, meaning(d, stage)) not in heard_out]
    if new:
        return replace(base, state="conflict", about="a record that joined was judged otherwise than the arbiter did")
    return _final(replace(base, basis="arbiter"), stage, answers.pop(), rulings)


def _voted(base: Status, stage: Stage, votes: list[Decision], settings: ScreeningSettings) -> Status:
    """Count the reviewers' votes."""
    if base.retrieved:
        votes = [d for d in votes if d.answer != "not-retrieved"]
    if not votes:
        return base
    if all(d.answer == "not-retrieved" for d in votes):
        return _final(replace(base, basis=_basis(votes)), stage, "not-retrieved", votes)
    said: dict[str, set[str]] = defaultdict(set)
    for vote in votes:
        said[vote.reviewer].add(meaning(vote, stage))
    of_two_minds = sorted(name for name, answers in said.items() if len(answers) > 1)
    if of_two_minds:
        about = f"{of_two_minds[0]} judged the joined records differently"
        return replace(base, state="conflict", about=about)
    published = [d for d in votes if _kind(d.reviewer, settings) == "publication"]
    if len(said) < base.needed and not published:
        return base
    answers = set().union(*said.values())
    if len(answers) > 1 or "maybe" in answers:
        about = "include or exclude" if len(answers) > 1 else "everybody said maybe"
        return replace(base, state="conflict", about=about)
    automatic = all(_kind(name, settings) == "tool" for name in said)
    basis = "publication" if published else _basis(votes)
    return _final(replace(base, basis=basis, automatic=automatic), stage, answers.pop(), votes)


def _basis(votes: list[Decision]) -> Literal["agreement", "single"]:
    return "agreement" if len({vote.reviewer for vote in votes}) > 1 else "single"


def _kind(name: str, settings: ScreeningSettings) -> str:
    reviewer = settings.reviewers.get(name)
    return reviewer.kind if reviewer else ""


def _final(base: Status, stage: Stage, answer: str, votes: list[Decision]) -> Status:
    """Fill in what a final state carries: the reason that counts, or what was tried."""
    if answer == "include":
        return replace(base, state="included")
    if answer == "not-retrieved":
        tried = "; ".join(dict.fromkeys(d.tried for d in votes if d.tried))
        return replace(base, state="not-retrieved", tried=tried)
    reasons = dict.fromkeys(d.reason for d in votes if d.reason)
    listed = [reason.id for reason in stage.reasons if reason.id in reasons]
    if len(reasons) > 1 and not listed and stage.reports:
        return replace(base, state="conflict", about="the reason to exclude", basis="")
    return replace(base, state="excluded", reason=_first([*listed, *reasons]))


def _studied(status: Status, rulings: list[Decision]) -> Status:
    """Name the study of an included report; reviewers who name different ones are a conflict, too."""
    named = {d.study for d in rulings if d.study} or {d.study for d in status.decisions if d.study}
    if len(named) > 1:
        return replace(status, state="conflict", basis="", about=f"the study: {' or '.join(sorted(named))}")
    return replace(status, study=named.pop() if named else "")
