import pytest

from pipeline.report.settings import PARTS, AuthorSettings, ReportSettings, check


def columns(**settings):
    return [fault.column for fault in check(ReportSettings(**settings))]


def test_the_settings_as_they_come_are_right():
    assert check(ReportSettings()) == ()


def test_parts_are_printed_in_the_order_that_was_asked_for_without_those_left_out():
    settings = ReportSettings(sections=("flow", "summary", "flow", "new"), leave_out=("new",))
    assert settings.parts == ("flow", "summary")


def test_every_part_is_printed_unless_said_otherwise():
    assert ReportSettings().parts == PARTS


@pytest.mark.parametrize(("orcid", "expected"), [("0000-0002-1825-0097", []), ("0000-0002-9079-593X", [])])
def test_an_orcid_with_a_right_check_digit_is_accepted(orcid, expected):
    assert columns(authors=(AuthorSettings(name="A", orcid=orcid),)) == expected


@pytest.mark.parametrize(
    "orcid", ["0000-0002-1825-0098", "https://orcid.org/0000-0002-1825-0097", "x", "0000000218250097"]
)
def test_an_orcid_that_is_none_is_a_fault(orcid):
    assert columns(authors=(AuthorSettings(name="A", orcid=orcid),)) == ["authors.0.orcid"]


def test_every_fault_is_told_at_once():
    faults = columns(
        authors=(AuthorSettings(name=" "),),
        texts={"backgrund": "a.md", "discussion": "a.docx"},
        logo="logo.gif",
        words={"contens": "x", "page": "Seite"},
        citation_style="vancuver",
        list_records=-1,
        list_rows=0,
    )
    assert faults == [
        "words.contens", "words.page", "texts.backgrund", "texts.discussion", "logo", "logo_text", "authors.0.name",
        "citation_style", "list_records", "list_rows",
    ]  # fmt: skip


def test_a_misspelt_part_gets_a_proposal():
    (fault,) = check(ReportSettings(texts={"backgrund": "a.md"}))
    assert fault.remedy == "Did you mean 'background'?"


def test_a_csl_file_is_left_to_whoever_reads_it():
    assert columns(citation_style="styles/own.csl") == []
