"""References of another tool to citations of this review, and the account of what was carried, ambiguous and lost."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import msgspec

from pipeline.deduplicate.citation import Citation
from pipeline.deduplicate.clusters import deduplicate
from pipeline.errors import did_you_mean
from pipeline.records import identifiers
from pipeline.records.record import Record
from pipeline.screening.decisions import Decision
from pipeline.screening.exchange.foreign import Delivery, Reference, Vote
from pipeline.screening.settings import ScreeningSettings, Stage

COLUMNS = ("file", "row", "key", "title", "outcome", "record_id", "matched by", "stage", "reviewer", "decision", "why")

_TITLE_WORDS = 4  # a shorter title ("Reply", "Editorial comment") is no evidence

Outcome = Literal["carried", "ambiguous", "lost", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one vote, or of a reference without any.

    Attributes:
        outcome: carried; ambiguous, where a person must choose; lost, where the review has no such record; open,
            where nothing was decided there.
        record: the citation it was matched with.
        by: the id, PMID, DOI or bibliographic facts by which it was.
        why: why it was not carried, or carried otherwise than it was written.
    """

    reference: Reference
    outcome: Outcome
    record: str = ""
    by: str = ""
    decision: Decision | None = None
    vote: Vote | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """The account of an import: every vote once, in the order of the files, and what the tool does not tell."""

    items: tuple[Item, ...]
    untold: tuple[str, ...] = ()
    people: Mapping[str, str]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """List what was carried, each decision once."""
        found = {item.decision.key: item.decision for item in self.items if item.decision is not None}
        return tuple(found[key] for key in sorted(found))

    def count(self, outcome: Outcome) -> int:
        """Return how many votes or references had this outcome."""
        return sum(item.outcome == outcome for item in self.items)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Write the account as rows under COLUMNS."""
        for item in self.items:
            one, vote, said = item.reference, item.vote, item.decision
            yield (
                one.file,
                str(one.row),
                one.key,
                one.record.title,
                item.outcome,
                item.record,
                item.by,
                said.stage if said else (vote.stage if vote else ""),
                vote.reviewer if vote else "",
                vote.answer if vote else "",
                item.why,
            )


def carry(delivery: Delivery, citations: Sequence[Citation], settings: ScreeningSettings, *, stage: str) -> Fidelity:
    """Match every reference with a citation and carry its votes over.

    Args:
        delivery: what the other tool says.
        citations: those of this review.
        settings: stages and reasons.
        stage: where votes count that name no stage themselves.
    """
    matches = _matches(delivery.references, citations)
    items: list[Item] = []
    answers: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for one in delivery.references:
        match = matches[one.file, one.row]
        for vote in one.votes:
            item = _item(one, vote, match, settings.stage(vote.stage or stage))
            items.append(item)
            if item.decision is not None:
                answers[item.decision.key].add(item.decision.answer)
        if not one.votes:
            record = match.records[0] if len(match.records) == 1 and not match.doubtful else ""
            items.append(Item(reference=one, outcome="open", record=record, by=match.by, why="not decided there"))
    settled = tuple(
        replace(item, outcome="ambiguous", decision=None, why=_CONTRADICTED)
        if item.decision is not None and len(answers[item.decision.key]) > 1
        else item
        for item in items
    )
    return Fidelity(items=settled, untold=delivery.untold, people=delivery.people)


_CONTRADICTED = "another row carries another answer of the same reviewer to the same record"


class _Match(NamedTuple):
    """The citations that a reference fits, and by what; doubtful where a person would have to say."""

    records: tuple[str, ...] = ()
    by: str = ""
    doubtful: bool = False


def _item(one: Reference, vote: Vote, match: _Match, stage: Stage) -> Item:
    base = Item(reference=one, outcome="lost", by=match.by, vote=vote)
    records = match.records
    if not records:
        return replace(base, why="no record of this review fits")
    if match.doubtful:
        return replace(base, outcome="ambiguous", why=f"it may be {' or '.join(records)}, or none")
    if len(records) > 1:
        return replace(base, outcome="ambiguous", why=f"it fits {len(records)} records: {', '.join(records)}")
    reason, note, why = _reason(vote, stage)
    if stage.reports and vote.answer == "exclude" and not reason:
        accepted = ", ".join(each.id for each in stage.reasons) or "one reason"
        why = f"excluded there without a reason that this stage knows; accepted: {accepted}"
        return replace(base, outcome="ambiguous", record=records[0], why=f"{why}. {note}".strip())
    decision = Decision(
        records=(records[0],),
        stage=stage.id,
        reviewer=vote.reviewer,
        answer=vote.answer,
        reason=reason,
        note=note,
        report=vote.report,
        tried=vote.tried,
        study=vote.study,
        title=one.record.title,
        file=one.file,
        row=one.row,
    )
    return replace(base, outcome="carried", record=records[0], decision=decision, why=why)


def _reason(vote: Vote, stage: Stage) -> tuple[str, str, str]:
    """Find a reason among those of the stage; what is not among them goes into the note, and that is said."""
    if not vote.reason or not stage.reasons:
        return vote.reason, vote.note, ""
    known = {text.casefold(): each.id for each in stage.reasons for text in (each.id, each.title)}
    found = known.get(vote.reason.casefold(), "")
    if found:
        return found, vote.note, ""
    guess = did_you_mean(vote.reason, [text for each in stage.reasons for text in (each.id, each.title)])
    note = "; ".join(filter(None, (vote.note, f"reason: {vote.reason}")))
    return "", note, f"the reason {vote.reason!r} is not one of this stage and went into the note. {guess}".strip()


def _matches(references: Sequence[Reference], citations: Sequence[Citation]) -> dict[tuple[str, int], _Match]:
    """Find the citations of each reference: by our id, by PMID and DOI, by its title, then by all of its facts."""
    home = {member: citation.id for citation in citations for member in citation.members}
    by_number: dict[str, set[str]] = defaultdict(set)
    for citation in citations:
        for number in _numbers(citation.record.pmid, citation.record.doi):
            by_number[number].add(citation.id)
    titled: dict[str, list[Citation]] = defaultdict(list)
    for citation in citations:
        titled[_title(citation.record)].append(citation)
    found = {}
    unmatched = []
    for one in references:
        own = next((home[key] for key in (one.ours, one.key) if key in home), "")
        numbers = {hit for number in _numbers(one.record.pmid, one.record.doi) for hit in by_number.get(number, ())}
        if own:
            found[one.file, one.row] = _Match((own,), "record id")
        elif numbers:
            found[one.file, one.row] = _Match(tuple(sorted(numbers)), "PMID or DOI")
        elif same := [each.id for each in titled[_title(one.record)] if _fits(one.record, each.record)]:
            found[one.file, one.row] = _Match(tuple(same), "title")
        else:
            unmatched.append(one)
    return found | _alike(unmatched, citations)


def _title(record: Record) -> str:
    """Return what titles are compared by; a title of a few words proves nothing and gives a key of its own."""
    key = " ".join(re.findall(r"\w+", record.title.casefold()))
    return key if len(key.split()) >= _TITLE_WORDS else f"short:{record.id}"


def _fits(theirs: Record, ours: Record) -> bool:
    """Say whether year and first author of two records of one title do not contradict each other."""
    if theirs.year and ours.year and abs(theirs.year - ours.year) > 1:
        return False
    families = [record.authors[0].family.casefold() for record in (theirs, ours) if record.authors]
    return len(families) < len((theirs, ours)) or families[0] in families[1] or families[1] in families[0]


def _numbers(pmid: str, doi: str) -> Iterator[str]:
    if pmid:
        yield f"pmid:{pmid}"
    if doi:
        yield f"doi:{identifiers.doi_key(doi)}"


def _alike(references: Sequence[Reference], citations: Sequence[Citation]) -> dict[tuple[str, int], _Match]:
    """Join references with citations by the rules of deduplication; a pair it would ask about is doubtful."""
    if not references:
        return {}
    ours = {citation.id for citation in citations}
    merged = [msgspec.structs.replace(citation.record, id=citation.id) for citation in citations]
    joined = deduplicate([*merged, *(one.record for one in references)])
    sure: dict[str, list[str]] = defaultdict(list)
    for cluster in joined.citations:
        mine = [member for member in cluster.members if member in ours]
        for member in cluster.members:
            if member not in ours:
                sure[member].extend(mine)
    asked: dict[str, list[str]] = defaultdict(list)
    for pair in joined.pairs:
        for a, b in ((pair.a, pair.b), (pair.b, pair.a)):
            if pair.verdict == "ask" and a not in ours and b in ours:
                asked[a].append(b)
    by = "bibliographic facts"
    return {
        (one.file, one.row): _Match(tuple(sorted(sure[one.record.id])), by)
        if sure[one.record.id]
        else _Match(tuple(sorted(asked[one.record.id])), by, doubtful=True)
        if asked[one.record.id]
        else _Match()
        for one in references
    }
