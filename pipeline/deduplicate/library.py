"""The records of a library by index, what of them is compared, and the pairs that are listed of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from pipeline.deduplicate.citation import Pair, Verdict, Word
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.judging import Judgement, witness
from pipeline.deduplicate.relations import LINKED
from pipeline.deduplicate.rules import RULES
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.records.record import Record

BY_NAME = {rule.name: rule for rule in RULES}
_WORDS: Mapping[str, Word] = {"link": "related", "merge": "duplicate", "ignore": "different"}

Two = tuple[int, int]  # indexes of two records, the smaller first
Progress = Callable[[int, int, str], None]  # is told how many of how many are done, and of what


def ordered(a: int, b: int) -> Two:
    """Write the indexes of a pair as all pairs are written."""
    return (a, b) if a < b else (b, a)


@dataclass(frozen=True, slots=True)
class Library:
    """The records and what of them is compared, both by index; makes the pairs that are listed."""

    records: Sequence[Record]
    features: Sequence[Features]

    def judged(self, two: Two, judgement: Judgement, settings: DeduplicationSettings) -> Pair:
        """Make the pair of which a rule decides."""
        rule = BY_NAME[judgement.rule]
        word = _WORDS[getattr(settings.related, rule.kind)] if rule.kind else rule.verdict
        return self._pair(two, word, rule.name, judgement, rule.reason, rule.kind)

    def linked(self, place: Mapping[str, int], settings: DeduplicationSettings) -> Iterator[tuple[Two, Pair]]:
        """Give the pairs that a record itself links, by the other's PMID."""
        by_pmid: dict[str, list[int]] = {}
        for record in self.records:
            if record.pmid:
                by_pmid.setdefault(record.pmid, []).append(place[record.id])
        for record in self.records:
            for link in record.links:
                kind = LINKED.get(link.kind, "")
                if not kind or link.pmid == record.pmid:
                    continue
                for other in by_pmid.get(link.pmid, ()):
                    two = ordered(place[record.id], other)
                    word = _WORDS[getattr(settings.related, kind)]
                    judgement = witness(self.features[two[0]], self.features[two[1]])
                    yield (
                        two,
                        self._pair(two, word, "linked", judgement, f"one record names the other ({link.kind})", kind),
                    )

    def by_person(self, two: Two, verdict: Verdict) -> Pair:
        """Make the pair of which a person has said what it is."""
        word: Word = "duplicate" if verdict.answer == "same" else "different"
        judgement = witness(self.features[two[0]], self.features[two[1]])
        pair = self._pair(two, word, "person", judgement, f"a person said: {verdict.answer}", "")
        return msgspec.structs.replace(pair, by=verdict.by or "person")

    def same(self, two: Two) -> Pair:
        """Make the pair of two records that are the same in all that is compared."""
        judgement = witness(self.features[two[0]], self.features[two[1]])
        return self._pair(two, "duplicate", "identical", judgement, "all that is compared is the same", "")

    def doubted(self, pair: Pair, p: int, q: int, why: str) -> Pair:
        """Make a question of a pair that would bring two records together which contradict each other."""
        a, b = self.records[p].id, self.records[q].id
        reason = f"{pair.reason}; but {a} and {b} would come together, which differ ({why})"
        return msgspec.structs.replace(pair, verdict="ask", reason=reason)

    def _pair(  # noqa: PLR0917 - what a pair is made of
        self, two: Two, word: Word, rule: str, judgement: Judgement, reason: str, kind: str
    ) -> Pair:
        a, b = self.records[two[0]], self.records[two[1]]
        return Pair(
            a=a.id,
            b=b.id,
            verdict=word,
            rule=rule,
            score=judgement.score,
            reason=reason,
            evidence=judgement.evidence,
            kind=kind,
        )
