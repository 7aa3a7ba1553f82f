from pipeline.extraction.extract import extract
from pipeline.extraction.starters import starter_forms, study_name
from pipeline.records import tables
from pipeline.records.record import Author, Identifier, Origin, Record


def record(family, year, **more):
    authors = (Author(family=family, given="A"),) if family else ()
    return Record(id="s:9", origin=Origin(search="s"), authors=authors, year=year, title="A title", **more)


def start(base, settings, included):
    statuses = {"s:1": "included", "s:2": "included"} | dict.fromkeys(included, "included")
    known = dict.fromkeys(included, ())
    found = extract(base, settings, statuses=statuses, included=known)
    written = starter_forms(included, found, settings)
    files = dict(base) | {f"extraction/{name}-2026-12.csv": data for name, data in written.items()}
    return written, extract(files, settings, statuses=statuses, included=known)


def test_a_newly_included_citation_gets_rows_that_wait(base, settings):
    _, found = start(base, settings, {"s:9": record("Öberg", 2018)})
    assert [(w.form, w.study_id, w.why) for w in found.waiting] == [
        ("arms", "oberg-2018", "not filled in yet"),
        ("outcomes", "oberg-2018", "not filled in yet"),
        ("studies", "oberg-2018", "not filled in yet"),
    ]
    assert (len(found.studies), found.unlinked) == (2, ())


def test_a_starter_row_knows_the_report_its_title_and_its_registration(base, settings):
    trial = record("Rød", 2020, identifiers=(Identifier(scheme="registration", value="NCT01234567"),))
    written, _ = start(base, settings, {"s:9": trial})
    text = written["studies"].decode("utf-8-sig")
    assert '"rod-2020","Rød 2020","","NCT01234567","s:9","","","","","","","","","","","A title"' in text


def test_two_studies_of_one_author_and_year_get_two_names(base, settings):
    both = {"s:8": record("Ada", 2001), "s:9": record("Ada", 2001)}
    _, found = start(base, settings, both)
    assert sorted({w.study_id for w in found.waiting}) == ["ada-2001-b", "ada-2001-c"]


def test_an_author_of_many_studies_in_one_year_is_never_out_of_names(base, settings):
    _, found = start(base, settings, {f"s:{number}": record("Ada", 2001) for number in range(10, 40)})
    names = {w.study_id for w in found.waiting}
    assert len(names) == 30
    assert {"ada-2001-b", "ada-2001-z", "ada-2001-2", "ada-2001-6"} <= names


def test_reports_that_screening_calls_one_study_get_one_row(base, settings):
    included = {"s:7": record("Ada", 2003), "s:8": record("Bo", 2004), "s:9": record("Cy", 2005)}
    known = dict.fromkeys(included, ())
    statuses = {"s:1": "included", "s:2": "included"} | dict.fromkeys(included, "included")
    found = extract(base, settings, statuses=statuses, included=known)
    written = starter_forms(included, found, settings, named={"s:7": "NET trial", "s:9": "net-trial"})
    rows = tables.read(written["studies"], file="studies.csv").rows
    assert [(row["study_id"], row["label"], row["reports"]) for row in rows] == [
        ("net-trial", "Ada 2003", "s:7; s:9"),
        ("bo-2004", "Bo 2004", "s:8"),
    ]
    files = dict(base) | {f"extraction/{name}-2026-12.csv": data for name, data in written.items()}
    assert extract(files, settings, statuses=statuses, included=known).unlinked == ()


def test_a_report_of_a_study_that_the_forms_hold_starts_no_second_row(base, settings):
    statuses = {"s:1": "included", "s:2": "included", "s:9": "included"}
    found = extract(base, settings, statuses=statuses, included={"s:9": ()})
    assert starter_forms({"s:9": record("Zoe", 2020)}, found, settings, named={"s:9": "Ada 2001"}) == {}


