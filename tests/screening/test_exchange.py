import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.errors import FormError
from pipeline.records import tables
from pipeline.records.record import Author
from pipeline.screening import exchange
from pipeline.screening.decisions import settle
from pipeline.screening.exchange import matching, rayyan
from pipeline.screening.exchange.one_label import Columns
from tests.screening.made import VIA, citation, said, settings

RULES = settings()
TITLES = (
    "A fictitious trial of octreotide against nothing in alpha people",
    "A made-up cohort of beta patients without any treatment",
    "An invented case series about gamma knives and their users",
    "Imaginary outcomes of delta resection in a single centre",
)
FOUND = [
    citation(
        f"db:{n}",
        title=title,
        doi=f"10.1000/{n}",
        year=2000 + n,
        journal="J Fict",
        volume="12",
        pages=f"{n}00-{n}09",
        authors=(Author(family=f"Author{n}", given="A"),),
    )
    for n, title in enumerate(TITLES, start=1)
]


def load(tool, files, people=None, stage="title-abstract", columns=None):
    data = {name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()}
    return exchange.load(tool, data, RULES, stage=stage, people=people or {}, columns=columns or Columns())


def carried(tool, files, stage="title-abstract", **more):
    return matching.carry(load(tool, files, stage=stage, **more), FOUND, RULES, stage=stage)


def told(found):
    return [(item.reference.row, item.outcome, item.record, item.why) for item in found.items]


def articles(*rows):
    return tables.write(("key", "title", "year", "authors", "notes", "doi", "pubmed_id"), rows)


LOG = ("article_id", "created_at", "user_id", "user_email", "key", "value")


def test_rayyans_log_tells_each_reviewers_last_word_and_reason():
    files = {
        "articles.csv": articles(
            ("rayyan-11", TITLES[0], "2001", "Author1, A", "", "10.1000/1", ""),
            ("rayyan-12", TITLES[1], "2002", "Author2, A", "", "10.1000/2", ""),
            ("rayyan-13", TITLES[2], "2003", "Author3, A", "", "10.1000/3", ""),
        ),
        "customizations_log.csv": tables.write(
            LOG,
            [
                ("11", "2026-01-01 10:00", "7", "kofi@example.org", "included", "-1"),
                ("11", "2026-01-02 10:00", "7", "kofi@example.org", "included", "1"),
                ("11", "2026-01-02 10:00", "8", "ama@example.org", "included", "-1"),
                ("11", "2026-01-02 10:01", "8", "ama@example.org", '"__EXR__"animals', "1"),
                ("12", "2026-01-02 10:00", "8", "ama@example.org", "included", "0"),
                ("13", "2026-01-02 10:00", "8", "ama@example.org", "included", "1"),
                ("13", "2026-01-03 10:00", "8", "ama@example.org", "included", "deleted"),
                ("99", "2026-01-03 10:00", "8", "ama@example.org", "included", "1"),
            ],
        ),
    }
    found = carried("rayyan", files, people={"kofi@example.org": "anna"})
    assert {(d.records[0], d.reviewer, d.answer, d.reason) for d in found.decisions} == {
        ("db:1", "anna", "include", ""),
        ("db:1", "rayyan-1", "exclude", ""),
        ("db:2", "rayyan-1", "maybe", ""),
    }
    assert found.untold == ("The log speaks of the article '99', which is not in articles.csv.",)
    assert not any("@" in cell for row in found.rows() for cell in row)


def test_the_key_of_a_reason_in_rayyans_log_is_read_as_rayyan_writes_it():
    files = {
        "articles.csv": articles(("rayyan-11", TITLES[0], "2001", "Author1, A", "", "10.1000/1", "")),
        "log.csv": tables.write(
            LOG,
            [
                ("11", "2026-01-02 10:00", "8", "a@example.org", "included", "-1"),
                ("11", "2026-01-02 10:01", "8", "a@example.org", "__EXR__wrong population", "1"),
                ("11", "2026-01-02 10:01", "8", "a@example.org", "__EXR__wrong design", "1"),
                ("11", "2026-01-02 10:05", "8", "a@example.org", "__EXR__wrong design", "0"),
            ],
        ),
    }
    (decision,) = carried("rayyan", files, stage="full-text").decisions
    assert decision.reason == "population"


