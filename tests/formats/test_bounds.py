"""A record, cell or line beyond all measure is one fault with its place and size; its neighbours are read."""

import csv
import io
import tracemalloc

import pytest

from pipeline import formats
from pipeline.errors import Fault
from pipeline.formats.source import SHOWN
from pipeline.records import bounds
from pipeline.records.record import Record

MOST = 1 << 20  # characters, in place of those that are read outside this test
HUGE = 8  # times as many stand in the record that is too long
RIS = ("TY  - JOUR\nTI  - {}\nER  - \n\n", "")
NBIB = ("PMID- {n}\nTI  - {}\nSO  - J Fict. 2026;1:{n}.\n\n", "")
BIBTEX = ("@article{{k{n},\n  title = {{{}}},\n  year = 2001\n}}\n\n", "")
WOS = ("PT J\nTI {}\nUT WOS:00000000000000{n}\nER\n\n", "EF\n")
PUBMED = (
    (
        '<PubmedArticle><MedlineCitation><PMID Version="1">90000000{n}</PMID><Article><ArticleTitle>{}</ArticleTitle>'
        "</Article></MedlineCitation></PubmedArticle>\n"
    ),
    "</PubmedArticleSet>",
)
ENDNOTE = (
    (
        '<record><source-app name="EndNote">EndNote</source-app><ref-type name="Journal Article">17</ref-type>'
        "<titles><title>{}</title></titles></record>\n"
    ),
    "</records></xml>",
)
CSV = ('"{}","2001"\n', "")
CSL = ('{{"type": "article-journal", "title": "{}"}},\n', '{{"type": "article-journal", "title": "The last"}}]\n')
HEADS = {
    "web-of-science": "FN Clarivate Analytics Web of Science\nVR 1.0\n",
    "pubmed-xml": '<?xml version="1.0" ?>\n<PubmedArticleSet>\n',
    "endnote-xml": '<?xml version="1.0" encoding="UTF-8" ?>\n<xml><records>\n',
    "csv": "Title,Year\n",
    "csl-json": "[",
}
LAYOUTS = {
    "ris": RIS,
    "nbib": NBIB,
    "bibtex": BIBTEX,
    "web-of-science": WOS,
    "pubmed-xml": PUBMED,
    "endnote-xml": ENDNOTE,
}


class Streamed:
    """Pieces of text as a stream of bytes, of which only what is asked for exists."""

    def __init__(self, pieces):
        self._pieces, self._held = pieces, b""

    def read(self, size=-1):
        while len(self._held) < size and (piece := next(self._pieces, None)) is not None:
            self._held += piece.encode()
        found, self._held = self._held[:size], self._held[size:]
        return found


def huge(end):
    """Yield a text that is too long, in lines that go on with a blank, or in one line."""
    for _ in range(HUGE * MOST // 100_000):
        yield f"{'word ' * 19_999}word{end}"


def parts(name, end):
    """Yield a file of three records, the second of which is too long."""
    layout, foot = LAYOUTS[name]
    yield HEADS.get(name, "") + layout.format("The first", n=1)
    before, after = layout.format("\1", n=2).split("\1")
    yield before
    yield from huge(end)
    yield after + layout.format("The third", n=3) + foot


def read(pieces, name):
    tracemalloc.start()
    values = list(formats.read(Streamed(pieces), name="x", search="s", format=name))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return values, peak


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(bounds, "LONGEST", MOST)
    before = csv.field_size_limit(MOST)
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize("end", [" ", "\n      "], ids=["one line", "many lines"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_record_that_is_too_long_is_one_fault_and_takes_neither_neighbour_nor_memory(name, end):
    (first, fault, third), peak = read(parts(name, end), name)
    assert (first.title, third.title) == ("The first", "The third")
    assert isinstance(fault, Fault)
    size = int(fault.what.split()[3].replace(",", ""))
    assert size == pytest.approx(sum(map(len, huge(end))), abs=300)
    assert fault.what == f"this block holds {size:,} characters, and up to 1,048,576 are read"
    assert fault.remedy == bounds.LOOK
    assert 0 < len(fault.raw) <= SHOWN
    whole = "".join(parts(name, end))
    starts = [whole.index(LAYOUTS[name][0].format(title, n=n)) for n, title in ((1, "The first"), (3, "The third"))]
    lines = [whole.count("\n", 0, start) + 1 for start in starts]
    assert [first.origin.line, third.origin.line] == lines
    assert fault.line == lines[0] + LAYOUTS[name][0].count("\n")
    assert peak < 10 * MOST


def test_text_that_is_too_long_between_two_records_is_one_fault():
    def between():
        first = PUBMED[0].format("The first", n=1)
        yield HEADS["pubmed-xml"] + first
        yield from huge(" ")
        yield PUBMED[0].format("The third", n=3) + PUBMED[1]

    (first, fault, third), peak = read(between(), "pubmed-xml")
    assert (first.title, third.title) == ("The first", "The third")
    assert fault.what.endswith("characters, and up to 1,048,576 are read")
    assert peak < 10 * MOST


@pytest.mark.parametrize("end", [" ", "\n"], ids=["one line", "many lines"])
def test_behind_a_cell_that_is_too_long_a_table_is_not_read_and_says_so(end):
    def rows():
        yield HEADS["csv"] + CSV[0].format("The first")
        yield '"'
        yield from huge(end)
        yield '","2001"\n' + CSV[0].format("The third")

    (first, fault), peak = read(rows(), "csv")
    assert first.title == "The first"
    assert isinstance(fault, Fault)
    assert fault.line == 3
    told = {
        " ": "this line of the table holds 8,300,009 characters, and up to 1,048,576 are read",
        "\n": "the quotation marks of this row do not close (a cell here holds more than 1,048,576 characters, and ",
    }
    assert fault.what.startswith(told[end])
    assert peak < 20 * MOST


def test_behind_an_item_that_is_too_long_an_array_is_not_read_and_says_so():
    def items():
        yield HEADS["csl-json"] + CSL[0].format("The first")
        yield '{"type": "article-journal", "title": "'
        yield from huge(" ")
        yield '"},\n' + CSL[1].format()

    (first, fault), peak = read(items(), "csl-json")
    assert first.title == "The first"
    assert fault.what == (
        "the file is cut off here, or its JSON is broken (one item is longer than 1,048,576 characters)"
    )
    assert fault.line == 2
    assert peak < 20 * MOST


@pytest.mark.parametrize("text", ["ä", "語", "𝄞"])
def test_an_array_on_one_line_is_read_however_long_it_is(text):
    def items():
        yield "["
        for number in range(1500):
            yield f'{{"type": "article-journal", "title": "{number} {text * 800}"}},'
        yield '{"type": "article-journal", "title": "The last"}]'

    values, _ = read(items(), "csl-json")
    assert [type(value) for value in values] == [Record] * 1501
    assert values[1499].title == f"1499 {text * 800}"
    assert values[-1].title == "The last"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_line_that_is_too_long_in_another_encoding_is_one_fault_too(encoding):
    stream = io.BytesIO(("\ufeff" + "".join(parts("ris", " "))).encode(encoding))
    first, fault, third = formats.read(stream, name="x", search="s", format="ris")
    assert (first.title, third.title) == ("The first", "The third")
    assert "characters, and up to 1,048,576 are read" in fault.what
    assert third.origin.line == 9
