"""What holds for every format: exactly one claims a file, every block is a record or a fault, ids are stable."""

import gzip
import io

import pytest

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.records.record import Record, record_id

RIS = """TY  - JOUR
TI  - Surgery of imaginary metastases
AU  - Nobody, Ann
PY  - 2001
ER  - 

TY  - CHAP
TI  - A second one
T2  - A book
ER  - 
"""  # noqa: W291 - the standard ends a record with a blank


def read(text, name="x.ris", search="s", **more):
    data = text if isinstance(text, bytes) else text.encode()
    reading = formats.read(io.BytesIO(data), name=name, search=search, **more)
    return list(reading), reading


def test_every_block_of_the_example_reviews_reference_lists_is_a_record(root):
    folder = root / "queries" / "imports"
    found = {}
    for path in sorted(folder.glob("*/*.ris")):
        with path.open("rb") as stream:
            reading = formats.read(stream, name=path.name, search="s")
            values = list(reading)
        found[path.name] = (reading.records, reading.faults, reading.notices, len({v.id for v in values}))
    assert found == {"nigri-2018.ris": (116, 0, (), 116), "xue-2025.ris": (84, 0, (), 84)}


def test_an_imported_record_is_named_after_its_search_and_its_block():
    (first, _), _ = read(RIS, search="embase")
    block = RIS.split("\n\n", maxsplit=1)[0]
    assert first.id == record_id("embase", block.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_neither_encoding_nor_line_ends_change_a_record(encoding, end):
    text = RIS.replace("Nobody, Ann", "Müller, Änne")
    values, _ = read(text.replace("\n", end).encode(encoding))
    assert [v.id for v in values] == [v.id for v in read(text)[0]]
    assert values[0].authors[0].family == "Müller"


def test_the_same_block_twice_in_a_file_gets_a_number():
    values, _ = read(RIS + "\n" + RIS)
    assert [v.id for v in values[2:]] == [f"{v.id}-2" for v in values[:2]]


def test_gzip_is_unpacked_and_a_torn_one_is_a_fault():
    packed = gzip.compress(RIS.encode())
    assert [v.title for v in read(packed)[0]] == ["Surgery of imaginary metastases", "A second one"]
    values, reading = read(packed[:-9])
    assert isinstance(values[-1], Fault)
    assert reading.records + reading.faults == len(values)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "x: the file is empty. Export it again."),
        (
            b"<html>Blocked</html>",
            (
                "x: the format is not recognised; the file begins '<html>Blocked</html>'; accepted: "
                f"{', '.join(f.name for f in formats.FORMATS.values() if f.read)}. "
                "Export it again in one of these, or say which it is with `format:` (a table: with `columns:`)."
            ),
        ),
    ],
)
def test_a_file_that_no_format_claims_is_refused_with_the_candidates(data, says):
    with pytest.raises(FormatError) as caught:
        read(data, name="x")
    assert str(caught.value) == says


def test_a_format_that_is_not_known_is_refused_with_the_nearest_name():
    with pytest.raises(FormatError, match=r"x\.ris: there is no format 'riss'; accepted: .* Did you mean 'ris'\?"):
        read(RIS, format="riss")


def test_a_ris_file_that_ends_without_er_is_told_from_a_whole_one():
    values, _ = read(RIS[: RIS.rindex("ER")])
    assert isinstance(values[0], Record)
    assert str(values[1]) == (
        "x.ris, line 7: the last record has no ER line, so that the file may be cut off. "
        "Export it again; if the file is complete, write a line 'ER  - ' after its last record."
    )


def test_a_record_without_er_before_another_is_kept_and_noticed():
    text = RIS.replace("ER  - \n", "", 1)
    values, reading = read(text)
    assert [v.title for v in values] == ["Surgery of imaginary metastases", "A second one"]
    assert reading.notices == ("x.ris, line 1: this record has no ER line; it was taken up to the next TY line.",)


def test_a_record_without_ty_is_a_fault_and_takes_no_other_with_it():
    text = RIS.replace("TY  - CHAP\n", "")
    values, _ = read(text)
    assert values[0].title == "Surgery of imaginary metastases"
    assert "a record without a TY line begins here" in values[1].what
    assert values[1].raw == "TI  - A second one\nT2  - A book\nER  -"


def test_every_prefix_of_a_file_is_accounted_for():
    data = RIS.encode()
    for length in range(8, len(data)):
        values, reading = read(data[:length], format="ris")
        assert reading.records + reading.faults == len(values)
        whole = sum(1 for v in values if isinstance(v, Record))
        assert whole == data[:length].count(b"\nER  -")


XML = """<?xml version="1.0" ?>
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">1</PMID>
<Article PubModel="Print"><Journal><Title>J</Title></Journal>
<ArticleTitle>One <i>in vivo</i> 10<sup>-3</sup></ArticleTitle></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID Version="2">2</PMID>
<Article><ArticleTitle>[Two].</ArticleTitle></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>
"""


def test_pubmed_xml_is_read_with_its_markup_and_its_versions():
    values, reading = read(XML, name="x.xml", search="pm")
    assert [(v.id, v.title, v.version, v.origin.line) for v in values] == [
        ("pm:1", "One in vivo 10⁻³", 1, 3),
        ("pm:2", "Two.", 2, 6),
    ]
    assert reading.format.name == "pubmed-xml"


def test_an_article_that_is_not_well_formed_is_one_fault():
    values, _ = read(XML.replace("<i>in vivo</i>", "<i>in vivo"), name="x.xml")
    assert [isinstance(v, Fault) for v in values] == [True, False]
    assert values[0].line == 3


def test_every_prefix_of_a_pubmed_file_says_that_it_is_cut_off():
    data = XML.rstrip().encode()
    for length in range(60, len(data)):
        values, _ = read(data[:length], name="x.xml", format="pubmed-xml")
        assert isinstance(values[-1], Fault)
        assert len(values) == data[:length].count(b"</PubmedArticle>") + 1
    assert not any(isinstance(v, Fault) for v in read(data)[0])
