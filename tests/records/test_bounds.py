"""A form beyond all measure is one sentence, before it takes the memory."""

import io
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook

from pipeline.errors import FormError
from pipeline.records import bounds, tables


def said(data):
    with pytest.raises(FormError) as caught:
        tables.read(data, file="a.csv")
    return str(caught.value)


def workbook(**parts):
    """Make a workbook, in whose sheet something is replaced."""
    book, target = Workbook(), io.BytesIO()
    book.active.append(["title"])
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, parts["change"](data) if name.endswith("sheet1.xml") else data)
    return target.getvalue()


def test_a_form_that_is_larger_than_any_form_is_one_sentence(monkeypatch):
    monkeypatch.setattr(bounds, "FORM", 1000)
    assert said(b"title\n" + b"x" * 1000) == (
        "a.csv: the table holds 1,006 bytes; accepted: up to 1,000. Part it, or put the right file there."
    )


def test_a_cell_of_a_form_that_is_too_long_is_one_sentence():
    assert said(b'title\n"' + b"x" * (bounds.LONGEST + 1) + b'"\n') == (
        "a.csv, line 2: the quotation marks do not close (a cell here holds more than 16,000,000 characters, and what "
        'follows was not read). Look for a single " in a cell near this line; inside a quoted cell it is written twice.'
    )


def test_a_workbook_that_unpacks_without_measure_is_refused_before_it_is_unpacked():
    data = workbook(change=lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * 40_000_000))
    assert len(data) < 100_000
    tracemalloc.start()
    assert said(data).startswith("a.csv: the workbook unpacks to 40,")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_workbook_with_entities_grows_nothing_and_reads_no_file(tmp_path):
    (tmp_path / "other.txt").write_text("hidden words")
    grown = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    outside = f'<!ENTITY a SYSTEM "{tmp_path.as_uri()}/other.txt">'
    for entity, name in (('<!ENTITY a "aaaaaaaaaa">' + grown, "j"), (outside, "a")):
        start = f"<!DOCTYPE x [{entity}]>".encode()
        row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>&{name};</t></is></c></row></sheetData>'.encode()
        text = said(workbook(change=lambda sheet, s=start, r=row: s + sheet.replace(b"</sheetData>", r)))
        assert text.startswith("a.csv: this is not an XLSX workbook, or it is damaged (")
        assert "hidden" not in text
        assert "aaaa" not in text
