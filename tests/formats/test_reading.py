"""What holds for every format: exactly one claims a file, every block is a record or a fault, ids are stable."""

import gzip
import hashlib
import io
import time

import pytest

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.formats import ris, xml_blocks
from pipeline.formats.source import Source
from pipeline.records.record import Record

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
    assert first.id == f"embase:{hashlib.sha256(block.strip().encode()).hexdigest()[:12]}"


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


def test_a_packed_file_that_unpacks_without_measure_is_read_no_further():
    block = RIS.partition("ER  - ")[0].encode()
    values, reading = read(gzip.compress(RIS.encode() + block + b"AB  - " + b" a" * 50_000_000))
    fault = values[-1]
    assert isinstance(fault, Fault)
    assert fault.what == "the packed file unpacks to more than 200 times its size, and is read no further"
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


def what(values):
    return [value.what if isinstance(value, Fault) else value.title for value in values]


def test_a_ris_type_that_is_not_known_is_kept_and_written_back():
    (record,), _ = read("TY  - PAT\nTI  - A machine for nothing\nER  - \n")
    assert (record.kind, record.extra) == ("other", (("TY", "PAT"),))
    assert (
        b"".join(formats.write([record], format="ris")) == b"TY  - PAT\r\nTI  - A machine for nothing\r\nER  - \r\n\r\n"
    )


def test_text_that_stands_behind_a_ris_type_is_kept():
    (record,), _ = read("TY  - JOUR\nTI a title with a broken tag\nPY  - 2001\nER  - \n", format="ris")
    assert (record.year, record.extra) == (2001, (("TY", "TI a title with a broken tag"),))


def test_what_follows_a_ris_record_that_says_nothing_is_judged_too():
    values, _ = read("TY  - JOUR\nER  - \nTI  - Left behind\nER  - \n", format="ris")
    assert what(values) == ["this record says nothing but its type", "a record without a TY line begins here"]
    assert "Left behind" in values[1].raw


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("ris", "some text\n", "no record begins here: there is no TY line"),
        ("nbib", "some text\n", "this text belongs to no record"),
        ("bibtex", "some text\n", "no entry begins here: an '@' is missing"),
        ("csl-json", "some text\n", "no array begins here"),
        ("csl-json", " \n", "the file is cut off before its first item"),
        ("csv", "some text\n", "no column is known to hold the title; the table begins 'some text'"),
        ("pubmed-xml", "some text\n", "text here belongs to no record: 'some text'"),
        ("web-of-science", "some text\n", "this text belongs to no record"),
        ("web-of-science", "FN Clarivate\nVR 1.", "the file is cut off before its first record"),
    ],
)
def test_a_file_without_any_record_is_a_fault(name, text, says):
    assert what(read(text, format=name)[0]) == [says]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web-of-science", "FN Clarivate\nVR 1.0\nEF\n"),
        ("pubmed-xml", "<PubmedArticleSet></PubmedArticleSet>"),
        ("csl-json", "[]"),
        ("csv", "title,authors,year\n"),
    ],
)
def test_an_export_that_is_whole_and_empty_is_noticed(name, text):
    values, reading = read(text, format=name)
    assert (values, reading.notices) == ([], ("x.ris: the file holds no record.",))


def test_a_bibtex_entry_that_cannot_be_read_is_shown_whole():
    (fault,), _ = read("@article{no_comma\n title = {One},\n year = 2001\n}\n", format="bibtex")
    assert fault.raw == "@article{no_comma\n title = {One},\n year = 2001\n}"


def test_text_behind_a_bibtex_entry_is_noticed():
    values, reading = read("@article{a, title = {One}}\n a stray line\n", format="bibtex")
    assert what(values) == ["One"]
    assert reading.notices == ("x.ris, line 2: this text belongs to no entry and was left out: 'a stray line'.",)


def test_a_line_that_web_of_science_does_not_write_is_a_fault():
    text = "FN Clarivate\nVR 1.0\nPT J\nTI One\nwrapped by a mail program\nER\n\nPT J\nTI Two\nER\n\nEF\n"
    values, _ = read(text)
    assert what(values) == ["this line is neither a tag nor goes on with one: 'wrapped by a mail program'", "Two"]
    assert values[0].line == 5


def test_an_array_that_streams_by_in_pieces_is_read_as_whole(monkeypatch):
    monkeypatch.setattr("pipeline.formats.text._CHUNK", 7)
    items = [f'{{"type": "book",\n "title": "Nothing {number}"}}' for number in range(60)]
    values, _ = read("[\n" + ",\n".join(items) + "\n]\n", format="csl-json")
    assert [(v.title, v.origin.line) for v in values] == [(f"Nothing {n}", 2 + 2 * n) for n in range(60)]