def test_a_name_that_a_worksheet_gives_is_not_taken_by_a_study_without_one(base, settings):
    included = {"s:7": record("Ada", 2003), "s:8": record("Ada", 2003)}
    statuses = {"s:1": "included", "s:2": "included"} | dict.fromkeys(included, "included")
    found = extract(base, settings, statuses=statuses, included=dict.fromkeys(included, ()))
    written = starter_forms(included, found, settings, named={"s:8": "Ada 2003"})
    rows = tables.read(written["studies"], file="studies.csv").rows
    assert [(row["study_id"], row["reports"]) for row in rows] == [("ada-2003-b", "s:7"), ("ada-2003", "s:8")]


def test_running_again_starts_nothing_again(base, settings):
    included = {"s:9": record("Öberg", 2018)}
    _, found = start(base, settings, included)
    assert starter_forms(included, found, settings) == {}


def test_a_citation_that_a_study_names_by_one_of_its_records_is_not_new(base, settings):
    statuses = {"s:1": "included", "s:2": "included", "c:1": "included"}
    found = extract(base, settings, statuses=statuses, included={"c:1": ("t:4", "s:1")})
    assert starter_forms({"c:1": record("Ada", 2001)}, found, settings) == {}


def test_filling_in_a_starter_row_makes_it_count(base, settings):
    written, _ = start(base, settings, {"s:9": record("Öberg", 2018)})
    filled = written["studies"].replace(b'"s:9",""', b'"s:9","cohort"')
    found = extract({**base, "extraction/new.csv": filled}, settings)
    assert [study.design for study in found.studies if study.study_id == "oberg-2018"] == ["cohort"]


def test_a_starter_row_whose_report_is_excluded_later_waits_no_more_and_says_so(base, settings):
    written, _ = start(base, settings, {"s:9": record("Öberg", 2018)})
    files = dict(base) | {f"extraction/{name}-2026-12.csv": data for name, data in written.items()}
    found = extract(files, settings, statuses={"s:1": "included", "s:2": "included", "s:9": "excluded"})
    assert found.waiting == ()
    assert found.notices == (
        "extraction/studies-2026-12.csv, row 2: oberg-2018 is not extracted, since screening excluded its report.",
    )


def test_a_record_without_author_or_year_still_gets_a_name():
    assert study_name(record("", None)) == "anonymous-no-date"
    assert study_name(record("王", 2020)) == "study-2020"


def test_a_starter_row_no_longer_waits_once_another_file_says_what_it_asks_for(base, settings, form):
    included = {"s:9": record("Öberg", 2018)}
    statuses = {"s:1": "included", "s:2": "included", "s:9": "included"}
    written = starter_forms(included, extract(base, settings, statuses=statuses, included={"s:9": ()}), settings)
    elsewhere = {
        "studies": "study_id,label,design\noberg-2018,Öberg,cohort",
        "arms": "study_id,arm,modality\noberg-2018,drug,surgery",
        "outcomes": "study_id,arm,outcome,measure,value,unit,source\noberg-2018,drug,OS,median,20,months,report",
    }
    for owner in ("", "z-"):  # files that are read before and after the starter rows
        files = {f"extraction/{owner}{name}-import.csv": form(text) for name, text in elsewhere.items()}
        starters = {f"extraction/m-{name}.csv": data for name, data in written.items()}
        found = extract({**base, **starters, **files}, settings, statuses=statuses, included={"s:9": ()})
        assert (found.waiting, found.unlinked) == ((), ())


def test_a_starter_row_waits_on_while_only_another_outcome_is_filled_in(base, settings, form):
    _, found = start(
        {
            **base,
            "extraction/o.csv": form(
                "study_id,arm,outcome,measure,value,unit,source\nada-2001,drug,ORR,proportion,20,%,doc-a"
            ),
            "extraction/w.csv": form("study_id,arm,outcome,measure,value\nada-2001,,overall survival,,"),
        },
        settings,
        {},
    )
    assert [(w.form, w.study_id) for w in found.waiting] == [("outcomes", "ada-2001")]
