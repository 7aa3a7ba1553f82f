"""The records of a library by index, what of them is compared, and the pairs that are listed of them."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from pipeline.deduplicate.blocks import Digests, Keys, Progress
from pipeline.deduplicate.citation import Pair, Verdict, Word
from pipeline.deduplicate.features import Features, features
from pipeline.deduplicate.judging import Judgement, witness
from pipeline.deduplicate.packed import Packed
from pipeline.deduplicate.relations import LINKED
from pipeline.deduplicate.rules import RULES
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.records.record import Link, Record

BY_NAME = {rule.name: rule for rule in RULES}
_WORDS: Mapping[str, Word] = {"link": "related", "merge": "duplicate", "ignore": "different"}

_STEP = 2000  # records after which progress is told

Two = tuple[int, int]  # indexes of two records, the smaller first


def ordered(a: int, b: int) -> Two:
    """Write the indexes of a pair as all pairs are written."""
    return (a, b) if a < b else (b, a)


class Library:
    """Records by index: their ids, what of them is compared, their keys and links; makes the pairs that are listed.

    Each record itself is read once, and again only where one is asked for.

    Attributes:
        records: in retrieval order.
        ids: of the records.
        features: of the records.
        keys: of the records, until candidates are looked for.
    """

    def __init__(self, records: Sequence[Record], progress: Progress) -> None:
        """Make the records ready, here: to send a record to a worker costs more than to read it."""
        self.records = records
        self.ids = Packed(str)
        self.features = Packed(Features)
        self.keys = Keys()
        self._contents = Digests()
        self._links: list[tuple[int, Link]] = []
        for index, record in enumerate(records):
            if index % _STEP == 0:
                progress(index, len(records), "Reading")
            made = features(record)
            self.ids.append(record.id)
            self.keys.add(index, made)
            self._contents.add(index, self.features.append(made))
            for link in record.links:
                if link.kind in LINKED and link.pmid not in ("", record.pmid):
                    self._links.append((index, link))
        progress(len(records), len(records), "Reading")

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, names: AbstractSet[str]) -> dict[str, int]:
        """Map those of these ids that are here to their records."""
        return {name: index for index, name in enumerate(self.ids) if name in names} if names else {}

    def identical(self, apart: AbstractSet[int]) -> Iterator[list[int]]:
        """Give the groups of records, each ascending, that are the same in all that is compared.

        A record without a title and without an identifier says too little: it is grouped only with a record that is
        the same in every field. Records that are to stand `apart` are in no group.
        """
        for alike in self._contents.shared():
            groups: dict[bytes, list[int]] = {}
            for index in alike:
                if index not in apart:
                    groups.setdefault(self._says(index), []).append(index)
            yield from (group for group in groups.values() if len(group) > 1)

    def _says(self, index: int) -> bytes:
        """Write what makes a record the same as another."""
        made = self.features[index]
        if made.title or made.doi or made.pmid:
            return self.features.packed(index)
        return msgspec.json.encode(msgspec.structs.replace(self.records[index], id="", origin=msgspec.UNSET))

    def judged(self, two: Two, judgement: Judgement, settings: DeduplicationSettings) -> Pair:
        """Make the pair of which a rule decides."""
        rule = BY_NAME[judgement.rule]
        word = _WORDS[getattr(settings.related, rule.kind)] if rule.kind else rule.verdict
        return self._pair(two, word, rule.name, judgement, rule.reason, rule.kind)

    def linked(self, settings: DeduplicationSettings) -> Iterator[tuple[Two, Pair]]:
        """Give the pairs that a record itself links, by the other's PMID."""
        by_pmid: dict[str, list[int]] = {link.pmid: [] for _, link in self._links}
        if by_pmid:
            for index, made in enumerate(self.features):
                if made.pmid in by_pmid:
                    by_pmid[made.pmid].append(index)
        for index, link in self._links:
            kind = LINKED[link.kind]
            for other in by_pmid[link.pmid]:
                two = ordered(index, other)
                word = _WORDS[getattr(settings.related, kind)]
                reason = f"one record names the other ({link.kind})"
                yield two, self._pair(two, word, "linked", self._witness(two), reason, kind)

    def by_person(self, two: Two, verdict: Verdict) -> Pair:
        """Make the pair of which a person has said what it is."""
        word: Word = "duplicate" if verdict.answer == "same" else "different"
        pair = self._pair(two, word, "person", self._witness(two), f"a person said: {verdict.answer}", "")
        return msgspec.structs.replace(pair, by=verdict.by or "person")

    def same(self, two: Two) -> Pair:
        """Make the pair of two records that are the same in all that is compared."""
        reason = "all that is compared is the same"
        return self._pair(two, "duplicate", "identical", self._witness(two), reason, "")

    def doubted(self, pair: Pair, p: int, q: int, why: str) -> Pair:
        """Make a question of a pair that would bring two records together which contradict each other."""
        a, b = self.ids[p], self.ids[q]
        reason = f"{pair.reason}; but {a} and {b} would come together, which differ ({why})"
        return msgspec.structs.replace(pair, verdict="ask", reason=reason)

    def _witness(self, two: Two) -> Judgement:
        return witness(self.features[two[0]], self.features[two[1]])

    def _pair(  # noqa: PLR0917 - what a pair is made of
        self, two: Two, word: Word, rule: str, judgement: Judgement, reason: str, kind: str
    ) -> Pair:
        return Pair(
            a=self.ids[two[0]],
            b=self.ids[two[1]],
            verdict=word,
            rule=rule,
            score=judgement.score,
            reason=reason,
            evidence=judgement.evidence,
            kind=kind,
        )
