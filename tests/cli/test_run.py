"""`living-review run` and `init` as a person types them."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from pipeline.cli import main
from pipeline.records import tables
from pipeline.workflow import protocol
from pipeline.workflow.folder import ReviewFolder


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 2026-11-22


@pytest.fixture
def review(tmp_path, capsys):
    assert main.run(["init", str(tmp_path / "review"), "--title", "A review"]) == 0
    capsys.readouterr()
    return tmp_path / "review"


def tree(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".living-review.lock"
    }


def test_a_new_review_is_valid_and_runs(review, capsys):
    assert main.run(["run", str(review), "--offline"]) == 0
    said = capsys.readouterr().out
    assert "pubmed: not yet run, since this run is offline." in said
    assert "Not yet run, and therefore not counted: PubMed, Embase." in said


def test_every_example_in_the_comments_of_a_new_review_is_accepted_as_it_stands(review):
    text = (review / "workflow.yaml").read_text(encoding="utf-8")
    (review / "workflow.yaml").write_text(re.sub(r"(?m)^( *)# (?= *(?:- |\w+:))", r"\1", text), encoding="utf-8")
    settings = protocol.load(ReviewFolder(review))
    assert (settings.extraction.modalities, settings.synthesis[0].id, settings.schedule.every_days) != ((), "", 0)
    assert list(settings.review.criteria) == ["Population", "Intervention", "Outcomes"]


def test_init_touches_nothing_that_is_there(review, tmp_path, capsys):
    before = tree(review)
    assert main.run(["init", str(review)]) == 2
    assert "holds a review already" in capsys.readouterr().err
    assert tree(review) == before
    (tmp_path / "half").mkdir()
    (tmp_path / "half/README.md").write_text("mine")
    assert main.run(["init", str(tmp_path / "half")]) == 0
    assert (tmp_path / "half/README.md").read_text() == "mine"


def test_a_source_that_cannot_be_reached_is_exit_3_and_the_rest_runs(review, capsys):
    assert main.run(["run", str(review), "--pubmed", "http://127.0.0.1:9/"]) == 3
    said = capsys.readouterr().out
    assert "away: pubmed: not yet run. " in said
    assert (review / "outputs/prisma/prisma.svg").exists()
    assert not (review / "queries/runs").exists()


def test_the_copy_for_the_sandbox_takes_over_a_string_that_was_edited_and_keeps_what_was_decided_in_it(review, capsys):
    main.run(["run", str(review), "--pubmed", "sandbox"])
    sheet = next((review / "sandbox/screening").glob("*/reviewer-1/*.csv"))
    sheet.write_text(sheet.read_text(encoding="utf-8-sig") + "\r\n", encoding="utf-8-sig")
    decided = sheet.read_bytes()
    (review / "queries/pubmed.txt").write_text("carcinoid[tiab]\n")
    capsys.readouterr()
    main.run(["run", str(review), "--pubmed", "sandbox"])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"In the copy {review.resolve() / 'sandbox'}: its records are fictitious."
    assert any("its string or limits changed since" in line for line in said)
    assert sheet.read_bytes() == decided


def test_strict_is_exit_1_while_something_waits(review):
    assert main.run(["run", str(review), "--offline", "--strict"]) == 1


def test_the_sandbox_runs_in_a_copy_and_never_meets_pubmed(review, capsys):
    before = tree(review)
    assert main.run(["run", str(review), "--pubmed", "sandbox"]) == 0
    assert "records found and fetched" in capsys.readouterr().out
    after = tree(review)
    assert {name: data for name, data in after.items() if not name.startswith("sandbox/")} == before
    assert main.run(["run", str(review / "sandbox"), "--pubmed", "live"]) == 2
    assert "this folder holds a search of the sandbox, whose records are fictitious" in capsys.readouterr().err
    assert main.run(["run", str(review / "sandbox"), "--pubmed", "sandbox"]) == 0
    assert main.run(["run", str(review), "--pubmed", "sandbox"]) == 0
    assert main.run(["run", str(review / "sandbox"), "--offline"]) == 0  # nobody is asked, so that nothing can meet


def with_text(name, text):
    def change(review):
        path = review / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def edited(name, old, new):
    def change(review):
        path = review / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


RIS = "TY  - JOUR\nTI  - One\nAU  - A, B\nPY  - 2001\nER  - \n"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (edited("workflow.yaml", "votes: 2", "voets: 2"), "workflow.yaml, line"),
        (edited("workflow.yaml", "queries/pubmed.txt", "queries/pubmd.txt"), "there is no file 'queries/pubmd.txt'"),
        (
            edited("workflow.yaml", "schema: 1", "schema: 7"),
            "this review has schema 7, and this program reads schema 1",
        ),
        (
            edited("workflow.yaml", "schema: 1", "schema: 2\nwords_of_a_newer_program: {a: b}"),
            "this review has schema 2, and this program reads schema 1",
        ),
        (edited("workflow.yaml", "  embase:", "  Em base:"), "'Em base' cannot be the id of a search"),
        (edited("workflow.yaml", "queries/imports/embase/*", "../*"), "leads out of the review folder"),
        (with_text("queries/imports/embase/a.ris", RIS[:-8]), "queries/imports/embase/a.ris, line 1: "),
        (with_text("queries/imports/embase/a.ris", ""), "queries/imports/embase/a.ris: the file is empty"),
        (with_text("queries/imports/embase/a.txt", "what is this"), "the format is not recognised"),
        (with_text("screening/title-abstract/reviewer-1/x.csv", "record_id,decision\npubmed:1,include\n"), "pubmed:1"),
        (with_text("deduplication/x.csv", "answer,record_a\nsame,a:1\n"), "deduplication/x.csv, row 1"),
    ],
)
def test_bad_input_is_one_sentence_exit_2_and_nothing_changes(review, capsys, change, says):
    change(review)
    before = tree(review)
    assert main.run(["run", str(review), "--offline"]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    assert tree(review) == before


def test_an_unknown_decision_is_refused_with_what_is_accepted(review, capsys):
    with_text("queries/imports/embase/a.ris", RIS)(review)
    assert main.run(["run", str(review), "--offline"]) == 0
    sheet = review / "screening/title-abstract/reviewer-1/2026-11-22.csv"
    table = tables.read(sheet.read_bytes(), file="x")
    row = {**table.rows[0].cells, "decision": "inclde"}
    sheet.write_bytes(tables.write(table.header, [[row[name] for name in table.header]], form=True))
    before = tree(review)
    capsys.readouterr()
    assert main.run(["run", str(review), "--offline"]) == 2
    said = capsys.readouterr().err
    assert "screening/title-abstract/reviewer-1/2026-11-22.csv, row 2, column decision: 'inclde'" in said
    assert "Did you mean 'include'?" in said
    assert tree(review) == before


def test_a_worksheet_row_twice_with_two_answers_is_refused(review, capsys):
    with_text("queries/imports/embase/a.ris", RIS)(review)
    assert main.run(["run", str(review), "--offline"]) == 0
    sheet = review / "screening/title-abstract/reviewer-1/2026-11-22.csv"
    table = tables.read(sheet.read_bytes(), file="x")
    rows = [
        [{**table.rows[0].cells, "decision": word}[name] for name in table.header] for word in ("include", "exclude")
    ]
    sheet.write_bytes(tables.write(table.header, rows, form=True))
    capsys.readouterr()
    assert main.run(["run", str(review), "--offline"]) == 2
    assert "row 3" in capsys.readouterr().err


def test_an_export_that_was_edited_or_is_gone_is_refused(review, capsys):
    export = review / "queries/imports/embase/a.ris"
    with_text("queries/imports/embase/a.ris", RIS)(review)
    assert main.run(["run", str(review), "--offline"]) == 0
    export.write_text(RIS.replace("One", "Two"))
    assert main.run(["run", str(review), "--offline"]) == 2
    assert (
        "queries/imports/embase/a.ris: this export was read before and has been edited since."
        in capsys.readouterr().err
    )
    export.unlink()
    assert main.run(["run", str(review), "--offline"]) == 2
    assert "queries/imports/embase/a.ris: this export was read before and is gone." in capsys.readouterr().err


def test_an_export_that_holds_fewer_records_than_announced_is_refused(review, capsys):
    edited("workflow.yaml", "    kind: export", "    hits: 3\n    kind: export")(review)
    with_text("queries/imports/embase/a.ris", RIS)(review)
    assert main.run(["run", str(review), "--offline"]) == 2
    assert "Embase announced 3 records, and its exports hold 1." in capsys.readouterr().err
    assert not (review / "outputs/records.jsonl").exists()


def test_unread_blocks_are_listed_once_a_person_accepts_to_lose_them(review, capsys):
    with_text("queries/imports/embase/a.ris", RIS + RIS.replace("One", "Two")[:-8])(review)
    assert main.run(["run", str(review), "--offline"]) == 2
    edited("workflow.yaml", "    kind: export", "    accept_unread: 1\n    kind: export")(review)
    assert main.run(["run", str(review), "--offline"]) == 0
    assert "1 block could not be read" in capsys.readouterr().out
    assert len(tables.read((review / "outputs/unread.csv").read_bytes(), file="x").rows) == 1


def test_what_was_unusual_in_an_export_is_said(review, capsys):
    with_text("queries/imports/embase/a.ris", RIS + "stray text\n")(review)
    assert main.run(["run", str(review), "--offline"]) == 0
    said = "this text belongs to no record and was left out: 'stray text'."
    assert said in " ".join(capsys.readouterr().out.split())


def test_a_damaged_page_of_a_search_is_noticed(review, capsys):
    assert main.run(["run", str(review), "--pubmed", "sandbox"]) == 0
    page = next((review / "sandbox/queries/runs").glob("*/pages/*"))
    page.write_bytes(page.read_bytes()[:-9])
    assert main.run(["run", str(review / "sandbox"), "--pubmed", "sandbox"]) == 2
    assert "this page is not what PubMed delivered" in capsys.readouterr().err


def test_a_folder_that_holds_no_review_is_said(tmp_path, capsys):
    assert main.run(["run", str(tmp_path)]) == 2
    assert "there is no workflow.yaml in" in capsys.readouterr().err


def test_a_broken_off_search_goes_on_from_its_pages(review, capsys):
    assert main.run(["run", str(review), "--pubmed", "sandbox"]) == 0
    run_folder = next((review / "sandbox/queries/runs").iterdir())
    whole = tree(run_folder)
    (run_folder / "run.json").unlink()
    (run_folder / "ids.txt").unlink()
    shutil.rmtree(review / "sandbox/outputs")
    assert main.run(["run", str(review), "--pubmed", "sandbox"]) == 0
    assert sorted(tree(run_folder)) == sorted(whole)


def test_a_run_without_work_loads_only_the_stages_that_always_run(review, root):
    main.run(["run", str(review), "--offline"])
    loaded = (
        "import json, sys; from pipeline.cli import main; code = main.run(sys.argv[1:]); "
        "print(json.dumps([code, sorted(name for name in sys.modules if name.startswith('pipeline.'))]))"
    )
    command = [sys.executable, "-c", loaded, "run", str(review), "--offline"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, cwd=root)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert [name for name in modules if name.startswith("pipeline.workflow.stages.")] == [
        "pipeline.workflow.stages.recheck",
        "pipeline.workflow.stages.search",
    ]
    rooms = ("pipeline.deduplicate.clusters", "pipeline.report.compose", "pipeline.synthesis.synthesise")
    assert not {*rooms} & {*modules}


COPIES = "".join(
    f"TY  - JOUR\nTI  - {title}\nAU  - Alder, A\nAU  - Birk, B\nPY  - 2015\nVL  - 12\nSP  - {page}\nER  - \n\n"
    for title, page in (
        ("Cold storage of hepatic grafts in octogenarians", "101"),
        ("COLD STORAGE OF HEPATIC GRAFTS IN OCTOGENARIANS.", "101"),
        ("Cold storage of hepatic grafts in octogenarians", "555"),
    )
)


def test_a_review_of_which_processes_compare_the_pairs_is_the_same_to_the_byte(review, tmp_path, capsys):
    with_text("queries/imports/embase/a.ris", COPIES)(review)
    other = shutil.copytree(review, tmp_path / "other" / "review")
    assert main.run(["run", str(review), "--offline"]) == 0
    said = capsys.readouterr().out
    assert "3 records in 2 citations: 1 duplicate joined." in said
    assert main.run(["run", str(other), "--offline", "--engine", "processes"]) == 0
    assert capsys.readouterr().out == said.replace(str(review), str(other))
    assert tree(other) == tree(review)


@pytest.mark.parametrize("command", ["run", "update", "deduplicate"])
def test_a_scheduler_without_dask_is_refused_by_every_command_that_compares(review, capsys, command):
    before = tree(review)
    rest = ["--out", str(review / "out")] if command == "deduplicate" else []
    assert main.run([command, str(review), *rest, "--scheduler", "tcp://127.0.0.1:8786"]) == 2
    assert "say --engine dask too" in capsys.readouterr().err
    assert tree(review) == before


def test_an_update_on_a_cluster_that_does_not_answer_changes_nothing(review, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with_text("queries/imports/embase/a.ris", COPIES)(review)
    before = tree(review)
    assert main.run(["update", str(review), "--pubmed", "http://127.0.0.1:9/", "--engine", "dask"]) == 2
    assert "Dask is not installed" in capsys.readouterr().err
    assert tree(review) == before