@pytest.mark.parametrize("encoding", ["hex", "UTF-16", "idna", "x-unknown", "rot13"])
def test_a_declared_encoding_that_the_file_is_not_in_is_noticed(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{XML.partition("?>")[2].strip()}'
    values, reading = read(text, format="pubmed-xml")
    assert [v.id for v in values] == ["s:1", "s:2"]
    assert reading.notices == (
        f"x.ris: it declares the encoding '{encoding}', which is not known or not the file's; read as UTF-8.",
    )


def test_a_deleted_number_beside_bytes_that_are_no_text_is_a_fault():
    data = b"<PubmedArticleSet><DeleteCitation><PMID \xdf>7</PMID></DeleteCitation></PubmedArticleSet>"
    assert what(read(data, format="pubmed-xml")[0]) == ["PubMed deleted the PMID '7'"]


def test_authors_on_lines_of_their_own_tag_are_all_read():
    (record,), _ = read("FN Clarivate\nVR 1.0\nPT J\nAU Nobody, A\nAU Someone, E\nTI One\nER\n\nEF\n")
    assert [author.name for author in record.authors] == ["Nobody, A", "Someone, E"]


def test_a_file_on_one_line_is_no_header():
    text = "FN Clarivate;VR 1.0;PT J;TI Lost;ER;EF"
    assert what(read(text, format="web-of-science")[0]) == ["this text belongs to no record"]


def test_two_articles_that_damage_made_one_are_a_fault():
    text = XML.replace("</PubmedArticle>\n<PubmedArticle>", "")
    assert what(read(text, format="pubmed-xml")[0]) == ["this record holds 2 citations"]


def test_a_long_run_of_blanks_in_a_ris_field_takes_no_more_than_linear_time():
    start = time.process_time()
    (record,), _ = read(f"TY  - JOUR\nTI  - One{' ' * 100_000}two\nER  - \n")
    assert record.title == "One two"
    assert time.process_time() - start < 5  # the square of the length took half a minute


def test_a_last_page_that_the_first_one_contradicts_is_kept():
    (record,), _ = read("TY  - JOUR\nTI  - One\nSP  - 10-12\nEP  - 99\nER  - \n")
    assert (record.pages, record.extra) == ("10-12", (("EP", "99"),))


def test_a_long_run_of_blanks_among_authors_takes_no_more_than_linear_time():
    start = time.process_time()
    (record,), _ = read(
        f"FN X\nVR 1.0\nPT J\nAU Nobody, Ann{' ' * 100_000}B\nTI One\nER\n\nEF\n", format="web-of-science"
    )
    assert [author.name for author in record.authors] == ["Nobody, Ann B"]
    assert time.process_time() - start < 5  # the square of the length took half a minute


def test_a_type_of_csl_json_that_is_not_known_is_kept():
    (record,), _ = read('[{"type": "hologram", "title": "One"}]', format="csl-json")
    assert (record.kind, dict(record.extra)["type"]) == ("other", "hologram")


def test_fields_that_rayyan_writes_behind_others_are_told_from_blanks():
    assert ris.inner("TI", "One     AB  -    KW  - two      three") == [
        ("TI", "One"),
        ("AB", ""),
        ("KW", "two      three"),
    ]


def test_a_last_page_beside_a_first_one_that_says_no_is_kept():
    (record,), _ = read("TY  - JOUR\nTI  - One\nSP  - No\nEP  - 12\nER  - \n")
    assert (record.pages, record.extra) == ("", (("SP", "No"), ("EP", "12")))


def test_a_label_that_only_looks_like_a_scheme_is_kept_as_text():
    (record,), _ = read("TY  - JOUR\nTI  - One\nC3  - p\u0131\u0131 12\nER  - \n")
    assert (record.identifiers, record.extra) == ((), (("C3", "p\u0131\u0131 12"),))


def test_an_author_behind_an_empty_line_and_a_second_type_are_kept_by_web_of_science():
    (record,), _ = read("FN Clarivate\nVR 1.0\nPT J\nPT 2021 more\nAU Nobody, A\n\n   Someone, E\nTI One\nER\n\nEF\n")
    assert [author.name for author in record.authors] == ["Nobody, A", "Someone, E"]
    assert ("PT", "2021 more") in record.extra


def test_the_marks_of_a_merge_conflict_are_one_fault_of_their_record():
    text = RIS.replace("PY  - 2001", "<<<<<<< HEAD\nPY  - 2001\n=======\nPY  - 2002\n>>>>>>> other")
    (fault, second), _ = read(text)
    assert str(fault) == (
        "x.ris, line 4: the marks of a git merge conflict stand here ('<<<<<<<'). Choose between the two versions, "
        "delete the three lines of marks, and run again."
    )
    assert second.title == "A second one"


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("pubmed-xml", "<?"),
        ("pubmed-xml", "<PubmedArticleSet "),
        ("pubmed-xml", "<!--"),
        ("endnote-xml", "<records "),
    ],
)
def test_tags_that_never_end_take_no_time(name, piece):
    start = time.process_time()
    found, _ = read(f"<{name}>" + piece * 60_000, format=name)
    assert [type(each) for each in found] == [Fault]
    assert time.process_time() - start < 5  # the square of the length took half a minute


def test_records_that_never_end_take_no_time():
    text = b"<PubmedArticle>" * 200_000 + b"</PubmedArticle>"
    source = Source(stream=io.BytesIO(text), file="x.xml", search="s", format="pubmed-xml")
    start = time.process_time()
    assert sum(1 for _ in xml_blocks.pieces(source, xml_blocks.Layout(("PubmedArticle",), ()))) == 200_000
    assert time.process_time() - start < 5  # the square of the length took half a minute