def test_rayyans_notes_tell_decisions_where_there_is_no_log():
    notes = (
        'An old note. | RAYYAN-INCLUSION: {"Kofi"=>"Included", "Ama"=>"Maybe"} | RAYYAN-LABELS: ML,Hospital | '
        'USER-NOTES: {"Kofi"=>["check later"]}'
    )
    excluded = 'RAYYAN-INCLUSION: {"Kofi"=>"Excluded", "Ama"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: animals,language'
    files = {
        "articles.csv": articles(
            ("rayyan-11", TITLES[0], "2001", "", notes, "10.1000/1", ""),
            ("rayyan-12", TITLES[1], "2002", "", excluded, "10.1000/2", ""),
        )
    }
    found = carried("rayyan", files, people={"Kofi": "anna", "Ama": "ben"})
    assert {(d.records[0], d.reviewer, d.answer, d.note) for d in found.decisions} == {
        ("db:1", "anna", "include", ""),
        ("db:1", "ben", "maybe", ""),
        ("db:2", "anna", "exclude", "Rayyan reasons: animals, language"),
        ("db:2", "ben", "exclude", "Rayyan reasons: animals, language"),
    }
    assert len(found.untold) == 1


def test_covidence_tells_the_decision_of_the_team_by_the_name_of_the_file():
    header = ("Title", "Authors", "Published Year", "DOI", "Covidence #", "Notes")
    files = {
        "review_1_irrelevant_csv_20260101.csv": tables.write(header, [(TITLES[0], "", "2001", "10.1000/1", "#1", "")]),
        "review_1_excluded_csv_20260101.csv": tables.write(
            header, [(TITLES[1], "", "2002", "10.1000/2", "#2", "Exclusion reason: Wrong design;")]
        ),
        "review_1_included_csv_20260101.csv": tables.write(header, [(TITLES[2], "", "2003", "10.1000/3", "#3", "")]),
        "review_1_screen_csv_20260101.csv": tables.write(header, [(TITLES[3], "", "2004", "10.1000/4", "#4", "")]),
    }
    found = carried("covidence", files)
    assert {(d.records[0], d.stage, d.answer, d.reason) for d in found.decisions} == {
        ("db:1", "title-abstract", "exclude", ""),
        ("db:2", "title-abstract", "include", ""),
        ("db:2", "full-text", "exclude", "design"),
        ("db:3", "title-abstract", "include", ""),
        ("db:3", "full-text", "include", ""),
    }
    assert found.count("open") == 1


def test_asreviews_labels_are_one_and_zero_with_notes_tags_and_people():
    header = (
        "record_id",
        "title",
        "doi",
        "asreview_label",
        "asreview_note",
        "asreview_tag_pop_adults",
        "asreview_user_email",
    )
    files = {
        "out.csv": tables.write(
            header,
            [
                ("0", TITLES[0], "https://doi.org/10.1000/1", "1", "see table 2", "1", "kofi@example.org"),
                ("1", TITLES[1], "", "0", "", "0", "kofi@example.org"),
                ("2", TITLES[2], "", "", "", "0", ""),
            ],
        )
    }
    found = carried("asreview", files)
    assert [(d.records[0], d.reviewer, d.answer, d.note) for d in found.decisions] == [
        ("db:1", "asreview-1", "include", "see table 2; pop_adults"),
        ("db:2", "asreview-1", "exclude", ""),
    ]
    assert found.count("open") == 1


def test_colrevs_in_out_and_todo_are_read_under_its_own_spelling():
    header = ("ID", "author", "title", "year", "doi", "presceen_inclusion")
    rows = [
        ("1", "Author1, A", TITLES[0], "2001", "", "in"),
        ("2", "", TITLES[1], "", "10.1000/2", "out"),
        ("3", "", TITLES[2], "", "", "TODO"),
    ]
    found = carried("colrev", {"prescreen.csv": tables.write(header, rows)})
    assert [(d.records[0], d.answer) for d in found.decisions] == [("db:1", "include"), ("db:2", "exclude")]
    assert found.count("open") == 1


