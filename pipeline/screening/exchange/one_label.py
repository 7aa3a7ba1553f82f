"""Tools whose CSV has one column of labels: ASReview, CoLRev, and any table a person describes.

Source: ASReview documentation, "Data format" (label columns, columns of its export); CoLRev's
data/prescreen/prescreen.csv and data/screen/screen.csv as its 0.14 writes them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError, did_you_mean, unknown_words
from pipeline.records import tables
from pipeline.records.tables import Row, Table
from pipeline.screening.decisions import Decision, Status
from pipeline.screening.exchange.foreign import OUR_ID, Delivery, Vote, pseudonyms, read, reference
from pipeline.screening.settings import Answer, ScreeningSettings

_FACTS = {
    "key": ("record_id", "ID", "id", "key"),
    "title": ("title", "Title", "primary_title"),
    "authors": ("authors", "author", "Authors", "first_authors"),
    "year": ("year", "Year", "publication_year", "Published Year"),
    "journal": ("journal", "Journal", "booktitle", "journal_name"),
    "volume": ("volume", "Volume"),
    "pages": ("pages", "Pages"),
    "doi": ("doi", "DOI"),
    "pmid": ("pmid", "PMID", "pubmed_id"),
    "notes": ("notes", "note"),
}
# ASReview: label columns in the order in which it looks for them.
ASREVIEW_LABELS = (
    "asreview_label", "included", "label", "final_included", "label_included", "included_label", "included_final",
    "included_flag", "include",
)  # fmt: skip
COLREV_LABELS = ("presceen_inclusion", "prescreen_inclusion", "screen_inclusion")  # the first spelling is CoLRev's own
_BINARY: Mapping[str, Answer] = {"1": "include", "0": "exclude", "1.0": "include", "0.0": "exclude"}
_IN_OUT: Mapping[str, Answer] = {"in": "include", "out": "exclude"}
_OPEN = {"", "todo", "nan", "na", "-1", "not_seen"}


def asreview(files: Mapping[str, bytes], people: Mapping[str, str]) -> Delivery:
    """Read ASReview's export, or a data set labelled for it: 1 include, 0 exclude, empty not seen.

    Raises:
        FormError: no label column, or a label that is none.
    """
    loading = _Loading("asreview", people)
    for file, data in files.items():
        table = read(data, file, ASREVIEW_LABELS)
        label = next((name for name in ASREVIEW_LABELS if name in table.header), "")
        if loading.missing(table, label, ASREVIEW_LABELS):
            continue
        who = next((name for name in ("asreview_user_email", "asreview_user_name") if name in table.header), "")
        tags = [name for name in table.header if name.startswith("asreview_tag_")]
        for row in table.rows:
            marked = [name.removeprefix("asreview_tag_") for name in tags if row[name] in {"1", "1.0"}]
            note = "; ".join(filter(None, (row["asreview_note"], ", ".join(marked))))
            loading.add(table, row, label, _BINARY, who=row[who] if who else "asreview", note=note)
    return loading.delivery()


def colrev(files: Mapping[str, bytes], people: Mapping[str, str]) -> Delivery:
    """Read CoLRev's prescreen.csv or screen.csv: in, out, or TODO; criteria that are out become the reason.

    Raises:
        FormError: neither an inclusion column nor columns of criteria, or a word that is none of the three.
    """
    loading = _Loading("colrev", people)
    for file, data in files.items():
        table = read(data, file, COLREV_LABELS)
        label = next((name for name in COLREV_LABELS if name in table.header), "")
        known = {name for names in _FACTS.values() for name in names} | {"abstract", "number", "issue", *COLREV_LABELS}
        words = {"in", "out", "todo", ""}
        others = [name for name in table.header if name not in known]
        criteria = [name for name in others if all(row[name].casefold() in words for row in table.rows)]
        if not label and not criteria:
            loading.missing(table, "", COLREV_LABELS)
            continue
        for row in table.rows:
            out = [name for name in criteria if row[name].casefold() == "out"]
            undecided = any(row[name].casefold() == "todo" for name in criteria)
            word = row[label] if label else "out" if out else "TODO" if undecided else "in"
            more = f"CoLRev criteria: {', '.join(out)}" if len(out) > 1 else ""
            reason = out[0] if len(out) == 1 else ""
            loading.add(table, row, label, _IN_OUT, who="colrev", word=word, reason=reason, note=more)
    return loading.delivery()


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of a person's own table holds what; an empty name where there is none.

    Attributes:
        decision: the answers, in the words that workflow.yaml accepts.
        reviewer: the reviewer; where it is empty, the reviewer named for the whole table.
        stage: the stage of each answer; where it is empty, the stage named for the whole table. A table that
            `dump_columns` wrote needs neither said.
    """

    decision: str = "decision"
    reviewer: str = ""
    stage: str = ""
    reason: str = "reason"
    note: str = "note"


def columns(
    files: Mapping[str, bytes], people: Mapping[str, str], named: Columns, settings: ScreeningSettings, stage: str
) -> Delivery:
    """Read any table with a column of decisions.

    Raises:
        FormError: the column is not there, or holds a word that means no answer.
    """
    loading = _Loading("columns", people)
    words = {each.id: settings.vocabulary(each) for each in settings.stages}
    for file, data in files.items():
        table = read(data, file, (named.decision, OUR_ID, "title"))
        own = {OUR_ID, "reviewer", "stage"} <= set(table.header)
        by, at = named.reviewer or "reviewer" * own, named.stage or "stage" * own
        absent = [name for name in (named.decision, by, at) if name and name not in table.header]
        if absent:
            loading.missing(table, "", absent)
            continue
        for row in table.rows:
            place = row[at] if at else stage
            if place not in words:
                loading.faults.extend(_unknown_stage(table, row, at, place, list(words)))
                continue
            loading.add(
                table,
                row,
                named.decision,
                words[place],
                who=row[by] if by else "columns",
                reason=row[named.reason],
                note=row[named.note],
                stage=place,
            )
    return loading.delivery()


