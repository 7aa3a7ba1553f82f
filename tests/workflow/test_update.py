"""An update: searched again whole, compared, re-checked, told; idempotent, and rebuilt from its history."""

import json
import shutil

import pytest
from msgspec.structs import replace

from pipeline.cli import main
from pipeline.errors import FormatError, FormError, ReviewError
from pipeline.report import render
from pipeline.sandbox import corpus, server
from pipeline.search.import_run import ImportRun
from pipeline.workflow import history, layouts
from pipeline.workflow.folder import ReviewFolder
from tests.workflow.living import ERRATUM, RETRACTION, Living, pmid, record


@pytest.fixture(scope="module", autouse=True)
def _without_pdf():
    """A PDF is tested where it is made; here it would be half of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "_compile", lambda *_, **__: b"%PDF")
        yield


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A review after its first update; not to be changed."""
    made = Living.begin(tmp_path_factory.mktemp("begun") / "review")
    made.update()
    return made


@pytest.fixture(scope="module")
def screened(begun, tmp_path_factory):
    """A review with two included documents, two excluded and one that awaits a decision, a week later."""
    made = begun.twin(tmp_path_factory.mktemp("screened") / "review")
    made.decide("title-abstract", n1="include", n2="include", n3="exclude", n4="exclude")
    made.run()
    made.decide("full-text", n1="include", n2="include")
    made.run()
    made.later(7)
    return made


@pytest.fixture
def living(begun, tmp_path):
    return begun.twin(tmp_path / "review")


@pytest.fixture
def included(screened, tmp_path):
    return screened.twin(tmp_path / "review")