def test_colrevs_criteria_that_are_out_become_the_reason():
    header = ("ID", "title", "doi", "population", "design")
    rows = [
        ("1", TITLES[0], "10.1000/1", "in", "in"),
        ("2", TITLES[1], "10.1000/2", "out", "in"),
        ("3", TITLES[2], "10.1000/3", "out", "out"),
        ("4", TITLES[3], "10.1000/4", "in", "TODO"),
    ]
    found = carried("colrev", {"screen.csv": tables.write(header, rows)}, stage="full-text")
    assert [(d.records[0], d.answer, d.reason) for d in found.decisions] == [
        ("db:1", "include", ""),
        ("db:2", "exclude", "population"),
    ]
    (ambiguous,) = [item for item in found.items if item.outcome == "ambiguous"]
    assert ambiguous.why.endswith("accepted: population, design, language. CoLRev criteria: population, design")


def test_a_table_of_ones_own_is_read_by_the_columns_one_names():
    header = ("living_review_id", "Urteil", "wer", "reason")
    rows = [("db:1", "Include", "A.", ""), ("db:2", "exclude", "B.", "design"), ("db:3", "", "A.", "")]
    columns = Columns(decision="Urteil", reviewer="wer")
    found = carried("columns", {"own.csv": tables.write(header, rows)}, columns=columns, people={"A.": "anna"})
    assert [(d.records[0], d.reviewer, d.answer, d.reason) for d in found.decisions] == [
        ("db:1", "anna", "include", ""),
        ("db:2", "columns-1", "exclude", "design"),
    ]


def test_what_no_record_fits_is_lost_and_what_several_fit_is_ambiguous():
    twin = [*FOUND, citation("reg:1", title="Another document with the same DOI", doi="10.1000/1")]
    files = {
        "own.csv": tables.write(
            ("title", "doi", "decision"),
            [("Something else entirely", "10.1000/99", "include"), ("x", "10.1000/1", "include")],
        )
    }
    found = matching.carry(load("columns", files), twin, RULES, stage="title-abstract")
    assert told(found) == [
        (2, "lost", "", "no record of this review fits"),
        (3, "ambiguous", "", "it fits 2 records: db:1, reg:1"),
    ]
    assert found.decisions == ()


def test_without_any_id_a_reference_is_matched_by_the_rules_of_deduplication():
    header = ("title", "authors", "year", "journal", "volume", "pages", "decision")
    row = (TITLES[0].replace("fictitious", "fictitous"), "AUTHOR1, A", "2001", "J. Fict.", "12", "100-9", "include")
    files = {"own.csv": tables.write(header, [row])}
    found = carried("columns", files)
    assert [(item.record, item.by) for item in found.items] == [("db:1", "bibliographic facts")]


@pytest.mark.parametrize(
    ("row", "by"),
    [
        ((TITLES[0], "", "", ""), "title"),
        ((TITLES[0], "Author1, B", "2002", ""), "title"),
        ((TITLES[0], "Author1, B", "2009", ""), ""),
        ((TITLES[0], "Someone else", "2001", ""), ""),
        (("Reply", "Author1, A", "2001", "J Fict"), ""),
    ],
)
def test_a_title_alone_matches_unless_year_or_author_say_otherwise(row, by):
    files = {"own.csv": tables.write(("title", "authors", "year", "journal", "decision"), [(*row, "include")])}
    assert [item.by for item in carried("columns", files).items] == [by]


def test_two_rows_that_contradict_each_other_carry_nothing():
    rows = [("db:1", "include"), ("db:1", "exclude"), ("db:2", "include"), ("db:2", "include")]
    found = carried("columns", {"own.csv": tables.write(("living_review_id", "decision"), rows)})
    assert [item.outcome for item in found.items] == ["ambiguous", "ambiguous", "carried", "carried"]
    assert [d.records[0] for d in found.decisions] == ["db:2"]


def test_a_reason_that_the_stage_does_not_know_goes_into_the_note_and_is_told():
    rows = [("db:1", "exclude", "too olde"), ("db:2", "exclude", "Wrong desing")]
    files = {"own.csv": tables.write(("living_review_id", "decision", "reason"), rows)}
    found = carried("columns", files, stage="full-text")
    assert [item.outcome for item in found.items] == ["ambiguous", "ambiguous"]
    assert found.items[1].why == (
        "excluded there without a reason that this stage knows; accepted: population, design, language. "
        "reason: Wrong desing"
    )


