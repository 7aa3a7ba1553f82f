"""The example review's own data: what the two seed documents state, and nothing else."""

import re
from collections import Counter

import pytest

from pipeline import formats
from pipeline.extraction.checks import suspicious
from pipeline.extraction.columns import forms
from pipeline.extraction.discrepancies import discrepancies
from pipeline.extraction.forms import write
from pipeline.extraction.summary_table import as_csv
from pipeline.extraction.tables import by_modality, characteristics, individual_results
from pipeline.extraction.wording import result

DOCUMENTS = {"xue-2025": "000_0f0ab3678bc2124a.txt", "nigri-2018": "002_f7db9a200a07b8b0.txt"}
NUMBERS = ("n", "events", "value", "ci_low", "ci_high", "range_low", "range_high")

# Figures of the documents' result sections that are no outcome of a treatment, by the words before them.
NO_OUTCOME = (
    r"GEP\), accounting for about 55%-70%",
    r"account for 20% to 25%",
    r"accounting for 10% to 15%",
    r"account for 60% to 70%",
    r"Approximately 28-77%",
    r"Ki-67 *\$?\\?(leq|>|≤)? *\d+\\?%",
    r"Ki67<10%",
    r"metastatic load <50%",
    r"at least 6 months",
    r"hemophagocytic syndrome \(HPS\) >10%",
    r"can be induced in 1–6 months",
    r"metastatic load (>|≤)(50|25)%",
    r"compared to those with ≤25%",
    r"G3 \(Ki-67 *\$>20\\%\$",
    r"\$?Ki-67( \\leq |>)10\\%",
    r"Ki-67 *\$\\leq 20\\%",
    r"\(> 90%\)",
    r"more than 90%",
    r"threshold of >70%, with the argument that postoperative results are comparable",
    r"between debulking > 70, > 90, and 100%",
    r">75% of the liver",
    r"more than 70% at 5 years and disease-free survival is more than 50%",
    r"<50% of liver involvement, stable disease during 6 months",
    r"gets 75% of its blood",
    r"liver involvement \(.{0,12}10\\?%",
    r"Ki-67% expression",
    r"40% of whom had PNETs",
)


def test_the_example_has_no_fault_and_no_warning_but_the_studies_without_a_report(example):
    assert [(w.column, w.what.split()[0]) for w in example.warnings] == [
        ("reports", study) for study in ("vijayvergia", "doyle", "partelli-2018", "actrn12615000909527")
    ]


def test_at_least_65_results_of_both_documents_are_entered(example):
    counts = Counter(row.source for row in example.outcomes)
    assert set(counts) == set(DOCUMENTS)
    assert counts.total() >= 65
    assert min(counts.values()) >= 30


def test_every_modality_of_the_documents_has_results(example, example_settings):
    groups = {row.group for row in by_modality(example, example_settings).rows}
    assert groups >= {
        *("surgery", "transplantation", "ablation", "TAE/TACE", "SIRT"),
        *("somatostatin analogues", "chemotherapy", "targeted therapy", "PRRT"),
    }


def test_reviews_are_marked_so_that_nobody_pools_them(example):
    reviews = {
        study.study_id: study.design for study in example.studies if study.design.endswith(("review", "analysis"))
    }
    assert reviews == {
        "kulkarni-2022": "meta-analysis",
        "moris-2017": "systematic review",
        "mohan-2015": "systematic review",
        "frilling-2019": "meta-analysis",
        "jia-2018": "systematic review",
        "zhou-2018": "meta-analysis",
    }
    assert not any(study.is_primary for study in example.studies if study.study_id in reviews)


def test_where_the_documents_state_the_same_number_both_rows_stand(example):
    assert [
        (d.rows[0].study_id, d.rows[0].arm, [str(r.value) for r in d.rows], d.differs)
        for d in discrepancies(example.outcomes)
    ] == [
        ("radiant-3", "everolimus", ["11", "11"], ()),
        ("radiant-3", "placebo", ["4.6", "4.6"], ()),
        ("raymond-2011", "placebo", ["5.5", "5.8"], ("value",)),
        ("raymond-2011", "sunitinib", ["11.1", "12.6"], ("value",)),
    ]
    assert all(d.preferred and d.preferred.notes for d in discrepancies(example.outcomes))


def test_no_risk_of_bias_and_no_certainty_was_made_up(example):
    assert (example.judgements, example.certainties) == ((), ())


def test_every_report_is_a_record_of_the_two_reference_lists(example, root):
    ids = set()
    for search, name in (("xue-2025-references", "xue-2025.ris"), ("nigri-2018-references", "nigri-2018.ris")):
        with (root / "queries" / "imports" / search / name).open("rb") as stream:
            ids |= {record.id for record in formats.read(stream, name=name, search=search)}
    assert len(ids) == 200
    assert {report for study in example.studies for report in study.reports} <= ids


