import csv
import re
import shutil

import pytest

from pipeline.cli import main
from pipeline.records import tables

WORKFLOW = """\
schema: 1
review:
  title: A made-up review
searches:
  embase:
    database: Embase
    kind: export
    files: [queries/imports/embase/*]
screening:
  reviewers:
    anna: {}
  stages:
    - {id: title-abstract, votes: 1}
    - {id: full-text, reports: true, votes: 1, reasons: [{id: population}]}
extraction:
  outcomes:
    - {name: overall survival, abbreviation: OS, kind: time to event, primary: true}
  modalities: [drug]
  sources: {other: A document}
  covidence: {Sponsor: funding}
  covidence_results:
    OS: {outcome: OS, measure: median, unit: months, arm: drug, modality: drug}
"""
RECORDS = """\
TY  - JOUR
AU  - Alpha, A
TI  - A fictitious trial of nothing in alpha people
PY  - 2001
DO  - 10.1000/alpha
ER  -

TY  - JOUR
AU  - Beta, B
TI  - A made-up cohort of beta patients
PY  - 2002
DO  - 10.1000/beta
ER  -
"""
EXPORT = """\
Covidence #,Study ID,Title,Reviewer Name,Study design,Sponsor,Colour,OS
7,A. Alpha 2001,A fictitious trial of nothing in alpha people,Consensus,Randomised controlled trial,Nobody,red,20
8,Gamma 2003,Something else,Consensus,Cohort study,,blue,
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A review with two included reports, for which starter rows wait; made once."""
    review = tmp_path_factory.mktemp("ready")
    imports = review / "queries" / "imports" / "embase"
    imports.mkdir(parents=True)
    (imports / "embase.ris").write_text(RECORDS)
    (review / "workflow.yaml").write_text(WORKFLOW)
    assert main.run(["run", str(review), "--offline"]) == 0
    decided = tmp_path_factory.mktemp("decided") / "decided.csv"
    decided.write_text("doi,decision\n10.1000/alpha,include\n10.1000/beta,include\n")
    for stage in ("title-abstract", "full-text"):
        command = ["import-decisions", str(decided), "--from", "columns", "--stage", stage, "--folder", str(review)]
        assert main.run([*command, "--reviewer", "columns=anna"]) == 0
        assert main.run(["run", str(review), "--offline"]) == 0
    return review


@pytest.fixture
def extracting(ready, tmp_path):
    """A copy of that review."""
    return shutil.copytree(ready, tmp_path / "review")


@pytest.fixture
def covidence(extracting, tmp_path, capsys):
    """Import an export, and return the exit code and what was said."""

    def call(export, *options):
        (tmp_path / "export.csv").write_text(export)
        capsys.readouterr()
        command = ["import-extraction", str(tmp_path / "export.csv"), "--from", "covidence"]
        code = main.run([*command, "--folder", str(extracting), *options])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return call


def forms(review):
    return sorted(path.relative_to(review).as_posix() for path in review.glob("extraction/**/*.csv"))


def test_an_export_becomes_forms_that_the_next_run_reads(extracting, covidence, capsys):
    code, said, _ = covidence(EXPORT)
    assert (code, said) == (
        0,
        [
            "Study ID: study_id",
            "Reviewer Name: the folder of the form",
            "Study design: design",
            "Sponsor: funding",
            "OS: outcomes: OS, median, value",
            "Kept as your own columns: Covidence #, Title, Colour",
            "  without a report: Gamma 2003: no included report has the title 'Something else'.",
            "Written: extraction/covidence-studies.csv",
            "Written: extraction/covidence-outcomes.csv",
            "Written: extraction/covidence-arms.csv",
        ],
    )
    assert main.run(["run", str(extracting), "--offline"]) == 0
    out = capsys.readouterr().out
    assert "2 studies, 1 arm, 1 result." in out
    assert "3 rows of the extraction forms to be filled in." in out  # those of Beta
    named = tables.read((extracting / "extraction/covidence-studies.csv").read_bytes(), file="f").rows
    assert [(row["study_id"], row["label"]) for row in named] == [
        ("alpha-2001", "A. Alpha 2001"),
        ("gamma-2003", "Gamma 2003"),
    ]
    assert re.fullmatch("embase:[0-9a-f]{12}", named[0]["reports"])


def test_importing_again_writes_only_what_is_new(extracting, covidence):
    covidence(EXPORT)
    code, said, _ = covidence(EXPORT)
    assert (code, said[-1]) == (0, "Nothing to write.")
    assert "  left out: Row 2, A. Alpha 2001: the study is filled in already as agreed." in said
    more = "9,Beta 2002,A made-up cohort of beta patients,Consensus,Cohort study,,,12\n"
    code, said, _ = covidence(EXPORT + more)
    assert [line for line in said if line.startswith("Written")] == [
        f"Written: extraction/covidence-2-{name}.csv" for name in ("studies", "outcomes", "arms")
    ]


def test_cells_that_must_be_mended_are_said_and_nothing_is_written(extracting, covidence):
    before = forms(extracting)
    code, _, wrong = covidence(EXPORT.replace("Cohort study", "Qualitative research").replace(",20", ",about 20"))
    assert code == 2
    assert wrong.startswith("Nothing was written. Mend the export or the settings; or write the forms elsewhere")
    assert "covidence-studies.csv, row 3, column design: 'Qualitative research'" in wrong
    assert "covidence-outcomes.csv, row 2, column value: 'about 20'" in wrong
    assert forms(extracting) == before


def test_forms_that_must_be_mended_can_be_written_elsewhere(extracting, covidence, tmp_path):
    before = forms(extracting)
    code, said, _ = covidence(EXPORT.replace("Cohort study", "Qualitative research"), "--out", str(tmp_path / "mend"))
    assert code == 1
    assert "To be mended before the forms can stand in extraction/:" in said
    assert sorted(path.name for path in (tmp_path / "mend").iterdir()) == [
        f"covidence-{name}.csv" for name in ("arms", "outcomes", "studies")
    ]
    assert forms(extracting) == before


def test_a_dry_run_writes_nothing(extracting, covidence):
    before = forms(extracting)
    code, said, _ = covidence(EXPORT, "--dry-run")
    assert (code, [line for line in said if line.startswith("Written")]) == (0, [])
    assert forms(extracting) == before


def test_what_was_imported_is_exported_to_revman(extracting, covidence, tmp_path, capsys):
    covidence(EXPORT)
    out = tmp_path / "revman"
    outcomes = "extraction/covidence-outcomes.csv"
    capsys.readouterr()
    assert main.run(["export-extraction", "--to", "revman", "--folder", str(extracting), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *(f"Written: {out / name}" for name in ("revman-studies.csv", "revman-arms.csv", "revman-results.csv")),
        f"Written: {out / 'revman-left-out.txt'}",
        "0 results handed out, 1 sentence on what was left out; 3 rows wait for somebody and were not looked at.",
        f"  left out: A. Alpha 2001, OS median 20 months ({outcomes}, row 2): RevMan has no place for a median.",
    ]
    with (out / "revman-studies.csv").open(newline="", encoding="utf-8-sig") as stream:
        assert [row["Study"] for row in csv.DictReader(stream)] == ["A. Alpha 2001", "Gamma 2003"]
