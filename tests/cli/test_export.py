"""What is handed to other programs is what the review holds at the stage that was asked for."""

import csv
import io
import re

import pytest

from pipeline.cli import main


@pytest.fixture
def titles(review, capsysbinary):
    """Export from the review, and return the titles of what was written."""

    def export(*arguments):
        capsysbinary.readouterr()
        code = main.run(["export", *arguments, "--format", "ris", "--out", "-", "--folder", str(review)])
        assert code == 0
        return re.findall(r"^TI  - \w+ (\S+)", capsysbinary.readouterr().out.decode(), re.MULTILINE)

    return export


def answer(review, stage, answers):
    """Let every reviewer give these answers, by the word that a title holds."""
    for sheet in (review / "screening" / stage).glob("*/*.csv"):
        rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
        for row in rows:
            row["decision"] = next(given for word, given in answers.items() if word in row["title"])
            row["reason"] = "population" if row["decision"] == "exclude" and stage == "full-text" else ""
        with sheet.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    assert main.run(["run", str(review), "--offline"]) == 0


def test_every_citation_is_exported_once_and_every_record_as_often_as_it_was_found(titles):
    assert titles() == ["fictitious", "made-up", "invented"]
    assert titles("--records") == ["fictitious", "made-up", "fictitious", "invented"]


def test_a_stage_exports_who_reached_it_and_a_state_of_it_who_stands_so(review, titles):
    assert titles("--included") == []
    assert titles("--stage", "full-text") == ["invented"]
    answer(review, "title-abstract", {"alpha": "include", "beta": "exclude"})
    assert titles("--stage", "title-abstract", "--state", "excluded") == ["made-up"]
    assert titles("--stage", "full-text", "--state", "awaiting") == ["fictitious", "invented"]
    answer(review, "full-text", {"alpha": "include", "gamma": "exclude"})
    assert titles("--included") == ["fictitious"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--stage", "title"], "'title' is not accepted; accepted: title-abstract, full-text."),
        (["--included", "--records"], "Of --included, --stage, --records and --tables, only one can be asked for."),
        (["--tables"], "'ris' is not accepted; accepted: csv, pdf."),
        (["--state", "included"], "--state needs --stage."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_is_accepted(review, capsys, arguments, said):
    out = review / "out.ris"
    assert main.run(["export", *arguments, "--format", "ris", "--out", str(out), "--folder", str(review)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_every_table_of_the_report_is_exported_as_a_file_of_its_own(review, tmp_path, capsys):
    def export(target, *more):
        out = tmp_path / target
        return main.run(
            ["export", "--tables", "--format", target, "--out", str(out), "--folder", str(review), *more]
        ), out

    (code, pages), (other_code, sheets) = export("pdf"), export("csv")
    assert (code, other_code) == (0, 0)
    names = {path.stem for path in pages.iterdir()}
    assert names <= {path.stem for path in sheets.iterdir()}
    assert {"search-list", "prisma-2020"} <= names
    assert all(path.read_bytes().startswith(b"%PDF") for path in pages.iterdir())
    in_report = review / "outputs" / "report"
    assert [path.name for path in pages.iterdir() if path.read_bytes() != (in_report / path.name).read_bytes()] == []
    capsys.readouterr()
    assert export("pdf")[0] == 2
    assert (
        "search-list.pdf: the file is already there. Add --force to replace it, or write elsewhere."
        in capsys.readouterr().err
    )
    assert export("pdf", "--force")[0] == 0
