"""The program's own JSON files: read however old they are, refused if newer or damaged, never rewritten."""

import msgspec
import pytest

from pipeline.errors import FormatError
from pipeline.search.import_run import ImportRun
from pipeline.search.recheck import Check
from pipeline.search.search_run import SearchRun
from pipeline.workflow import layouts
from pipeline.workflow.versions import Made, Version


class Thing(msgspec.Struct):
    layout: int
    names: tuple[str, ...]


CURRENT = {"thing": 3}
STEPS = {
    ("thing", 1): lambda tree: {"name": tree["title"]},
    ("thing", 2): lambda tree: {"names": [tree["name"]]},
}


def read(data, steps=STEPS):
    return layouts.read(data, Thing, name="thing", file="things/thing.json", current=CURRENT, steps=steps)


@pytest.mark.parametrize(
    "data", [b'{"title": "a"}', b'{"layout": 1, "title": "a"}', b'{"layout": 2, "name": "a"}',
             b'{"layout": 3, "names": ["a"]}'],
)  # fmt: skip
def test_a_file_of_every_layout_ever_written_is_read(data):
    assert read(data) == Thing(layout=3, names=("a",))


def test_a_file_of_a_newer_program_is_refused_with_what_to_do():
    with pytest.raises(FormatError) as caught:
        read(b'{"layout": 4}')
    assert str(caught.value) == (
        "things/thing.json: a newer version of living-review wrote this thing (layout 4, and 3 is known). "
        "Install the newest living-review; nothing was changed."
    )


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"layout": "x"}', b'{"layout": 0}', b'{"layout": 3}', b"\xff{}"])
def test_a_damaged_file_is_one_sentence_with_the_remedy(data):
    with pytest.raises(FormatError, match=r"^things/thing.json: this is no thing \(.*put the file back as git"):
        read(data)


def test_deep_nesting_and_a_merge_conflict_are_one_sentence_each():
    with pytest.raises(FormatError, match=r"^things/thing.json: this is no thing \("):
        read(b'{"layout": 3, "names": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    with pytest.raises(FormatError) as caught:
        read(b'{\n<<<<<<< HEAD\n"layout": 3\n=======\n"layout": 3,\n>>>>>>> other\n}')
    assert str(caught.value) == (
        "things/thing.json, line 2: the marks of a git merge conflict stand here ('<<<<<<<'). Take one of the two "
        "versions whole, and with it every file of its folder; then run again."
    )


def test_every_layout_before_todays_has_its_step():
    assert set(layouts.STEPS) == {(name, n) for name, newest in layouts.CURRENT.items() for n in range(1, newest)}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(SearchRun, "search run"), (ImportRun, "export"), (Check, "check"), (Version, "version"),
     (Made, "list of outputs")],
)  # fmt: skip
def test_what_is_written_says_the_layout_of_today(kind, name):
    (default,) = (field.default for field in msgspec.structs.fields(kind) if field.name in {"layout", "schema"})
    assert default == layouts.CURRENT[name]
