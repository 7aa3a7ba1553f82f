import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormError
from pipeline.prisma import r_package
from pipeline.prisma.boxes import OTHER_METHODS, VARIABLES, Box, Flow, Part, Step
from pipeline.records import tables

NAMES = [*VARIABLES, "database_specific_results", "register_specific_results"]


def rows(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def column(data, name):
    header, *lines = rows(data)
    return {line[0] if line[0] != "NA" else line[2]: line[header.index(name)] for line in lines}


def plain(flow):
    """What the CSV can hold of a flow: figures, and parts that have one."""
    return {
        name: (box.n, tuple((part.label, part.n) for part in box.parts if part.n is not None))
        for name, box in flow.boxes.items()
    }


def boxes(*names, n=3):
    return {name: Box(n=n) for name in names}


def test_every_row_is_written_always_and_empty_cells_are_na():
    header, *lines = rows(r_package.write(Flow(boxes={})))
    assert tuple(header) == r_package.COLUMNS
    assert len(lines) == 34
    empty = [(line[0], place) for line in lines for place, cell in enumerate(line) if not cell]
    assert empty == [("organisation_results", 1)]


def test_the_older_versions_get_no_rows_of_the_meta_analysis():
    data = r_package.write(Flow(boxes=boxes("total_studies_ma")), target="1.1.3")
    assert len(rows(data)) == 33
    assert b"_ma" not in data


def test_the_older_versions_get_a_second_reason_since_one_alone_stops_them():
    flow = Flow(boxes={"dbr_excluded": Box(n=4, parts=(Part(label="Wrong design", n=4),))})
    assert column(r_package.write(flow), "n")["dbr_excluded"] == "Wrong design, 4"
    assert column(r_package.write(flow, target="1.1.3"), "n")["dbr_excluded"] == "Wrong design, 4; Other reasons, 0"


def test_no_name_of_a_row_stands_inside_another_that_the_package_looks_for():
    """The package finds rows by searching for the name inside the first column."""
    data = column(r_package.write(Flow(boxes={})), "data")
    for name in NAMES:
        hits = [other for other in data.values() if name in other]
        assert [hit for hit in hits if hit != f"{name}_ma"] == [name]


def test_what_is_off_is_written_as_the_package_switches_it_off():
    figures = column(r_package.write(Flow(boxes={})), "n")
    assert figures["previous_studies"] == figures["total_studies_ma"] == "0"
    assert figures["database_specific_results"] == "Database 1, xxx; Database 2, xxx; Database 3, xxx"
    assert figures["register_specific_results"] == "Register 1, xxx; Register 2, xxx; Register 3, xxx"
    assert figures["website_results"] == figures["records_screened"] == figures["dbr_excluded"] == "NA"


def test_a_new_review_has_the_official_words_of_a_new_review():
    new = column(r_package.write(Flow(boxes={})), "boxtext")
    update = column(r_package.write(Flow(boxes=boxes("previous_studies"))), "boxtext")
    assert (new["newstud"], new["new_studies"]) == (
        "Identification of studies via databases and registers",
        "Studies included in review",
    )
    assert (update["newstud"], update["new_studies"]) == (
        "Identification of new studies via databases and registers",
        "New studies included in review",
    )


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Wrong design, not RCT", "Wrong design - not RCT"),
        ("a;b", "a / b"),
        ("Didn't report", "Didn’t report"),
        ('the "other"', "the ”other”"),
        ("a\\nb", "a/nb"),
        (" , ", "-"),
    ],
)
def test_labels_are_written_so_that_nothing_splits_or_breaks_on_them(label, written):
    assert r_package.label(label) == written


def test_what_the_csv_cannot_hold_is_listed():
    flow = Flow(
        boxes={"dbr_excluded": Box(n=1, parts=(Part(label="a,b", n=1),))},
        awaiting=(Step(name="awaiting_screening", label="records await screening", n=7),),
        not_run=("Embase",),
    )
    assert r_package.lost(flow) == (
        "7 records await screening: the CSV has no row for it.",
        "Not yet run: Embase: the CSV cannot say so.",
        "'a,b' is written as 'a - b'.",
    )


