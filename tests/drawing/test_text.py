import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drawing import text, widths

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
line = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def test_a_digit_is_1303_of_2048_units_wide_as_in_the_font():
    assert [text.width(digit, 2048) for digit in "0123456789"] == [1303] * 10


@pytest.mark.parametrize(
    ("written", "units"),
    [
        ("Ćw", 1430 + 1675),
        ("e\u0301", 1260),
        ("肝", 2048),
        ("क", 1638),
        ("\u200b", 0),
        ("", 0),
        ("Д", 1600),
        ("₂", 821),
    ],
)
def test_letters_of_any_script_have_a_width(written, units):
    assert text.width(written, 2048) == units


def test_bold_type_is_wider():
    assert text.width("Total", 10, bold=True) > text.width("Total", 10)


def test_width_grows_with_the_type_size():
    assert text.width("Total", 20) == 2 * text.width("Total", 10)


def test_a_no_break_space_holds_two_words_together():
    assert text.wrap("sunitinib (n\u00a0=\u00a086)", 75, 10) == ("sunitinib", "(n\u00a0=\u00a086)")


def test_a_line_may_end_behind_a_hyphen_and_inside_chinese():
    assert text.wrap("Kołodziejczyk-Ćwikła", 80, 10) == ("Kołodziejczyk-", "Ćwikła")
    assert text.wrap("神经内分泌肿瘤", 40, 10) == ("神经内分", "泌肿瘤")


def test_a_closing_mark_never_begins_a_line():
    assert text.wrap("\u795e\u7ecf\uff0c\u5185\u5206\u3002", 20, 10) == (
        "\u795e",
        "\u7ecf\uff0c",
        "\u5185",
        "\u5206\u3002",
    )


def test_an_empty_text_is_one_empty_line():
    assert text.wrap("", 50, 10) == ("",)


@given(line, st.floats(20, 200), st.booleans())
def test_wrapping_loses_nothing_but_spaces_and_keeps_to_the_limit(words, limit, bold):
    lines = text.wrap(words, limit, 10, bold=bold)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(text.width(part.rstrip(), 10, bold=bold) <= limit + 1e-9 for part in lines)


@pytest.mark.skipif(not DEJAVU.is_dir(), reason="DejaVu Sans is not installed")
def test_the_table_is_what_the_script_reads_from_the_font(root):
    spec = importlib.util.spec_from_file_location("font_widths", root / "docs" / "font_widths.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for table, file in ((widths.REGULAR, "DejaVuSans.ttf"), (widths.BOLD, "DejaVuSans-Bold.ttf")):
        advances = script.advances((DEJAVU / file).read_bytes())
        assert table == "\n" + "".join(script.block(advances, *limits) for limits in script.RANGES)