@pytest.mark.parametrize(
    ("tool", "files", "says"),
    [
        ("rayyan", {"x.csv": b"a,b\n1,2\n"}, "x.csv: this is no file of a Rayyan export; accepted: articles.csv or"),
        (
            "covidence",
            {"x.csv": b"Title\nA\n"},
            "x.csv: the name tells no category of Covidence; accepted: a name with",
        ),
        ("asreview", {"x.csv": b"title\nA\n"}, "x.csv, row 1: no column tells the decisions; accepted: asreview_label"),
        (
            "asreview",
            {"x.csv": b"title,included\nA,7\n"},
            "x.csv, row 2, column included: '7' is no decision; accepted: 1",
        ),
        (
            "columns",
            {"x.csv": b"title,decison\nA,in\n"},
            "x.csv, row 1: no column tells the decisions; accepted: decision.",
        ),
    ],
)
def test_what_is_not_that_tools_file_is_refused(tool, files, says):
    with pytest.raises(FormError) as caught:
        load(tool, files)
    assert str(caught.value).startswith(says)


answers = st.dictionaries(st.sampled_from(["db:1", "db:2", "db:3", "db:4"]), st.sampled_from(["include", "exclude"]))


ALONE = settings(votes=1)


def outcomes(decisions, rules=ALONE):
    return {status.citation: status for status in settle(FOUND, decisions, rules, via=VIA).at("title-abstract")}


@pytest.mark.parametrize("tool", ["rayyan", "asreview", "colrev", "columns"])
@given(votes=answers)
def test_what_is_handed_out_comes_back(tool, votes):
    decisions = [said(record, "anna", answer) for record, answer in votes.items()]
    files = exchange.dump(tool, FOUND, decisions, outcomes(decisions))
    columns = Columns(reviewer="reviewer")
    names = {"anna": "anna", "asreview": "anna", "colrev": "anna"}
    found = carried(tool, files, people=names, columns=columns)
    assert {(d.records[0], d.reviewer, d.answer) for d in found.decisions} == {
        (record, "anna", answer) for record, answer in votes.items()
    }


def test_the_outcome_of_the_team_is_what_the_arbiter_said_and_one_vote_of_two_is_none():
    decisions = [
        said("db:1", "anna", "include"),
        said("db:1", "ben", "exclude"),
        said("db:1", "arbiter", "include"),
        said("db:2", "anna", "include"),
        said("db:3", "anna", "maybe"),
        said("db:3", "ben", "include"),
    ]
    told = outcomes(decisions, settings())
    (asreview,) = exchange.dump("asreview", FOUND, decisions, told).values()
    labels = [row["included"] for row in tables.read(asreview, file="asreview.csv").rows]
    assert labels == ["1", "", "1", ""]
    (colrev,) = exchange.dump("colrev", FOUND, decisions, told).values()
    words = [row["presceen_inclusion"] for row in tables.read(colrev, file="prescreen.csv").rows]
    assert words == ["in", "TODO", "in", "TODO"]
    covidence = exchange.dump("covidence", FOUND, decisions, told)
    assert {name: len(tables.read(data, file=name).rows) for name, data in covidence.items()} == {
        "covidence_select.csv": 2,
        "covidence_screen.csv": 2,
    }


@given(votes=answers)
def test_covidence_gets_one_file_a_decision(votes):
    decisions = [said(record, "anna", answer) for record, answer in votes.items()]
    files = exchange.dump("covidence", FOUND, decisions, outcomes(decisions))
    counted = {name: len(tables.read(data, file=name).rows) for name, data in files.items()}
    expected = {
        "covidence_select.csv": sum(answer == "include" for answer in votes.values()),
        "covidence_irrelevant.csv": sum(answer == "exclude" for answer in votes.values()),
        "covidence_screen.csv": len(FOUND) - len(votes),
    }
    assert counted == {name: n for name, n in expected.items() if n}
    found = carried("covidence", files)
    assert {(d.records[0], d.stage, d.answer) for d in found.decisions} == {
        (record, "title-abstract", answer) for record, answer in votes.items()
    }


