"""A small living review against a sandbox whose records can be changed between two days."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from pipeline.records import tables
from pipeline.records.record import Link, Origin, Passage, Record
from pipeline.sandbox import corpus, server
from pipeline.search.eutils import Client, Patience
from pipeline.workflow import history, protocol, release, run
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import STAGES
from pipeline.workflow.versions import Version

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
WORKFLOW = """\
schema: 1
review: {title: A small living review}
searches:
  pubmed: {query: queries/pubmed.txt}
  embase: {database: Embase, kind: export, files: [queries/imports/embase/*], remind_after_days: 10}
screening:
  reviewers: {anna: {name: Anna}}
  stages:
    - {id: title-abstract, votes: 1}
    - {id: full-text, reports: true, votes: 1, reasons: [{id: other, label: Not on treatment}]}
report: {list_records: 0}
"""
RIS = "TY  - JOUR\nTI  - {title}\nAU  - Example, A\nPY  - 2020\nER  - \n"


def pmid(number: int) -> str:
    return str(900_000_000 + number)


def record(number: int, *, revised: str = "20200101", **fields) -> Record:
    title = f"Trial number {number} of {WORDS[number % len(WORDS)]} for {WORDS[-number % len(WORDS)]} in the liver"
    made = {"title": title, "year": 2000 + number, "abstract": (Passage(text=f"Abstract {number}."),)}
    return Record(
        id=f"s:{pmid(number)}",
        origin=Origin(search="s"),
        pmid=pmid(number),
        extra=(("LR", revised),),
        **{**made, **fields},
    )


NAMES = "amber badger cedar dahlia ember falcon garnet heron iris juniper kestrel lupin maple nettle otter"
WORDS = NAMES.split()
ERRATUM = Link(kind="erratum-in", text="J Fict Surg. 2026;1:2")
RETRACTION = Link(kind="retraction-in", pmid=pmid(99), text="J Fict Surg. 2026;1:9")


@dataclass
class Living:
    """The folder, what PubMed holds, and the day."""

    root: Path
    held: dict[int, Record] = field(default_factory=dict)
    day: datetime = MONDAY

    @classmethod
    def begin(cls, root: Path) -> "Living":
        """Make a review that was never run, and a PubMed that holds five records of its search."""
        (root / "queries").mkdir(parents=True)
        (root / "workflow.yaml").write_text(WORKFLOW)
        (root / "queries/pubmed.txt").write_text("liver")
        made = cls(root)
        made.hold(*range(1, 6))
        return made

    def twin(self, root: Path) -> "Living":
        """Copy the folder, and what PubMed holds."""
        shutil.copytree(self.root, root)
        return Living(root, dict(self.held), self.day)

    @property
    def folder(self) -> ReviewFolder:
        return ReviewFolder(self.root)

    def hold(self, *numbers: int) -> None:
        self.held |= {number: record(number) for number in numbers}

    def revise(self, number: int, **fields) -> None:
        revised = (("LR", self.day.strftime("%Y%m%d")),)
        self.held[number] = replace(self.held[number], extra=revised, **fields)

    def export(self, name: str, *titles: str) -> None:
        place = self.root / "queries/imports/embase" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("".join(RIS.format(title=title) for title in titles))

    def settings(self, text: str) -> None:
        (self.root / "workflow.yaml").write_text(WORKFLOW + text)

    def later(self, days: int) -> None:
        self.day += timedelta(days=days)

    def run(self, *, client=None, **options):
        """Run every stage and return what each said, by its name."""
        folder = self.folder
        with folder.locked():
            settings = protocol.load(folder)
            moment, _ = history.moment(folder, self.day)
            work = run.Work(
                folder=folder,
                protocol=settings,
                now=moment,
                tool="living-review test",
                progress=lambda done, total, what: None,
                options={**options, **({"client": client} if client else {})},
            )
            results = run.run(STAGES, work, tell=lambda _: None)
        return {result.stage.name: result.account for result in results}

    def update(self, *, intercept=None, **options):
        """Update against a sandbox that holds `held`."""
        with server.serving(corpus.Held(self.held.values()), today=self.day.date(), intercept=intercept) as sandbox:
            return self.ask(sandbox.address, **options)

    def ask(self, address: str, **options):
        """Update against the endpoint at an address."""
        moment, _ = history.moment(self.folder, self.day)
        client = cache(lambda: Client(address, now=lambda: moment, patience=QUICK))
        return self.run(client=client, update=True, **options)

    def release(self, label: str, note: str = "A note.") -> Version:
        """Freeze a version."""
        folder = self.folder
        with folder.locked():
            work = run.Work(
                folder=folder,
                protocol=protocol.load(folder),
                now=self.day,
                tool="living-review test",
                progress=lambda done, total, what: None,
            )
            return release.release(STAGES, work, label, note, tell=lambda _: None)

    def decide(self, stage: str, **answers: str) -> None:
        """Fill in the worksheets of a stage: n1="include" is the answer on record 1; reasons follow after a blank."""
        for path in (self.root / "screening" / stage / "anna").glob("*.csv"):
            table = tables.read(path.read_bytes(), file=path.name)
            rows = []
            for row in table.rows:
                number = int(row["record_id"].rpartition(":")[2]) % 1000 if row["record_id"].startswith("pubmed") else 0
                answer, _, reason = answers.get(f"n{number}", "").partition(" ")
                filled = {"decision": answer, "reason": reason} if answer else {}
                rows.append([{**row.cells, **filled}[name] for name in table.header])
            path.write_bytes(tables.write(table.header, rows, form=True))

    def answer(self, path: str, word: str) -> None:
        """Give one answer to every row of a form."""
        place = self.root / path
        table = tables.read(place.read_bytes(), file=path)
        rows = [
            [{**row.cells, "answer": word, "answered_by": "Anna"}[name] for name in table.header] for row in table.rows
        ]
        place.write_bytes(tables.write(table.header, rows, form=True))

    def table(self, name: str) -> list[dict[str, str]]:
        data = (self.root / "outputs" / name).read_bytes()
        return [dict(row.cells) for row in tables.read(data, file=name).rows]

    def text(self, name: str) -> str:
        return (self.root / "outputs" / name).read_text(encoding="utf-8")


QUICK = Patience(connect=2, read=2, answer=4, tries=2, first_wait=0.01, longest_wait=0.02)
