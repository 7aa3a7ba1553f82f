"""How long a report takes and how large it becomes: `python benchmarks/report.py [--browser]`.

Four made-up reports are set: 200 extracted studies, a table of 1,500 rows, 1,500 references, 10,000 records. The peer
is Chromium, which prints the very HTML file as a PDF (--browser, needs chromium). CPU seconds, medians of three.
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline.deduplicate.citation import Citation, Deduplication
from pipeline.extraction.extract import extract
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.prisma.boxes import Box, Flow
from pipeline.records import tables
from pipeline.records.record import Author, Origin, Record
from pipeline.report import render, words
from pipeline.report.compose import Review, compose
from pipeline.report.document import Column, Document, Row, Section, Table, cell
from pipeline.screening.decisions import Screening, Status
from pipeline.screening.settings import ScreeningSettings

STAGES, STATES = ("title-abstract", "full-text"), ("excluded", "included")
OUTCOMES = ("overall survival", "progression-free survival", "objective response", "disease control")
SETTINGS = ExtractionSettings(
    outcomes=tuple(OutcomeSetting(name=name, column=name.capitalize()) for name in OUTCOMES), sources={"made-up": "-"}
)


def cpu(who: int = resource.RUSAGE_SELF) -> float:
    """Return the CPU seconds used so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measure(make: Callable[[], object], who: int = resource.RUSAGE_SELF) -> float:
    """Return the median CPU seconds of three calls."""
    taken = []
    for _ in range(3):
        start = cpu(who)
        make()
        taken.append(cpu(who) - start)
    return statistics.median(taken)


def record(place: int) -> Record:
    """Make a record."""
    return Record(
        id=f"made-up:{place}",
        origin=Origin(search="made-up"),
        title=f"Made-up trial number {place} of a treatment of some length in people with a fictitious disease",
        authors=tuple(Author(family=f"Author{n}", given="AB") for n in range(7)),
        year=1990 + place % 35,
        journal="Journal of Made-up Results",
        volume=str(place % 90),
        pages=f"{place}-{place + 9}",
        doi=f"10.99999/made-up.{place}",
    )


def review(studies: int, records: int, *, extracted: bool = True) -> Review:
    """Make a review: studies that are included and extracted, records that are screened."""
    found = [record(place) for place in range(records)]
    citations = tuple(Citation(id=one.id, members=(one.id,), record=one) for one in found)
    statuses = {
        one.id: (Status(citation=one.id, stage=STAGES[place < studies], state=STATES[place < studies]),)
        for place, one in enumerate(found)
    }
    every = tuple(one.id for one in found)
    forms = {
        "extraction/studies.csv": tables.write(
            ("study_id", "label", "reports", "design", "setting", "population", "n", "source", "source_place"),
            [
                (f"s{n}", f"Study {n}", f"made-up:{n}", "cohort", "two centres", "adults", "120", "made-up", "p. 1")
                for n in range(studies)
            ],
            form=True,
        ),
        "extraction/arms.csv": tables.write(
            ("study_id", "arm", "modality", "n", "source", "source_place"),
            [(f"s{n}", "drug", f"modality {n % 8}", "60", "made-up", "p. 2") for n in range(studies)],
            form=True,
        ),
        "extraction/outcomes.csv": tables.write(
            ("study_id", "arm", "outcome", "measure", "value", "unit", "n", "source", "source_place"),
            [
                (f"s{n}", "drug", name, "median" if "survival" in name else "proportion", f"{n % 60 + 1}.5",
                 "months" if "survival" in name else "per cent", "60", "made-up", f"table {n % 5}")
                for n in range(studies)
                for name in OUTCOMES
            ],
            form=True,
        ),
    }  # fmt: skip
    return Review(
        title="A made-up review",
        records=found,
        deduplication=Deduplication(citations=citations, pairs=()),
        screening=Screening(statuses=statuses),
        screening_settings=ScreeningSettings(),
        flow=Flow(boxes={"records_screened": Box(n=records, ids=every), "records_excluded": Box(n=0, ids=())}),
        extraction=extract(forms if extracted else {}, SETTINGS),
        extraction_settings=SETTINGS,
    )


def long_table(rows: int) -> Document:
    """Make a report that is one table."""
    labels = ("Study", "Design", "Population", "Arm", "Comparator", "n", "Outcome", "Result", "Source")
    columns = tuple(
        Column(label=label, heads=place == 0, holds="number" if label == "n" else "text")
        for place, label in enumerate(labels)
    )
    body = tuple(
        Row(
            cells=tuple(
                cell(text)
                for text in (
                    f"Study {n} of {1950 + n % 70}", "retrospective cohort", "adults with fictitious disease, G1 to G2",
                    "everything 10 mg daily", "placebo", f"{n % 400}", "progression-free survival",
                    f"median {n % 40}.5 months (95% CI {n % 40 - 2}.1 to {n % 40 + 3}.9)", f"made-up, table {n % 9}",
                )
            )
        )
        for n in range(rows)
    )  # fmt: skip
    table = Table(id="long", title="A long table", columns=columns, rows=body, wide=True)
    return Document(
        title="1,500 rows", words=words.choose("en", {}), sections=(Section(id="s", title="S", blocks=(table,)),)
    )


def printed_by_chromium(data: bytes) -> float:
    """Return the CPU seconds in which Chromium, with all its processes, prints a page."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(data)
        # Without its zygote, Chromium waits for all its processes, so that their time is counted.
        command = [
            path,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-zygote",
            f"--print-to-pdf={out}",
            page.as_uri(),
        ]
        taken = measure(lambda: subprocess.run(command, check=True, capture_output=True), resource.RUSAGE_CHILDREN)
        if not out.stat().st_size:
            raise SystemExit("Chromium printed nothing")
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--browser", action="store_true", help="also let Chromium print each page, for comparison")
    browser = parser.parse_args().browser
    heads = ("compose", "HTML", "HTML kB", "PDF", "PDF kB", "Chromium", "ratio")
    print(f"{'report':28}" + "".join(f"{head:>10}" for head in heads))
    for name, made in (
        ("1,500 references", lambda: compose(review(1500, 1500, extracted=False))),
        ("200 studies, 800 results", lambda: compose(review(200, 200))),
        ("1,500 rows of nine columns", lambda: long_table(1500)),
        ("10,000 records", lambda: compose(review(0, 10_000))),
    ):
        document = made()
        composing = measure(made)
        page, pdf = render.html(document), render.pdf(document).data
        html_seconds, pdf_seconds = (
            measure(lambda d=document: render.html(d)),
            measure(lambda d=document: render.pdf(d)),
        )
        peer = printed_by_chromium(page) if browser else None
        figures = (composing, html_seconds, len(page) / 1000, pdf_seconds, len(pdf) / 1000)
        more = (peer, peer / pdf_seconds) if peer else ()
        print(f"{name:28}" + "".join(f"{figure:10.1f}" for figure in (*figures, *more)))


if __name__ == "__main__":
    main()