@pytest.mark.parametrize(
    ("tool", "names"),
    [
        ("covidence", {"covidence_included.csv", "covidence_excluded.csv", "covidence_select.csv"}),
        ("colrev", {"screen.csv"}),
    ],
)
def test_what_came_of_reports_goes_where_the_tool_keeps_it(tool, names):
    told = [said("db:1", "anna", "include", stage="full-text"), said("db:2", "anna", "exclude", stage="full-text")]
    decided = [*(said(f"db:{n}", "anna", "include") for n in (1, 2, 3)), *told]
    statuses = {status.citation: status for status in settle(FOUND, decided, ALONE, via=VIA).at("full-text")}
    reached = [citation for citation in FOUND if citation.id in statuses]
    files = exchange.dump(tool, reached, told, statuses, reports=True)
    assert set(files) == names
    found = carried(tool, files, stage="full-text", people={"colrev": "anna"})
    (back,) = (d for d in found.decisions if d.stage == "full-text" and d.answer == "include")
    assert back.records == ("db:1",)


def test_our_own_table_comes_back_whole_each_answer_to_its_stage_and_reviewer():
    given = [
        said("db:1", "anna", "include"),
        said("db:2", "ben", "maybe"),
        said("db:1", "ben", "not-retrieved", stage="full-text", tried="library loan"),
        said("db:3", "anna", "include", stage="full-text", report="ada.pdf", study="ada-2001"),
    ]
    files = exchange.dump("columns", FOUND, given, {})
    found = carried("columns", files, people={"anna": "anna", "ben": "ben"})
    keep = ("stage", "reviewer", "records", "answer", "tried", "report", "study")
    assert {tuple(getattr(d, name) for name in keep) for d in found.decisions} == {
        tuple(getattr(d, name) for name in keep) for d in given
    }


def test_an_answer_at_a_stage_that_the_review_does_not_have_is_a_fault_of_its_row():
    rows = [("db:1", "full-txt", "anna", "include")]
    files = {"own.csv": tables.write(("living_review_id", "stage", "reviewer", "decision"), rows)}
    with pytest.raises(FormError) as caught:
        load("columns", files)
    assert str(caught.value) == (
        "own.csv, row 2, column stage: 'full-txt' is not known; accepted: title-abstract, full-text. "
        "Did you mean 'full-text'?"
    )


def test_rayyan_is_told_of_both_answers_of_one_reviewer_to_records_that_were_joined():
    joined = [replace(FOUND[0], members=("db:1", "db:9"))]
    decisions = [said("db:1", "anna", "include"), said("db:9", "anna", "exclude"), said("db:1", "ben", "include")]
    (row,) = tables.read(rayyan.dump(joined, decisions)["articles.csv"], file="articles.csv").rows
    assert row["notes"] == (
        'living_review_id: db:1 | RAYYAN-INCLUSION: {"ben"=>"Included"} | '
        "on records joined since: anna answered Included and Excluded"
    )


def test_rayyan_gets_the_header_it_imports():
    header = rayyan.dump(FOUND, [])["articles.csv"].splitlines()[0].decode()
    assert header == (
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,"
        "notes,doi,keywords,pubmed_id,pmc_id"
    )


def test_a_pmid_matches():
    with_pmid = [citation("db:9", title="x", pmid="123")]
    files = {"own.csv": tables.write(("pmid", "decision"), [("PMID: 0123", "include")])}
    found = matching.carry(load("columns", files), with_pmid, RULES, stage="title-abstract")
    assert told(found) == [(2, "carried", "db:9", "")]


def test_a_reason_beside_an_inclusion_goes_into_the_note():
    rows = [("db:1", "include", "but small")]
    found = carried("columns", {"own.csv": tables.write(("living_review_id", "decision", "reason"), rows)})
    assert found.decisions[0].note == "reason: but small"


def test_a_table_without_inclusion_or_criteria_is_no_file_of_colrev():
    with pytest.raises(FormError, match="no column tells the decisions"):
        load("colrev", {"x.csv": tables.write(("ID", "title"), [("1", "x")])})