figures = st.integers(0, 2_000_000)
reasons = st.dictionaries(
    st.text("abc äß神", min_size=1, max_size=9).map(lambda t: " ".join(t.split())).filter(bool), figures, min_size=1
)


@st.composite
def flows(draw):
    found = {name: Box(n=draw(figures)) for name in VARIABLES if draw(st.booleans())}
    for name in ("dbr_excluded", "other_excluded", "database_results", "register_results"):
        if name in found and draw(st.booleans()):
            parts = tuple(Part(label=label, n=n) for label, n in draw(reasons).items())
            found[name] = Box(n=sum(part.n for part in parts), parts=parts)
    groups = (("previous_studies", "previous_reports"), ("total_studies", "total_reports"), tuple(OTHER_METHODS))
    for group in (*groups, ("total_studies_ma", "total_reports_ma")):
        if not any(found[name].n for name in group if name in found):
            for name in group:
                found.pop(name, None)
    return Flow(boxes=found)


ZERO = (
    "previous_studies",
    "previous_reports",
    "total_studies",
    "total_reports",
    "total_studies_ma",
    "total_reports_ma",
)


@given(flows())
def test_what_is_written_is_read_back(flow):
    again = plain(r_package.read(r_package.write(flow), file="PRISMA.csv"))
    expected = plain(flow)
    assert {name: found for name, found in again.items() if name in expected} == expected
    assert all(name in ZERO and found == (0, ()) for name, found in again.items() if name not in expected)


def test_the_packages_own_template_is_read_as_zeros():
    template = r_package.write(Flow(boxes={})).replace(b",NA\n", b",0\n")
    found = r_package.read(template, file="PRISMA.csv")
    assert "website_results" not in found.boxes
    assert found.n("records_screened") == 0


def test_figures_with_thousands_separators_and_any_order_of_rows_are_read():
    data = tables.write(
        ["n", "data"], [["1,500", "records_screened"], ["Wrong design, 1,204; Other, 3", "dbr_excluded"]]
    )
    found = r_package.read(data, file="x.csv")
    assert plain(found) == {
        "records_screened": (1500, ()),
        "dbr_excluded": (1207, (("Wrong design", 1204), ("Other", 3))),
    }


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            [["records_excluded_human", "3"]],
            (
                "x.csv, row 2, column data: 'records_excluded_human' holds the name 'records_excluded', so the R "
                "package would "
                "take it for that row, too. Did you mean 'records_excluded'?"
            ),
        ),
        (
            [["duplicates", "many"]],
            "x.csv, row 2, column n: 'many' is no figure; accepted: a whole number.",
        ),
        (
            [["duplicates", "12.5"]],
            "x.csv, row 2, column n: '12.5' is no figure; accepted: a whole number.",
        ),
        (
            [["dbr_excluded", "Wrong design, not RCT, four"]],
            (
                "x.csv, row 2, column n: 'Wrong design, not RCT, four' is no list of reasons with their numbers; "
                "accepted: a "
                "whole number, or 'reason, number; reason, number'."
            ),
        ),
        (
            [["duplicates", "1"], ["duplicates", "2"]],
            "x.csv, row 3, column data: 'duplicates' stands in two rows (first in row 2). Delete one.",
        ),
    ],
)
def test_what_the_package_would_silently_misread_is_refused(lines, says):
    with pytest.raises(FormError) as caught:
        r_package.read(tables.write(["data", "n"], lines), file="x.csv")
    assert str(caught.value) == says


def test_a_file_without_the_two_columns_is_refused():
    with pytest.raises(FormError, match="the column 'n' is missing"):
        r_package.read(b"data,boxtext\nduplicates,x\n", file="x.csv")
