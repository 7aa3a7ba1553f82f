"""Released versions: frozen, chained in the flow, made again byte for byte; and whether the review adds up."""

import hashlib
import json
import shutil
import zipfile

import pytest

from pipeline.errors import FormatError, ProtocolError
from pipeline.report import render
from pipeline.workflow import run, verify, versions
from pipeline.workflow.stages import STAGES
from tests.workflow.living import Living, pmid


@pytest.fixture(scope="module", autouse=True)
def _without_pdf():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "_compile", lambda *_, **__: b"%PDF")
        yield


def check(living, label="", into=""):
    folder = living.folder
    return verify.verify(
        folder, STAGES, tool="living-review test", progress=lambda *_: None, label=label, into=str(into)
    )


def boxes(living):
    return {row["box"]: int(row["n"]) for row in living.table("prisma/boxes.csv") if not row["part"]}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A review whose version 1.0 has one included study; not to be changed."""
    made = Living.begin(tmp_path_factory.mktemp("first") / "review")
    made.update()
    made.decide("title-abstract", n1="include", n2="include", n3="exclude", n4="exclude", n5="exclude")
    made.run()
    made.decide("full-text", n1="include", n2="exclude other")
    made.release("1.0", "The first\n  version.")
    return made


@pytest.fixture(scope="module")
def second(first, tmp_path_factory):
    """The same three weeks and a version later: one study more; not to be changed."""
    made = first.twin(tmp_path_factory.mktemp("second") / "review")
    made.later(7)
    made.hold(6, 7)
    made.update()
    made.decide("title-abstract", n6="include", n7="exclude")
    made.run()
    made.decide("full-text", n6="include")
    made.later(7)
    made.run()
    made.release("2.0")
    return made


@pytest.fixture
def living(first, tmp_path):
    return first.twin(tmp_path / "review")


def test_a_version_says_what_it_rests_on_and_what_it_had_reached(first):
    (version,) = versions.released(first.folder)
    assert (version.number, version.label, version.date, version.note) == (1, "1.0", "2026-11-23", "The first version.")
    assert version.unfinished == (
        "1 of 2 searches has never been run",
        "2 rows of extraction wait to be filled in",
    )
    assert version.runs == ("queries/runs/2026-11-23_pubmed",)
    assert version.environment["python"].startswith("3.")
    assert version.inputs["workflow.yaml"] == first.folder.digest("workflow.yaml")
    reached = versions.baseline(first.folder, version)
    assert reached.outcomes[f"pubmed:{pmid(1)}"] == "full-text/included"
    assert reached.outcomes[f"pubmed:{pmid(3)}"] == "title-abstract/excluded"
    assert reached.reports == {f"pubmed:{pmid(1)}": f"pubmed:{pmid(1)}"}


def test_the_report_is_that_version_until_something_changes(living):
    assert "*Version 1.0, interim · 23 November 2026*" in living.text("report.md")
    assert "- The first version." not in living.text("report.md")
    living.later(7)
    living.update()
    assert "*After version 1.0, not yet released, interim · 30 November 2026*" in living.text("report.md")
    assert "nothing is new" in living.text("whats_new.md")


def test_what_came_since_a_version_is_never_told_as_all_there_is(first, second):
    (said,) = (trace.account.did for trace in run.manifest(second.folder).stages if trace.stage == "prisma")
    assert said[0] == "1 study newly included since version 1.0, 2026-11-23, in 1 report; 2 in all, in 2."
    report = second.text("report.md")
    assert "- **Records identified since version 1.0:** 2\n" in report
    assert "PubMed gave 2 records since version 1.0, 2026-11-23, the last of a database" in report
    assert "- **Records identified:** 5\n" in first.text("report.md")


def test_what_was_included_before_is_what_the_version_before_had_in_all(first, second):
    before, after = boxes(first), boxes(second)
    assert "previous_studies" not in before
    assert (after["previous_studies"], after["previous_reports"]) == (before["new_studies"], before["new_reports"])
    assert (after["new_studies"], after["total_studies"], after["database_results"]) == (1, 2, 2)
    third = freeze_a_third(second)
    assert boxes(third)["previous_studies"] == after["total_studies"]
    assert boxes(third)["new_studies"] == 0


def freeze_a_third(second):
    third = second.twin(second.root.parent / "third")
    third.later(7)
    third.hold(8)
    third.update()
    return third


def test_all_that_was_found_so_far_is_drawn_beside_the_update(second):
    rows = second.table("prisma/all.csv")
    assert {row["box"]: row["n"] for row in rows if not row["part"]}["database_results"] == "7"
    assert (second.root / "outputs/prisma/all.svg").exists()


def test_an_export_in_which_nothing_changed_is_kept_once(first, second):
    one, two = versions.released(second.folder)
    assert one.kept["queries/pubmed.txt"] == two.kept["queries/pubmed.txt"] == "1.0"
    old = "screening/full-text/anna/2026-11-23_02.csv"
    assert (one.kept[old], two.kept[old]) == ("1.0", "1.0")
    with zipfile.ZipFile(second.root / "versions/2.0/given.zip") as archive:
        assert archive.namelist() == sorted(path for path, label in two.kept.items() if label == "2.0")
        assert "queries/pubmed.txt" not in archive.namelist()


@pytest.mark.parametrize("label", ["1.0", "2.0"])
def test_every_version_can_be_made_again_from_the_folder(second, label, tmp_path):
    later = second.twin(tmp_path / "later")
    later.later(7)
    later.hold(9)
    later.update()
    later.decide("title-abstract", n1="exclude", n9="exclude")
    later.run()
    into = tmp_path / "again"
    found = check(later, label, into)
    assert (found.differences, found.notes) == ((), ())
    assert found.compared == len(json.loads((second.root / f"versions/{label}/outputs.json").read_bytes())["outputs"])
    made = (into / "outputs/report.html").read_bytes()
    assert made == (second.root / f"versions/{label}/report.html").read_bytes()


def test_changes_of_the_methods_since_a_version_are_named(living):
    living.settings("schedule: {every_days: 7, ends: In 2030.}\n")
    (living.root / "queries/pubmed.txt").write_text("liver OR hepatic")
    living.run()
    said = "**Changes to the methods since the preceding version:** 'schedule' in workflow.yaml; the string in "
    assert said + "queries/pubmed.txt." in living.text("report.md")


def test_a_version_is_never_changed_and_never_empty(living):
    before = {path: path.read_bytes() for path in living.root.rglob("*") if path.is_file()}
    for label, note, says in (
        ("1.0", "Again.", r"there is a version '1\.0' already, of 2026-11-23\."),
        ("2.0", "Nothing new.", r"nothing changed since version 1\.0\."),
        ("../2", "Out.", r"'\.\./2' cannot be the label of a version; accepted: letters"),
        ("2.0", " ", "the version has no note"),
    ):
        with pytest.raises(ProtocolError, match=says):
            living.release(label, note)
    assert {path: path.read_bytes() for path in living.root.rglob("*") if path.is_file()} == before


def test_what_was_never_searched_is_not_released(tmp_path):
    review = Living.begin(tmp_path / "new")
    with pytest.raises(ProtocolError, match="no search of this review was ever run"):
        review.release("1.0")
    assert not (review.root / "versions").exists()


def test_a_review_that_adds_up_is_verified(second):
    found = check(second)
    assert found.differences == ()
    assert found.compared > 40


def touch(living, path, before, after):
    """Change something by hand, as the last letters of a file, or in its first place."""
    place = living.root / path
    text = place.read_bytes().decode()
    assert before in text
    place.write_bytes((text.replace(before, after, 1) if before else text + after).encode())


BEHIND = "since the outputs were made; 'living-review run' brings them up to date."
BACK = "It is history: put it back as git or your backup has it."


def test_each_file_that_was_touched_by_hand_is_named_and_what_differs_and_causes_come_first(living):
    sheet = next(path for path in living.folder.list("screening/title-abstract/anna/*"))
    (run_of_pubmed,) = living.folder.list("queries/runs/*_pubmed/run.json")
    living.later(1)
    living.update()  # a run that no version rests on
    (later,) = set(living.folder.list("queries/runs/*_pubmed/run.json")) - {run_of_pubmed}
    touch(living, "workflow.yaml", "A small living review", "A small lively review")
    touch(living, sheet, "Abstract 2.", "Abstract Z.")
    touch(living, run_of_pubmed, "", " ")
    touch(living, later, "", " ")
    touch(living, "versions/1.0/whats_new.md", "", "x")
    touch(living, "outputs/records.jsonl", "Abstract 2.", "Abstract 3.")
    (living.root / "outputs/prisma/new.txt").touch()
    found = check(living).differences
    assert found[:5] == (
        f"{run_of_pubmed}: is not what version 1.0 rests on. {BACK}",
        f"versions/1.0/whats_new.md: is not what version 1.0 rests on. {BACK}",
        f"workflow.yaml: changed under review {BEHIND}",
        f"{later}: changed since the outputs were made. {BACK}",
        f"{sheet}: changed {BEHIND}",
    )
    assert "outputs/prisma/new.txt: stands there, and nothing makes it." in found
    (records,) = [
        said for said in found if said.startswith("outputs/records.jsonl: is not what the review gives (line ")
    ]
    assert "Abstract 3." in records
    assert "Abstract 2." in records


def test_a_manifest_that_was_touched_is_found(living):
    touch(living, "outputs/manifest.json", '"schema": 2', '"schema":  2')
    (found,) = check(living).differences
    assert found.startswith("outputs/manifest.json: is not what the review gives (line 2: ")


def test_outputs_that_are_not_there_contradict_nothing_and_are_named(living):
    before = check(living).compared
    (living.root / "outputs/records.jsonl").unlink()
    (living.root / "outputs/report.pdf").unlink()
    found = check(living)
    away = "outputs/records.jsonl, outputs/report.pdf."
    assert found.differences == ()
    assert found.notes == (f"2 outputs not there; 'living-review run' makes what is missing: {away}",)
    assert found.compared == before - 2
    shutil.rmtree(living.root / "outputs")
    found = check(living)
    assert (found.differences, found.compared) == ((), 0)


def test_a_review_that_is_behind_is_found(living):
    living.export("new.ris", "Another title")
    found = check(living).differences
    behind = [said for said in found if said.startswith("queries/runs/2026-11-23_embase/run.json: would be made by")]
    assert len(behind) == 1


def test_history_that_is_gone_is_found_by_the_version_that_rests_on_it(living):
    (living.root / "screening/ledger/2026-11-23_02.csv").unlink()
    said = f"screening/ledger/2026-11-23_02.csv: version 1.0 rests on it, and it is gone. {BACK}"
    assert said in check(living).differences


def test_a_difference_made_by_another_version_of_the_program_is_explained(living):
    (living.root / "outputs/report.md").write_text("x")
    found = verify.verify(living.folder, STAGES, tool="living-review 9", progress=lambda *_: None)
    made = "They were made by living-review test, and this is living-review 9"
    assert found.notes == (f"{made}: install that version to compare byte for byte.",)


def test_an_unknown_version_and_a_folder_in_use_are_refused(living, tmp_path):
    with pytest.raises(ProtocolError, match=r"there is no version '1\.1'; accepted: 1\.0\. Did you mean '1\.0'\?"):
        check(living, "1.1")
    with pytest.raises(ProtocolError, match="is there already and not empty"):
        check(living, "1.0", living.root)


def test_an_archive_that_leads_out_of_the_folder_writes_nothing_there(living, tmp_path):
    path = living.root / "versions/1.0/version.json"
    version = json.loads(path.read_bytes())
    version["kept"]["../../escaped.txt"] = "1.0"
    version["inputs"]["../../escaped.txt"] = hashlib.sha256(b"out").hexdigest()
    path.write_text(json.dumps(version))
    with zipfile.ZipFile(living.root / "versions/1.0/given.zip", "a") as archive:
        archive.writestr("../../escaped.txt", "out")
    with pytest.raises(ProtocolError, match=r"the path '\.\./\.\./escaped\.txt' leads out"):
        check(living, "1.0", tmp_path / "deep/er/again")
    assert not list(tmp_path.rglob("escaped.txt"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"schema: 2", "'workflow.yaml' in this archive is not what was packed"),
        (bytes(50_000_000), "this archive unpacks to more than 10,"),
    ],
)
def test_an_archive_that_was_made_again_by_hand_is_one_sentence(living, content, says):
    path = living.root / "versions/1.0/given.zip"
    with zipfile.ZipFile(path) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (packed | {"workflow.yaml": content}).items():
            archive.writestr(name, data)
    with pytest.raises(FormatError) as caught:
        check(living, "1.0")
    assert str(caught.value).startswith(f"versions/1.0/given.zip: {says}")
    assert str(caught.value).endswith(". Put it back as git or your backup has it.")


def test_a_damaged_archive_is_one_sentence(living):
    (living.root / "versions/1.0/given.zip").write_bytes(b"PK torn")
    with pytest.raises(FormatError, match=r"^versions/1\.0/given\.zip: this archive is damaged"):
        check(living, "1.0")


@pytest.mark.parametrize(
    ("place", "byte", "says"),
    [(8, 1, "is encrypted, password required"), (10, 99, "That compression method is not supported")],
    ids=["password", "method"],
)
def test_an_archive_that_cannot_be_unpacked_is_one_sentence(living, place, byte, says):
    path = living.root / "versions/1.0/given.zip"
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\1\2")
    while at >= 0:  # each entry of the list of files at its end
        data[at + place] = byte
        at = data.find(b"PK\1\2", at + 1)
    path.write_bytes(data)
    with pytest.raises(FormatError, match=rf"^versions/1\.0/given\.zip: '.*' cannot be read .*{says}"):
        check(living, "1.0")


def test_packing_gives_the_same_bytes_in_any_order():
    files = {"b.txt": b"2", "a.txt": b"1"}
    assert versions.pack(files) == versions.pack(dict(reversed(files.items())))
