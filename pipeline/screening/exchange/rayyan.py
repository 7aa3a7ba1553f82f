"""Rayyan: `articles.csv`, whose notes tell decisions, and `customizations_log.csv`, which tells them one by one.

Source: Rayyan help centre, "Export your review" (columns and notes), as seen in exports; the log's keys `included`
with 1, 0 and -1, and `__EXR__<reason>`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError
from pipeline.records import tables
from pipeline.screening.decisions import Decision
from pipeline.screening.exchange.foreign import OUR_ID, Delivery, Reference, Vote, pseudonyms, read, reference
from pipeline.screening.settings import Answer

HEADER = (
    "key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url",
    "language", "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id", "pmc_id",
)  # fmt: skip
_LOG = ("article_id", "created_at", "user_id", "user_email", "key", "value")
_COLUMNS = {
    "key": ("key",), "title": ("title",), "authors": ("authors",), "year": ("year",), "journal": ("journal",),
    "volume": ("volume",), "pages": ("pages",), "doi": ("doi",), "pmid": ("pubmed_id",), "notes": ("notes",),
}  # fmt: skip
_VALUES: Mapping[str, Answer] = {"1": "include", "0": "maybe", "-1": "exclude"}
_WORDS: Mapping[str, Answer] = {"included": "include", "excluded": "exclude", "maybe": "maybe"}
_SHOWN: Mapping[str, str] = {"include": "Included", "exclude": "Excluded", "maybe": "Maybe"}
_REASON = "__EXR__"
_PART = re.compile(r"RAYYAN-(INCLUSION|EXCLUSION-REASONS|LABELS): *(.*?)(?= *\| *(?:RAYYAN-|USER-NOTES)|$)", re.DOTALL)
_ENTRY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"([^"]*)"')


def load(files: Mapping[str, bytes], people: Mapping[str, str]) -> Delivery:
    """Read an export: the articles, and the log where it is there, which is exact where the notes are not.

    Raises:
        FormError: a file is neither of the two.
    """
    articles, logs, faults = [], [], []
    for file, data in files.items():
        table = read(data, file, (*HEADER, *_LOG))
        if {"article_id", "key", "value"} <= set(table.header):
            logs.append(table)
        elif {"key", "title"} <= set(table.header):
            articles.append(table)
        else:
            accepted = "articles.csv or customizations_log.csv of a Rayyan export"
            faults.append(Fault(what="this is no file of a Rayyan export", file=file, accepted=accepted))
    if faults:
        raise FormError(faults)
    said = list(_logged(logs))
    if logs:
        names = pseudonyms((who for _, who, _, _ in said), people, "rayyan")
        return _from_log(articles, said, names)
    return _from_notes(articles, people)


def _logged(logs: Iterable[tables.Table]) -> Iterator[tuple[str, str, str, str]]:
    """Yield article, person, key and value of the last event of each article, person and key."""
    last: dict[tuple[str, str, str], tuple[str, int, str]] = {}
    for table in logs:
        for row in table.rows:
            who = row["user_email"] or row["user_id"]
            moment = (row["created_at"], row.number, row["value"])
            place = (row["article_id"], who, row["key"])
            last[place] = max(last.get(place, ("", 0, "")), moment)
    for (article, who, key), (_, _, value) in sorted(last.items()):
        yield article, who, key, value


def _from_log(
    articles: Sequence[tables.Table], said: Sequence[tuple[str, str, str, str]], names: Mapping[str, str]
) -> Delivery:
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for article, who, key, value in said:
        if key == "included" and value in _VALUES:
            answers[article][who] = _VALUES[value]
        elif key.startswith(_REASON) and value == "1":
            reasons[article, who].append(key.removeprefix(_REASON).strip('"'))
    found = []
    for table in articles:
        for row in table.rows:
            article = row["key"].removeprefix("rayyan-")
            votes = [
                Vote(reviewer=names[who], answer=answer, **_reasoned(answer, reasons.get((article, who), [])))
                for who, answer in answers.get(article, {}).items()
            ]
            found.append(reference(table, row, _COLUMNS, votes))
    known = {one.key.removeprefix("rayyan-") for one in found}
    strays = sorted(set(answers) - known)
    untold = [f"The log speaks of the article {stray!r}, which is not in articles.csv." for stray in strays]
    return Delivery(references=tuple(found), untold=tuple(untold), people=names)


def _reasoned(answer: Answer, reasons: Sequence[str]) -> dict[str, str]:
    """Take one reason as the reason of an exclusion; several, and those beside another answer, as a note."""
    if answer == "exclude" and len(reasons) == 1:
        return {"reason": reasons[0]}
    return {"note": f"Rayyan reasons: {', '.join(reasons)}"} if reasons else {}


def _from_notes(articles: Sequence[tables.Table], people: Mapping[str, str]) -> Delivery:
    """Read decisions from the notes, where reasons are not tied to a reviewer."""
    parsed = [(table, row, dict(_PART.findall(row["notes"]))) for table in articles for row in table.rows]
    entries = [_ENTRY.findall(parts.get("INCLUSION", "")) for _, _, parts in parsed]
    names = pseudonyms((who for found in entries for who, _ in found), people, "rayyan")
    found: list[Reference] = []
    shared = 0
    for (table, row, parts), said in zip(parsed, entries, strict=True):
        reasons = [reason.strip() for reason in parts.get("EXCLUSION-REASONS", "").split(",") if reason.strip()]
        answers = [(names[who], _WORDS[word.casefold()]) for who, word in said if word.casefold() in _WORDS]
        excluding = [who for who, answer in answers if answer == "exclude"]
        shared += len(excluding) > 1 and bool(reasons)
        votes = [
            Vote(reviewer=who, answer=answer, **_reasoned(answer, reasons if answer == "exclude" else []))
            for who, answer in answers
        ]
        found.append(reference(table, row, _COLUMNS, votes))
    untold = []
    if shared:
        untold.append(
            f"{shared:,} articles have reasons and several reviewers who excluded them: without customizations_log.csv "
            "nobody can tell whose reason is whose, so each was given all."
        )
    return Delivery(references=tuple(found), untold=tuple(untold), people=names)


def dump(citations: Sequence[Citation], decisions: Iterable[Decision]) -> dict[str, bytes]:
    """Write an articles.csv that Rayyan imports; decisions travel in the notes, as Rayyan writes them itself.

    Rayyan holds one answer of each reviewer to a reference. Where somebody gave several, to records that were joined
    later, the reference is undecided for them, and the notes say what they answered.
    """
    heard: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        for one in decision.records:
            heard[one].append(decision)
    rows = []
    for citation in citations:
        record = citation.record
        mine = [decision for member in citation.members for decision in heard.get(member, ())]
        said: dict[str, dict[str, None]] = defaultdict(dict)
        for d in mine:
            if d.answer in _SHOWN:
                said[d.reviewer][_SHOWN[d.answer]] = None
        inclusion = ", ".join(f'"{who}"=>"{next(iter(words))}"' for who, words in said.items() if len(words) == 1)
        several = [f"{who} answered {' and '.join(words)}" for who, words in said.items() if len(words) > 1]
        reasons = ",".join(dict.fromkeys(d.reason.replace(",", " ") for d in mine if d.reason))
        notes = [f"{OUR_ID}: {citation.id}"]
        notes += [f"RAYYAN-INCLUSION: {{{inclusion}}}"] if inclusion else []
        notes += [f"on records joined since: {'; '.join(several)}"] if several else []
        notes += [f"RAYYAN-EXCLUSION-REASONS: {reasons}"] if reasons else []
        facts = {
            "key": citation.id,
            "title": record.title or record.original_title,
            "year": str(record.year or ""),
            "month": str(record.month or ""),
            "day": str(record.day or ""),
            "journal": record.journal,
            "issn": next(iter(record.issn), ""),
            "volume": record.volume,
            "issue": record.issue,
            "pages": record.pages,
            "authors": " and ".join(author.name for author in record.authors),
            "url": next(iter(record.urls), ""),
            "language": next(iter(record.languages), ""),
            "publisher": record.publisher,
            "location": record.place,
            "abstract": record.abstract_text,
            "notes": " | ".join(notes),
            "doi": record.doi,
            "keywords": "; ".join(record.keywords),
            "pubmed_id": record.pmid,
            "pmc_id": record.pmcid,
        }
        rows.append([facts[column] for column in HEADER])
    return {"articles.csv": tables.write(HEADER, rows)}
