"""The review of the two documents, as this repository holds it."""

import shutil

import msgspec
import pytest

from pipeline.deduplicate.clusters import deduplicate
from pipeline.workflow import derived, protocol
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import flow, standing

# The documents that stand in both reference lists, by the numbers they have there (Nigri 2018, Xue 2025).
IN_BOTH = {(1, 1), (36, 13), (56, 21), (61, 10), (64, 29), (83, 42), (84, 47), (92, 52), (94, 54), (107, 65)}


def number(record):
    """Return which reference a record is: the document and the number it has there."""
    label = dict(record.extra)["LB"]
    return label.split()[0], int(label.rpartition(" ")[2])


def test_200_references_are_190_citations_and_exactly_the_ten_shared_ones_are_joined(example_ran):
    folder = ReviewFolder(example_ran)
    numbers = {record.id: number(record) for record in derived.records(folder)}
    citations = derived.citations(folder)
    assert (len(numbers), len(citations)) == (200, 190)
    joined = [sorted(numbers[member] for member in each.members) for each in citations if len(each.members) > 1]
    assert {tuple(n for _, n in members) for members in joined} == IN_BOTH
    assert all([document for document, _ in members] == ["Nigri", "Xue"] for members in joined)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("dois", [False, True])
def test_the_same_pairs_are_joined_in_either_order_with_and_without_dois(example_ran, turned, dois):
    records = derived.records(ReviewFolder(example_ran))
    if not dois:
        records = tuple(msgspec.structs.replace(record, doi="") for record in records)
    numbers = {record.id: number(record)[1] for record in records}
    found = deduplicate(records[::-1] if turned else records)
    joined = [each.members for each in found.citations if len(each.members) > 1]
    assert {
        tuple(numbers[member] for member in (members[::-1] if turned else members)) for members in joined
    } == IN_BOTH


def test_searches_that_were_never_run_are_said_and_never_counted_as_nothing(example, bring_up_to_date):
    results = bring_up_to_date(example)
    assert [sentence.split(":")[0] for sentence in results["search"].account.unreachable] == [
        "xue-2025-pubmed",
        "nigri-2018-pubmed",
        "nigri-2018-related",
    ]
    folder = ReviewFolder(example)
    settings = protocol.load(folder)
    counted = flow.count(folder, settings, standing.load(folder, settings))
    assert counted.not_run == ("PubMed", "Embase", "Cochrane Library", "Similar articles in PubMed")
    assert counted.n("database_results") is None
    assert counted.n("citations_results") == 200
    assert counted.n("new_reports") == 152  # the 116 that Nigri 2018 retained, and 36 more that Xue 2025 reports on


def test_a_second_run_changes_no_byte_and_deleted_outputs_come_back(example_ran, tmp_path, bring_up_to_date, files_of):
    again = shutil.copytree(example_ran, tmp_path / "again")
    before = files_of(again)
    results = bring_up_to_date(again)
    assert files_of(again) == before
    assert [name for name, result in results.items() if result.because and not result.stage.always] == []
    shutil.rmtree(again / "outputs")
    bring_up_to_date(again)
    assert files_of(again) == before


def test_the_outputs_under_version_control_are_what_a_fresh_run_makes(example_ran, files_of, root):
    made = _kept(files_of(example_ran / "outputs"))
    kept = _kept(files_of(root / "outputs"))
    assert sorted(made) == sorted(kept)
    text = [name for name in sorted(made) if not name.endswith(".png")]  # what is drawn depends on the library, too
    assert [name for name in text if made[name] != kept[name]] == []


def _kept(files):
    """Leave out what is not under version control, and the manifest, which holds digests of it."""
    return {
        name: data for name, data in files.items() if name not in (".code.json", "manifest.json") and ".pdf" not in name
    }


def test_no_output_names_a_machine_or_the_time_of_day(example_ran):
    for path in (example_ran / "outputs").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(example_ran).encode() not in data
            assert b"12:00:00" not in data


def test_every_record_is_in_exactly_one_citation(example_ran):
    folder = ReviewFolder(example_ran)
    members = [member for citation in derived.citations(folder) for member in citation.members]
    assert sorted(members) == sorted(record.id for record in derived.records(folder))
