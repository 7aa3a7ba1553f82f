"""The review of the two documents, as this repository holds it."""

import json
import shutil

import pytest

from pipeline.deduplicate.citation import Citation
from pipeline.records.record import from_line
from pipeline.workflow import derived, protocol
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import flow

# The documents that stand in both reference lists, by the numbers they have there (Nigri 2018, Xue 2025).
IN_BOTH = {(1, 1), (36, 13), (56, 21), (61, 10), (64, 29), (83, 42), (84, 47), (92, 52), (94, 54), (107, 65)}


def number(record):
    """Return which reference a record is: the document and the number it has there."""
    label = dict(record.extra)["LB"]
    return label.split()[0], int(label.rpartition(" ")[2])


@pytest.fixture
def outputs(example, bring_up_to_date):
    bring_up_to_date(example)
    return example / "outputs"


def test_200_references_are_190_citations_and_exactly_the_ten_shared_ones_are_joined(outputs, example):
    folder = ReviewFolder(example)
    numbers = {record.id: number(record) for record in derived.records(folder)}
    citations = derived.citations(folder)
    assert (len(numbers), len(citations)) == (200, 190)
    joined = [sorted(numbers[member] for member in each.members) for each in citations if len(each.members) > 1]
    assert {tuple(n for _, n in members) for members in joined} == IN_BOTH
    assert all([document for document, _ in members] == ["Nigri", "Xue"] for members in joined)


def test_the_same_pairs_are_joined_without_any_doi(example, bring_up_to_date):
    for path in example.glob("queries/imports/*/*.ris"):
        kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if "DO  -" not in line]
        path.write_text("".join(kept), encoding="utf-8")
    shutil.rmtree(example / "queries/runs", ignore_errors=True)
    shutil.rmtree(example / "screening")
    shutil.rmtree(example / "extraction")
    bring_up_to_date(example)
    assert len(derived.citations(ReviewFolder(example))) == 190


def test_searches_that_were_never_run_are_said_and_never_counted_as_nothing(example, bring_up_to_date):
    results = bring_up_to_date(example)
    assert [sentence.split(":")[0] for sentence in results["search"].account.unreachable] == [
        "xue-2025-pubmed",
        "nigri-2018-pubmed",
        "nigri-2018-related",
    ]
    folder = ReviewFolder(example)
    counted = flow.count(folder, protocol.load(folder))
    assert counted.not_run == ("PubMed", "Embase", "Cochrane Library")
    assert counted.n("database_results") is None
    assert counted.n("citations_results") == 200
    assert counted.n("new_reports") == 116


def test_a_second_run_changes_no_byte(example, bring_up_to_date, files_of):
    bring_up_to_date(example)
    before = files_of(example)
    results = bring_up_to_date(example)
    assert files_of(example) == before
    assert [name for name, result in results.items() if result.because and not result.stage.always] == []


def test_deleted_outputs_come_back_byte_for_byte(example, bring_up_to_date, files_of):
    bring_up_to_date(example)
    before = files_of(example)
    shutil.rmtree(example / "outputs")
    bring_up_to_date(example)
    assert files_of(example) == before


def test_the_outputs_under_version_control_are_what_a_fresh_run_makes(example, bring_up_to_date, files_of, root):
    bring_up_to_date(example)
    made = files_of(example / "outputs")
    kept = files_of(root / "outputs")
    if not kept:
        pytest.skip("outputs/ is not under version control at present")
    passing = {".code.json", "manifest.json", "report.pdf"}
    assert sorted(set(made) - passing) == sorted(set(kept) - passing)
    assert [name for name in sorted(made) if name not in passing and made[name] != kept[name]] == []


def test_no_output_names_a_machine_or_the_time_of_day(outputs, example):
    for path in outputs.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(example).encode() not in data
            assert b"12:00:00" not in data


def test_every_record_is_in_exactly_one_citation(outputs, example):
    folder = ReviewFolder(example)
    members = [member for citation in derived.citations(folder) for member in citation.members]
    assert sorted(members) == sorted(record.id for record in derived.records(folder))


def test_derived_lines_are_records_and_citations(outputs):
    lines = (outputs / "records.jsonl").read_bytes().splitlines()
    assert [from_line(line).id for line in lines] == [json.loads(line)["id"] for line in lines]
    assert set(json.loads((outputs / "citations.jsonl").read_bytes().splitlines()[0])) <= set(
        Citation.__struct_fields__
    )
