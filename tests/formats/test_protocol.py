"""One battery over every format: what a reader must hold to, whatever the file and whatever became of it."""

import contextlib
import io
import random
from pathlib import Path

import pytest

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.records.record import Record

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*/*"))
WHOLE = [path for path in SAMPLES if path.stem not in ("hazards", "unknown")]
TEXTS = [path for path in WHOLE if path.suffix != ".xml" and path.name not in ("windows.ris", "macintosh.ris")]


class Dribble(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a slow network does."""

    def __init__(self, data, step):
        self._data, self._step, self._place = data, step, 0

    def read(self, size=-1):
        size = self._step if size < 0 else min(size, self._step)
        piece = self._data[self._place : self._place + size]
        self._place += len(piece)
        return piece


def ids(paths):
    return [f"{path.parent.name}/{path.name}" for path in paths]


def values(data, format_name, stream=None):
    reading = formats.read(stream or io.BytesIO(data), name="f", search="s", format=format_name)
    found = list(reading)
    assert [type(each) in (Record, Fault) for each in found] == [True] * len(found)
    assert (reading.records, reading.faults) == (
        sum(isinstance(each, Record) for each in found),
        sum(isinstance(each, Fault) for each in found),
    )
    assert found or reading.notices or not data.strip()
    blocks = [each.origin.block for each in found if isinstance(each, Record)]
    assert blocks == sorted(set(blocks))
    assert len({each.id for each in found if isinstance(each, Record)}) == len(blocks)
    return found


def told(found):
    return [(each.what, each.line) if isinstance(each, Fault) else each for each in found]


@pytest.mark.parametrize("path", WHOLE, ids=ids(WHOLE))
def test_exactly_one_format_claims_a_sample_and_it_is_the_one_it_lies_under(path):
    assert formats.recognise(path.read_bytes(), path.name).name == path.parent.name


@pytest.mark.parametrize("path", SAMPLES, ids=ids(SAMPLES))
def test_every_prefix_is_accounted_for(path):
    data = path.read_bytes()
    for length in range(len(data)):
        values(data[:length], path.parent.name)


@pytest.mark.parametrize("path", SAMPLES, ids=ids(SAMPLES))
def test_no_record_is_lost_where_a_longer_prefix_is_read(path):
    """The longer the prefix, the more whole records: a record that was read stays, and only faults go."""
    data, before = path.read_bytes(), []
    for length in range(0, len(data) + 1, max(1, len(data) // 150)):
        found = [each for each in values(data[:length], path.parent.name) if isinstance(each, Record)]
        assert len(found) >= len(before) - 1
        before = found


@pytest.mark.parametrize("path", SAMPLES, ids=ids(SAMPLES))
def test_it_does_not_matter_in_what_pieces_the_bytes_arrive(path):
    data = path.read_bytes()
    expected = told(values(data, path.parent.name))
    for step in (1, 2, 3, 7, 64):
        assert told(values(data, path.parent.name, Dribble(data, step))) == expected


@pytest.mark.parametrize("path", SAMPLES, ids=ids(SAMPLES))
def test_chunks_may_end_anywhere(path, monkeypatch):
    data = path.read_bytes()
    expected = told(values(data, path.parent.name))
    for size in (5, 11, 37):
        monkeypatch.setattr("pipeline.formats.text._CHUNK", size)
        monkeypatch.setattr("pipeline.formats.xml_blocks._CHUNK", size)
        assert told(values(data, path.parent.name)) == expected


@pytest.mark.parametrize("path", TEXTS, ids=ids(TEXTS))
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_changes_no_record(path, encoding):
    text = path.read_bytes().decode("utf-8-sig")
    expected = told(values(text.encode(), path.parent.name))
    assert told(values(text.encode(encoding), path.parent.name)) == expected


@pytest.mark.parametrize("path", TEXTS, ids=ids(TEXTS))
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_change_no_record(path, end):
    data = path.read_bytes().replace(b"\r\n", b"\n")
    expected = told(values(data, path.parent.name))
    assert told(values(data.replace(b"\n", end.encode()), path.parent.name)) == expected


@pytest.mark.parametrize("path", SAMPLES, ids=ids(SAMPLES))
def test_damaged_bytes_are_records_or_faults_and_never_an_exception(path):
    data, chance = path.read_bytes(), random.Random(path.name)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    damaged[place] = chance.randrange(256)
                case 1:
                    del damaged[place : place + chance.randint(1, 40)]
                case 2:
                    damaged[place:place] = bytes(
                        chance.choices(b"\0\r\n\"'{}<>&;,\t =-@ERTY\xff", k=chance.randint(1, 9))
                    )
                case _:
                    damaged[place:place] = damaged[place : place + 60]
            damaged = damaged or bytearray(b"\n")
        values(bytes(damaged), path.parent.name)
        with contextlib.suppress(FormatError):
            formats.recognise(bytes(damaged), "f")


@pytest.mark.parametrize("path", WHOLE, ids=ids(WHOLE))
def test_importing_a_file_twice_gives_the_same_ids(path):
    data = path.read_bytes()
    first, second = (values(data, path.parent.name) for _ in range(2))
    assert told(first) == told(second)