def _unknown_stage(table: Table, row: Row, column: str, place: str, stages: Sequence[str]) -> Iterator[Fault]:
    for fault in unknown_words(column, [place], stages):
        yield replace(fault, file=table.file, row=row.number)


class _Loading:
    """One reading of files that have one column of labels."""

    def __init__(self, tool: str, people: Mapping[str, str]) -> None:
        self.tool, self.people = tool, people
        self.faults: list[Fault] = []
        self.rows: list[tuple[Table, Row, Vote | None]] = []

    def missing(self, table: Table, label: str, accepted: Sequence[str]) -> bool:
        """Note that a table has no column of labels."""
        if not label:
            near = did_you_mean(accepted[0], table.header)
            what = "no column tells the decisions"
            self.faults.append(Fault(what=what, file=table.file, row=1, accepted=", ".join(accepted), remedy=near))
        return not label

    def add(
        self,
        table: Table,
        row: Row,
        label: str,
        words: Mapping[str, Answer],
        *,
        who: str,
        word: str | None = None,
        reason: str = "",
        note: str = "",
        stage: str = "",
    ) -> None:
        """Take one row: its label is an answer, open, or a fault."""
        text = row[label] if word is None else word
        answer = words.get(text.casefold())
        if answer is None and text.casefold() not in _OPEN:
            what, accepted = f"{text!r} is no decision", ", ".join(words)
            self.faults.append(
                Fault(what=what, file=table.file, row=row.number, column=label, accepted=f"{accepted}, or nothing")
            )
        if answer != "exclude" and reason:
            note, reason = "; ".join(filter(None, (note, f"reason: {reason}"))), ""
        more = {name: row[name] for name in ("report", "tried", "study")} if stage else {}
        vote = Vote(reviewer=who, answer=answer, reason=reason, note=note, stage=stage, **more) if answer else None
        self.rows.append((table, row, vote))

    def delivery(self) -> Delivery:
        """Name everybody and give the references."""
        if self.faults:
            raise FormError(self.faults)
        names = pseudonyms((vote.reviewer for _, _, vote in self.rows if vote), self.people, self.tool)
        found = [
            reference(table, row, _FACTS, [replace(vote, reviewer=names[vote.reviewer])] if vote else [])
            for table, row, vote in self.rows
        ]
        return Delivery(references=tuple(found), people=names)


def dump_asreview(
    citations: Sequence[Citation],
    statuses: Mapping[str, Status],
    *,
    reports: bool,  # noqa: ARG001 - ASReview knows one kind of decision
) -> dict[str, bytes]:
    """Write a data set for ASReview: 1 for what is included, 0 for what is excluded, empty otherwise."""
    header = (OUR_ID, "title", "authors", "abstract", "keywords", "year", "doi", "included")
    rows = _rows(citations, statuses, {"included": "1", "excluded": "0"}, "")
    return {"asreview.csv": tables.write(header, ([facts[name] for name in header] for facts in rows))}


def dump_colrev(citations: Sequence[Citation], statuses: Mapping[str, Status], *, reports: bool) -> dict[str, bytes]:
    """Write CoLRev's prescreen.csv, or screen.csv of reports, every cell quoted as CoLRev writes it."""
    name, label = ("screen.csv", "screen_inclusion") if reports else ("prescreen.csv", "presceen_inclusion")
    header = (
        "ID", "author", "title", "journal", "booktitle", "year", "volume", "number", "pages", "doi", "abstract",
        label, OUR_ID,
    )  # fmt: skip
    rows = _rows(citations, statuses, {"included": "in", "excluded": "out"}, "TODO")
    return {name: tables.write(header, ([facts[name] for name in header] for facts in rows), form=True)}


def dump_columns(citations: Sequence[Citation], decisions: Iterable[Decision]) -> dict[str, bytes]:
    """Write one row a decision: the long table from which everything else can be made."""
    home = {member: citation for citation in citations for member in citation.members}
    texts = ("reason", "note", "report", "tried", "study")
    header = (OUR_ID, "record_id", "stage", "reviewer", "decision", *texts, "title", "doi", "pmid", "year")
    rows = []
    for decision in decisions:
        citation = home.get(decision.records[0])
        if citation is not None:
            record = citation.record
            said = (decision.stage, decision.reviewer, decision.answer, *(getattr(decision, name) for name in texts))
            facts = (record.title, record.doi, record.pmid, str(record.year or ""))
            rows.append((citation.id, " | ".join(decision.records), *said, *facts))
    return {"decisions.csv": tables.write(header, rows)}


def _rows(
    citations: Sequence[Citation], statuses: Mapping[str, Status], labels: Mapping[str, str], undecided: str
) -> Iterator[dict[str, str]]:
    for number, citation in enumerate(citations, start=1):
        record = citation.record
        status = statuses.get(citation.id)
        shown = labels.get(status.state, undecided) if status else undecided
        yield {
            OUR_ID: citation.id,
            "ID": f"{number:06d}",
            "title": record.title or record.original_title,
            "authors": "; ".join(author.name for author in record.authors),
            "author": " and ".join(author.name for author in record.authors),
            "abstract": record.abstract_text,
            "keywords": "; ".join(record.keywords),
            "journal": record.journal,
            "booktitle": "",
            "year": str(record.year or ""),
            "volume": record.volume,
            "number": record.issue,
            "pages": record.pages,
            "doi": record.doi,
            "included": shown,
            "presceen_inclusion": shown,
            "screen_inclusion": shown,
        }