def files_below(root, *rooms):
    paths = (path for room in rooms for path in sorted((root / room).rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def ids(living, *numbers):
    return [f"pubmed:{pmid(number)}" for number in numbers]


def changes(living):
    return json.loads(living.text("changes.json"))


def test_only_new_records_are_fetched_and_every_search_leaves_a_run(living):
    living.later(7)
    living.hold(6, 7)
    said = living.update()["search"]
    assert said.did == ("pubmed: searched again, 7 records found.",)
    assert said.news == ("pubmed: 2 records fetched.",)
    first, second = (held.run for held in history.runs(living.folder))
    assert (first.date, first.identified, first.held) == ("2026-11-23", 5, 0)
    assert (second.date, second.identified, second.held, second.revised_since) == ("2026-11-30", 7, 5, "2026-11-16")
    assert [row["record_id"] for row in living.table("retrieved.csv")] == ids(living, *range(1, 8))


def test_a_run_without_news_is_recorded_and_nothing_is_fetched(living):
    living.later(7)
    living.update()
    run = history.runs(living.folder)[-1].run
    assert (run.date, run.identified, run.pages) == ("2026-11-30", 5, ())
    assert "nothing is new; no record is new, gone or changed, and no study was included." in living.text(
        "whats_new.md"
    )
    assert changes(living)["nothing_new"]


def test_the_same_answers_give_the_same_bytes(tmp_path):
    twins = [Living.begin(tmp_path / name) for name in ("one", "two")]
    for held in (range(1, 6), range(1, 8)):
        with server.serving(corpus.Held(map(record, held)), today=twins[0].day.date()) as sandbox:
            for twin in twins:
                twin.ask(sandbox.address)
                twin.later(7)
    assert files_below(twins[0].root, ".") == files_below(twins[1].root, ".")
    assert len(twins[0].table("retrieved.csv")) == 7


def test_a_second_update_on_the_same_day_asks_nobody_and_changes_no_byte(living):
    living.later(7)
    living.update()
    before = files_below(living.root, ".")

    def refuse():
        raise AssertionError("asked again")

    living.run(client=refuse, update=True)
    assert files_below(living.root, ".") == before


def test_outputs_that_were_deleted_come_back_byte_for_byte_after_updates(living):
    living.decide("title-abstract", n1="include", n2="exclude")
    living.later(7)
    living.hold(6)
    living.revise(2, title="Another title")
    del living.held[3]
    living.update()
    before = files_below(living.root, ".")
    shutil.rmtree(living.root / "outputs")
    living.run()
    assert files_below(living.root, ".") == before


def test_new_gone_and_changed_records_are_told_to_people_and_machines(living):
    living.later(7)
    living.hold(6)
    living.revise(2, title="Another title of the liver", publication_types=("Letter",))
    del living.held[3]
    living.update()
    (since,) = changes(living)["updates"]
    assert since["since"] == "the update of 2026-11-23"
    source = since["sources"][0]
    assert (source["found"], source["new"], source["gone"]) == (5, ids(living, 6), ids(living, 3))
    assert source["revised"] == {f"pubmed:{pmid(2)}": "title, publication types"}
    told = living.text("whats_new.md")
    assert "| pubmed | PubMed | 30 November 2026 | 5 | 1 | 1 | 1 |" in told
    assert f"(pubmed:{pmid(2)}): title, publication types" in told
    before = {row["field"]: (row["before"], row["after"]) for row in living.table("revised.csv")}
    assert before["title"] == (record(2).title, "Another title of the liver")


def test_a_changed_record_keeps_its_rank_and_its_citation_keeps_its_name(living):
    order = [row["record_id"] for row in living.table("retrieved.csv")]
    living.later(7)
    living.revise(1, title="Another title of the liver")
    living.update()
    assert [row["record_id"] for row in living.table("retrieved.csv")] == order
    record_line = (living.root / "outputs/records.jsonl").read_text().splitlines()[0]
    assert "Another title of the liver" in record_line


def test_a_record_that_comes_back_is_not_new_again(living):
    gone = living.held.pop(3)
    living.later(7)
    living.update()
    living.held[3] = gone
    living.later(7)
    living.update()
    source = changes(living)["updates"][0]["sources"][0]
    assert (source["new"], source["gone"], source["found"]) == ([], [], 5)
    (row,) = (row for row in living.table("retrieved.csv") if row["record_id"] == ids(living, 3)[0])
    assert (row["first"], row["last"]) == ("2026-11-23", "")


def test_a_search_that_finds_the_same_again_changes_no_row_and_the_row_of_a_record_that_left_says_since_when(living):
    living.update()
    before = (living.root / "outputs/retrieved.csv").read_text()
    living.later(7)
    living.update()
    assert (living.root / "outputs/retrieved.csv").read_text() == before
    del living.held[3]
    living.later(7)
    living.update()
    (gone,) = ids(living, 3)
    after = (living.root / "outputs/retrieved.csv").read_text()
    assert after == before.replace(f"{gone},2026-11-23,\n", f"{gone},2026-11-23,2026-11-30\n")


def test_new_citations_alone_are_handed_out(living):
    living.later(7)
    living.hold(6)
    living.update()
    sheets = sorted(path.name for path in (living.root / "screening/title-abstract/anna").iterdir())
    assert sheets == ["2026-11-23.csv", "2026-11-30.csv"]
    assert (living.root / "screening/title-abstract/anna/2026-11-30.csv").read_text(encoding="utf-8-sig").count(
        pmid(6)
    ) > 0
    assert pmid(5) not in (living.root / "screening/title-abstract/anna/2026-11-30.csv").read_text(encoding="utf-8-sig")


def test_a_dropped_export_is_taken_in_and_an_old_one_is_asked_for_again(living):
    living.export("first.ris", "A title of its own")
    living.update()
    assert [held.run.search for held in history.runs(living.folder)] == ["embase", "pubmed"]
    living.later(9)
    assert not [said for said in living.update()["search"].pending if "embase" in said]
    living.later(1)
    said = living.update()["search"].pending
    asked = "Export anew and put it into queries/imports/embase/*."
    assert said == (f"embase: the last export is 10 days old, and was due on 2026-12-03. {asked}",)
    living.export("second.ris", "A second title of its own")
    living.update()
    assert changes(living)["updates"][0]["sources"][1]["new"] == [living.table("retrieved.csv")[-1]["record_id"]]


def test_the_title_page_tells_a_search_that_is_overdue_from_the_next_one(living):
    living.export("first.ris", "A title of its own")
    living.update()
    assert "- **Next search:** 3 December 2026\n" in living.text("report.md")
    living.later(12)
    living.update()
    assert "- **Search due since:** 3 December 2026\n" in living.text("report.md")


def test_sources_keep_their_own_intervals(living):
    living.settings("schedule: {every_days: 7, sources: {pubmed: 14}}\n")
    living.later(7)
    assert living.update()["search"].did == ("pubmed: last run on 2026-11-23, 5 records; due again on 2026-12-07.",)
    living.later(7)
    assert living.update()["search"].did == ("pubmed: searched again, 5 records found.",)
    again = "pubmed: searched today already, 5 records; 'living-review update --all' asks again."
    assert living.update()["search"].did == (again,)
    assert "| pubmed | PubMed | every 14 days | 7 December 2026 | 21 December 2026 |" in living.text("report.md")
    living.later(1)
    assert living.update(all=True)["search"].did == ("pubmed: searched again, 5 records found.",)


def test_everything_is_fetched_anew_when_the_last_time_is_long_ago(living):
    living.settings("schedule: {refetch_days: 30}\n")
    living.later(29)
    living.update()
    living.later(1)
    living.update()
    assert [held.run.held for held in history.runs(living.folder)] == [0, 5, 0]


def test_a_changed_string_is_said_before_it_is_run_and_after(living):
    (living.root / "queries/pubmed.txt").write_text("liver AND trial")
    assert living.run()["search"].warnings == (
        "pubmed: its string or limits changed since 2026-11-23; 'living-review update --all' searches anew.",
    )
    living.later(7)
    living.update()
    assert changes(living)["updates"][0]["sources"][0]["edited"]
    assert "with another string or limits" in living.text("whats_new.md")


def test_what_cannot_be_reached_is_said_and_the_rest_of_the_update_is_done(living):
    living.later(7)
    living.export("first.ris", "A title of its own")

    def down():
        from pipeline.search.eutils import Client

        return Client("http://127.0.0.1:9/")

    said = living.run(client=down, update=True)
    assert said["search"].unreachable[0].startswith("pubmed: last run on 2026-11-23, not again. ")
    assert said["recheck"].unreachable[0].startswith("retractions and corrections: not checked. ")
    assert len(living.table("retrieved.csv")) == 6
    assert [held.run.date for held in history.runs(living.folder, "pubmed")] == ["2026-11-23"]
    assert living.update()["search"].did[0] == "pubmed: searched again, 5 records found."


class TestReconsidering:
    """Included and awaiting documents are asked about; people answer, and nothing is excluded by itself."""

    def test_a_retraction_of_an_included_document_opens_a_form_and_excludes_nothing(self, included, capsys):
        included.revise(1, links=(RETRACTION,), publication_types=("Retracted Publication",))
        said = included.update()["reconsider"]
        assert said.pending == ("1 notice to be considered (keep or changed) in reconsider/2026-11-30.csv.",)
        (row,) = included.table("reconsider.csv")
        assert (row["citation"], row["state"], row["what"], row["since"]) == (
            f"pubmed:{pmid(1)}",
            "included",
            "has a retraction notice",
            "2026-11-30",
        )
        boxes = {row["box"]: row["n"] for row in included.table("prisma/boxes.csv") if not row["part"]}
        assert boxes["new_reports"] == "2"
        assert "1 notice of retraction, concern or correction waits to be considered" in included.text("report.md")
        assert "has a retraction notice" in included.text("whats_new.md")
        capsys.readouterr()
        assert main.run(["why", pmid(1), str(included.root)]) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[said.index("Notices") + 1 :][:2] == [
            f"  {included.day.date()} has a retraction notice (J Fict Surg. 2026;1:9)",
            f"    waits for an answer [reconsider/{included.day.date()}.csv]",
        ]

    def test_it_is_found_even_where_the_document_no_longer_matches_the_search(self, included):
        included.revise(1, title="Retracted", abstract=(), links=(RETRACTION,))
        included.update()
        assert [row["what"] for row in included.table("reconsider.csv")] == ["has a retraction notice"]
        assert changes(included)["updates"][0]["sources"][0]["gone"] == [f"pubmed:{pmid(1)}"]

    def test_a_document_that_left_pubmed_is_an_item_too(self, included):
        del included.held[1]
        included.update()
        assert [row["what"] for row in included.table("reconsider.csv")] == ["is no longer in PubMed"]

    def test_an_answer_closes_the_item_and_no_later_update_asks_again(self, included):
        included.revise(1, links=(RETRACTION,))
        included.update()
        included.answer("reconsider/2026-11-30.csv", "keep")
        assert included.run()["reconsider"].pending == ()
        assert [(row["answer"], row["answered_by"]) for row in included.table("reconsider.csv")] == [("keep", "Anna")]
        included.later(7)
        included.update()
        assert sorted(path.name for path in (included.root / "reconsider").iterdir()) == ["2026-11-30.csv"]
        assert "kept as it was, Anna" in included.text("whats_new.md")

    def test_what_awaits_a_decision_is_asked_about_retractions_and_not_about_errata(self, included):
        included.revise(5, links=(RETRACTION,))
        included.revise(3, links=(RETRACTION,))
        included.revise(2, links=(ERRATUM,))
        included.held[4] = replace(included.held[4], links=(ERRATUM,))
        included.update()
        assert [(row["citation"], row["state"]) for row in included.table("reconsider.csv")] == [
            (f"pubmed:{pmid(2)}", "included"),
            (f"pubmed:{pmid(5)}", "awaiting"),
        ]

    def test_an_exclusion_by_people_withdraws_the_report_from_the_flow(self, included):
        included.revise(1, links=(RETRACTION,))
        included.update()
        included.decide("full-text", n1="exclude other")
        included.answer("reconsider/2026-11-30.csv", "changed")
        included.run()
        assert included.table("reconsider.csv") == []
        since = changes(included)["updates"][0]
        assert since["adjustments"]["withdrawn_reports"] == 1
        assert "1 report in the previous version that is no longer included" in included.text("whats_new.md")

    @pytest.mark.parametrize(
        ("before", "after", "says"),
        [
            (
                '"","",',
                '"kept","",',
                r"row 2, column answer: 'kept' is not accepted; accepted: keep .* Did you mean 'keep'",
            ),
            ('"answer"', '"anser"', r"row 1: the column 'answer' is missing. Did you mean 'anser'"),
            ('"retraction-in/900000099"', '""', "row 2, column notice_id: the id is missing"),
        ],
    )
    def test_a_damaged_form_is_told_and_nothing_changes(self, included, before, after, says):
        included.revise(1, links=(RETRACTION,))
        included.update()
        form = included.root / "reconsider/2026-11-30.csv"
        text = form.read_text(encoding="utf-8-sig")
        assert before in text
        form.write_text(text.replace(before, after, 1))
        stood = files_below(included.root, "outputs")
        with pytest.raises(FormError, match=says):
            included.run()
        assert files_below(included.root, "outputs") == stood


def test_a_run_whose_pages_are_gone_is_noticed_and_mended_by_fetching_anew(living):
    living.later(7)
    living.hold(6)
    living.update()
    shutil.rmtree(living.root / "queries/runs/2026-11-23_pubmed")
    with pytest.raises(FormatError, match=r"5 records of this search \(pubmed:900000001, ...\) are on no page"):
        living.run()
    living.later(1)
    living.update(all=True, refetch=True)
    assert len(living.table("retrieved.csv")) == 6


def test_a_list_of_pmids_that_was_edited_is_noticed(living):
    path = living.root / "queries/runs/2026-11-23_pubmed/ids.txt"
    path.write_text(path.read_text() + "900000077\n")
    with pytest.raises(FormatError, match="this is not the list that the search left"):
        living.run()


def test_a_search_that_was_broken_off_on_an_earlier_day_is_begun_anew(living):
    left = living.root / "queries/runs/2026-11-26_pubmed/pages/0001.xml.gz"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"torn")
    living.later(7)
    living.update()
    assert not left.exists()
    assert [held.place for held in history.runs(living.folder)] == [
        "queries/runs/2026-11-23_pubmed",
        "queries/runs/2026-11-30_pubmed",
    ]


@pytest.mark.parametrize("name", ["1", "2", "embase"])
def test_runs_of_one_day_stand_in_their_order_whatever_the_search_is_called(tmp_path, name):
    (tmp_path / "workflow.yaml").write_text("schema: 1\n")
    folder = ReviewFolder(tmp_path)
    run = ImportRun(search=name, date="2026-11-23")
    made = []
    for _ in range(12):
        made.append(history.place(folder, name, run.date))
        folder.create(f"{made[-1]}/run.json", layouts.write(run))
    assert [held.place for held in history.runs(folder)] == made


def test_a_clock_that_goes_backwards_cannot_put_history_out_of_order(living):
    living.decide("title-abstract", n1="include")
    living.later(-30)
    living.hold(6)
    living.update(all=True)
    assert [held.place for held in history.runs(living.folder)] == [
        "queries/runs/2026-11-23_pubmed",
        "queries/runs/2026-11-23_pubmed_2",
    ]
    ledger = sorted(path.name for path in (living.root / "screening/ledger").iterdir())
    assert ledger == ["2026-11-23.csv", "2026-11-23_02.csv"]
    _, said = history.moment(living.folder, living.day)
    assert said.startswith(
        "The clock of this machine says 2026-10-24, and the history of this review goes to 2026-11-23;"
    )


def test_a_hostile_title_calls_nobody_and_closes_nothing_in_a_pull_request(living):
    living.later(7)
    living.revise(2, title="@octocat fixes #12, GH-3 and https://github.com/a/b/issues/4 in the liver")
    living.revise(3, title="<img src=x onerror=alert(1)> liver | `x` ![a](http://x)")
    del living.held[4]
    living.update()
    text = living.text("whats_new.md")
    for call in ("@octocat", "#12", "GH-3", "github.com"):
        assert call not in text
    assert "\\<img src=x onerror=alert(1)\\> liver \\| \\`x\\` !\\[a\\](http://x)" in text


@pytest.mark.parametrize("name", ["2026-11-23_pubmed - Copy", "2026-11-23_pubmed (1)", "copy of 2026-11-23_pubmed"])
def test_a_run_that_was_copied_or_renamed_is_one_sentence_and_counts_as_no_search(living, name):
    shutil.copytree(living.root / "queries/runs/2026-11-23_pubmed", living.root / "queries/runs" / name)
    with pytest.raises(FormatError) as caught:
        living.run()
    assert str(caught.value) == (
        f"queries/runs/{name}: this folder holds the run of 'pubmed' of '2026-11-23', and is not named after it; "
        "accepted: 2026-11-23_pubmed. A run is never copied or renamed: delete the copy, or give the folder its name "
        "back."
    )


def test_a_day_that_no_calendar_has_is_not_the_newest(living):
    (living.root / "screening/ledger/2026-13-45.csv").write_bytes(
        (living.root / "screening/ledger/2026-11-23.csv").read_bytes().splitlines(keepends=True)[0]
    )
    assert str(history.newest_day(living.folder)) == "2026-11-23"


def test_a_lost_file_of_the_ledger_is_named_and_nothing_is_handed_out_twice(living):
    before = files_below(living.root, "screening")
    ledger = living.root / "screening/ledger/2026-11-23.csv"
    kept = ledger.read_bytes()
    ledger.unlink()
    with pytest.raises(ReviewError) as caught:
        living.update()
    assert str(caught.value) == (
        "screening/ledger/2026-11-23.csv: this file of the ledger is gone, and with it what was handed out and decided."
        " Put it back as git or your backup has it; to do without it, delete the folder outputs/ and run again."
    )
    ledger.write_bytes(kept)
    living.run()
    assert files_below(living.root, "screening") == before