def test_the_forms_are_as_the_program_writes_them(root, example, example_settings):
    known = forms(example_settings)
    for name in ("studies", "arms", "outcomes"):
        assert write(known[name], getattr(example, name)) == (root / "extraction" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("table", [characteristics, by_modality, individual_results])
def test_every_number_of_a_table_leads_back_to_a_row_and_a_place(example, example_settings, table):
    made = table(example, example_settings)
    assert all(one.traces for row in made.rows for one in row.cells if re.search(r"\d", one.text))
    assert all(found.place for row in made.rows for one in row.cells for found in one.traces)
    assert as_csv(made)


def test_nothing_between_the_rows_is_suspicious(example, example_settings):
    assert list(suspicious(example, example_settings)) == []


# The documents themselves ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents(shared):
    return {name: (shared / "seeds" / file).read_text(encoding="utf-8") for name, file in DOCUMENTS.items()}


def section(text, heading):
    """Return the text of a section, from its heading to the next one."""
    start = re.search(
        rf"^(#+ |\*\*){re.escape(heading)}(\*\*)?\s*$|^#+ \*\*{re.escape(heading)}\*\*\s*$", text, re.MULTILINE
    )
    assert start, heading
    following = re.compile(r"^(#+ |\*\*[A-Z][a-z ]+\*\*$)", re.MULTILINE).search(text, start.end())
    return text[start.end() : following.start() if following else len(text)]


def stated_in(documents, row):
    places = [place.rsplit(", paragraph", 1)[0].strip() for place in row.source_place.split(";")]
    return " ".join(section(documents[row.source], place) for place in places)


@pytest.mark.shared
def test_every_number_stands_in_the_section_that_its_row_names(example, documents):
    missing = []
    for row in example.outcomes:
        text = stated_in(documents, row).replace("1,729", "1729")
        for column in NUMBERS:
            number = getattr(row, column)
            if number is not None and not re.search(rf"(?<![\d.]){re.escape(str(number))}(?![\d]|\.\d)", text):
                missing.append((str(row.at), column, str(number)))
        if row.p_value[:1] == "<" and row.p_value[1:] not in text:
            missing.append((str(row.at), "p_value", row.p_value))
    assert missing == []


@pytest.mark.shared
def test_every_time_stands_in_the_section_that_its_row_names(example, documents):
    missing = []
    for row in example.outcomes:
        if row.timepoint_months is not None:
            months = int(row.timepoint_months)
            years = (
                rf"(?<!\d){months // 12}(-| years|-year|-,)"
                if months % 12 == 0
                else rf"(?<!\d){months}(-month| months)"
            )
            if not re.search(years, stated_in(documents, row)):
                missing.append((str(row.at), months))
    assert missing == []


@pytest.mark.shared
def test_every_per_cent_and_month_of_the_result_sections_is_entered_or_is_no_outcome(example, documents):
    bounds = {
        "xue-2025": ("## 1 Introduction", "## 5 Conclusion"),
        "nigri-2018": ("#### Liver surgery", "## Conclusions"),
    }
    left = []
    for name, (start, end) in bounds.items():
        text = documents[name]
        text = text[text.index(start) : text.index(end, text.index(start))]
        text = re.sub(r"\*\*Table \d\*\*.*?\n\n.*?\n\n", "\n\n", text, flags=re.DOTALL)
        for words in NO_OUTCOME:
            text = re.sub(words, "", text)
        entered = {str(getattr(row, column)) for row in example.outcomes if row.source == name for column in NUMBERS}
        entered |= {f"{row.timepoint_months:f}" for row in example.outcomes if row.timepoint_months is not None}
        for found in re.finditer(
            r"(?<![\d.])(\d+(?:\.\d+)?)\s*(?:[-–]\s*(\d+(?:\.\d+)?)\s*)?(?:%|\\%| ?months\b|-month)", text
        ):
            left += [
                (name, number, text[max(0, found.start() - 50) : found.end()])
                for number in found.groups()
                if number and number not in entered
            ]
    assert left == []


@pytest.mark.shared
@pytest.mark.parametrize(
    "case",
    [
        ("strosberg-2006", "DCR 77 to 100% (range)", "48% had PR, 52% had SD, and DCR was 77–100%"),
        ("doyle", "ORR 85%, mRECIST", "32 patients had an ORR of 85% (CR 39%, PR 45%), a DCR of 97%"),
        ("radiant-4", "PFS risk reduction 52% v placebo", "from 3.9 to 11 months with a 52% risk reduction"),
        ("talent", "ORR 29.9%", "ORR between the two groups was 44% and 29.9%"),
        ("sanet-p", "PFS median 13.9 months, further imaging evaluation", "13.9 months in the sofacinib group"),
        (
            "kulkarni-2022",
            "OS RR 3.49 (95% CI 2.70 to 4.51) v radical surgery, P < 0.001",
            "a risk ratio of 3.49 (95% CI, 2.70-4.51",
        ),
        ("raymond-2011", "PFS median 11.1 months", "an increased PFS of 11.1 months"),
        ("raymond-2011", "PR 42%", "a partial tumor response in 42% of patients and stable disease in 33%"),
        ("grozinsky-glasberg-2018", "TTP median 14 months ± 16", "median time to tumor progression of 14 ± 16 months"),
        ("bonney-2008", "perioperative mortality not reported", "one death in the postoperative period"),
    ],
)
def test_what_looks_wrong_or_unclear_is_entered_as_printed_and_explained(example, example_settings, documents, case):
    study, said, sentence = case
    rows = [row for row in example.outcomes if row.study_id == study and said in (_said(row, example_settings))]
    assert [bool(row.notes) for row in rows] == [True]
    assert sentence in documents[rows[0].source]


def _said(row, settings):
    """Say a row without its n."""
    return f"{settings.outcome(row.outcome).short} {result(row, settings, full=False)}"


@pytest.mark.shared
def test_the_section_check_would_notice_another_number(example, documents):
    row = next(row for row in example.outcomes if row.study_id == "netter-2" and str(row.value) == "22.8")
    assert "22.8" in stated_in(documents, row)
    assert "22.9" not in stated_in(documents, row)
    assert len(stated_in(documents, row)) < 6000
