"""Derived files of one value a line: read when asked for, and a damaged line is named."""

import pytest

from pipeline.deduplicate.citation import ById, Citation
from pipeline.errors import FormatError
from pipeline.records import bounds
from pipeline.records.record import Origin, Record, to_line
from pipeline.screening import ledger
from pipeline.workflow import derived
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import collect

MANY = tuple(
    Citation(
        id=f"a:{n}", members=(f"a:{n}", f"b:{n}"), record=Record(id=f"a:{n}", origin=Origin(search="a"), title="é" * n)
    )
    for n in range(50)
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1")
    made = ReviewFolder(tmp_path)
    with made.watched():
        made.derive(derived.CITATIONS, map(to_line, MANY))
    return made


def test_a_file_of_lines_is_the_sequence_that_was_written(folder):
    found = derived.citations(folder)
    assert tuple(found) == MANY
    assert len(found) == 50
    assert [found[place] for place in (49, 0, 17, -1, 16, 15)] == [MANY[place] for place in (49, 0, 17, -1, 16, 15)]
    assert (found[3:40:7], found[:0]) == (MANY[3:40:7], ())
    with pytest.raises(IndexError):
        found[50]


def test_clusters_are_the_citations_without_what_they_say(folder):
    assert [(one.id, one.members) for one in derived.clusters(folder)] == [(one.id, one.members) for one in MANY]


def test_citations_are_found_by_id_in_their_order(folder):
    found = ById(derived.citations(folder), (one.id for one in MANY))
    assert (list(found), found["a:31"], len(found)) == ([one.id for one in MANY], MANY[31], 50)
    assert ("a:31" in found, "a:50" in found, found.get("a:50")) == (True, False, None)


def test_a_damaged_line_is_named_however_it_is_read(folder):
    place = folder.path("outputs/citations.jsonl")
    lines = place.read_bytes().splitlines(keepends=True)
    lines[20] = b"{" + lines[20][2:]
    place.write_bytes(b"".join(lines))
    found = derived.citations(folder)
    for read in (lambda: list(found), lambda: found[20]):
        with pytest.raises(FormatError) as caught:
            read()
        assert [(fault.file, fault.line) for fault in caught.value.faults] == [("outputs/citations.jsonl", 21)]
    assert found[21] == MANY[21]


def test_what_the_program_alone_writes_may_be_larger_than_any_form(example_ran, monkeypatch):
    monkeypatch.setattr(bounds, "FORM", 1)
    folder = ReviewFolder(example_ran)
    assert len(derived.retrieved(folder)) == 200
    assert len(derived.pairs(folder)) > 0
    assert collect.unread(folder) == ()
    assert derived.revisions(folder) == ()
    events = ledger.read({path: folder.read(path) for path in folder.list("screening/ledger/*.csv")})
    assert len(events) > 0
