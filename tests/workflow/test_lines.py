"""Values are read where they lie, one at a time, and a damaged line is named."""

import io
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormatError, ReviewError
from pipeline.records.record import Link, to_line
from pipeline.workflow.lines import Lines, put_aside

LINKS = st.lists(st.builds(Link, kind=st.sampled_from(("other", "update-in")), text=st.text()), max_size=20)


def of(*written):
    data = b"".join(written)
    return Lines(lambda start, end: data[start:end], map(len, written), Link, file="outputs/links.jsonl")


@given(LINKS, st.data())
def test_lines_are_the_sequence_that_was_written(values, data):
    read = of(*map(to_line, values))
    assert (len(read), list(read)) == (len(values), values)
    part = data.draw(st.slices(len(values)))
    assert read[part] == tuple(values[part])
    for index in range(-len(values), len(values)):
        assert read[index] == values[index]
    with pytest.raises(IndexError):
        read[len(values)]


def test_a_line_may_be_read_while_others_are_gone_through():
    values = [Link(kind="other", text=str(number)) for number in range(100)]
    read = of(*map(to_line, values))
    assert [(one, read[99 - number], next(iter(read))) for number, one in enumerate(read)] == [
        (one, values[99 - number], values[0]) for number, one in enumerate(values)
    ]


def test_a_damaged_line_is_named_when_it_is_read():
    read = of(b'{"kind":"other"}\n', b'{"kind":"oth\xff"}\n', b'{"kin')
    assert read[0] == Link(kind="other")
    for number in (1, 2):
        with pytest.raises(FormatError, match=rf"^outputs/links\.jsonl, line {number + 1}: this line is damaged .*"):
            read[number]


def test_what_is_put_aside_comes_back():
    values = [Link(kind="other", text="é\u2028"), Link(kind="update-in")]
    with put_aside(iter(values), Link) as read:
        assert list(read) == values


def test_a_full_disk_of_temporary_files_is_one_sentence(monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    with (
        pytest.raises(ReviewError, match=r"cannot be written \(No space left on device\)\. Free some space"),
        put_aside([Link(kind="other")], Link),
    ):
        pass
