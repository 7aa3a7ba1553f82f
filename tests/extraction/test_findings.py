import pytest

from pipeline.errors import FormError
from pipeline.extraction.extract import extract
from pipeline.extraction.findings import summary_of_findings

HEADER = "modality,comparison,outcome,population,certainty,risk_of_bias,imprecision,upgrades,effect,reasons,judged_by"
OUTCOMES = """study_id,arm,outcome,measure,value,unit,source,n
    ada-2001,drug,OS,median,20,months,doc-a,48
    ada-2001,drug,OS,proportion,60,per cent,doc-a,50
    ada-2001,placebo,OS,median,10,months,doc-a,
    bo-2002,heat,ORR,proportion,30,per cent,doc-a,
    bo-2002,cold,ORR,proportion,31,per cent,doc-a,
    bo-2002,cold,pain,mean,3,points,doc-a,"""


@pytest.fixture
def found(base, settings, form):
    def rows(certainty, studies=None):
        arms = base["extraction/arms.csv"] + b"bo-2002,cold,,ablation,\n"
        files = {
            **base,
            "extraction/arms.csv": arms,
            "extraction/outcomes.csv": form(OUTCOMES),
            "extraction/certainty.csv": form(f"{HEADER}\n{certainty}"),
        }
        return extract(files | ({"extraction/studies.csv": form(studies)} if studies else {}), settings)

    return rows


def texts(table):
    return [[one.text for one in row.cells] for row in table.rows]


def test_a_finding_has_its_participants_its_certainty_and_its_reasons(found, settings):
    table = summary_of_findings(found("surgery,placebo,OS,,low,serious,very serious,,,few events,AB and CD"), settings)
    assert table.rows[0].group == "surgery v placebo"
    assert texts(table) == [
        [
            "overall survival",
            "100 (1)",
            "ada-2001, drug: median 20 months\nada-2001, drug: 60%\nada-2001, placebo: median 10 months",
            "low",
            "risk of bias: serious\nimprecision: very serious",
            "AB and CD",
        ]
    ]
    assert table.rows[0].cells[3].note == "few events"


def test_without_a_comparison_only_the_treated_count(found, settings):
    table = summary_of_findings(found("surgery,,OS,,low,,,large effect,about 20 months,,AB"), settings)
    assert texts(table)[0][1:5] == ["50 (1)", "about 20 months", "low", "up: large effect"]


def test_a_pooled_effect_stands_before_what_people_wrote(found, settings):
    extraction = found("surgery,placebo,OS,,low,,,,about 20 months,,AB")
    key = extraction.certainties[0].key
    table = summary_of_findings(extraction, settings, effects={key: "HR 0.70 (95% CI 0.50 to 0.98)"})
    assert texts(table)[0][2] == "HR 0.70 (95% CI 0.50 to 0.98)"


def test_a_finding_that_no_study_reports_is_not_estimable(found, settings):
    table = summary_of_findings(found("surgery,,CR,,very low,,,,,,AB"), settings)
    assert texts(table)[0][1:3] == ["0 (0)", "not estimable"]
    assert table.rows[0].cells[2].kind == "not estimable"


def test_where_no_report_gives_the_number_of_patients_none_is_made_up(found, settings):
    studies = "study_id,label,design,n\nada-2001,Ada 2001,cohort,100\nbo-2002,Bo 2002,cohort,40"
    table = summary_of_findings(found("ablation,,pain,,low,,,,,,AB", studies), settings)
    assert table.rows[0].cells[1].text == "not reported (1)"
    assert table.rows[0].cells[1].kind == "not reported"


def test_where_one_arm_has_no_number_the_sum_is_a_lower_bound(found, settings):
    table = summary_of_findings(found("ablation,,ORR,,low,,,,,,AB"), settings)
    assert texts(table)[0][1] == "at least 40 (1)"


def test_a_meta_analysis_has_no_participants_of_its_own(found, settings):
    studies = "study_id,label,design,n\nada-2001,Ada 2001,meta-analysis,100\nbo-2002,Bo 2002,cohort,40"
    table = summary_of_findings(found("surgery,,OS,,low,,,,,,AB", studies), settings)
    assert texts(table)[0][1] == "0 (0)"


def test_findings_come_in_the_order_of_the_protocol(found, settings):
    rows = "ablation,,ORR,,low,,,,,,AB\nsurgery,,ORR,,low,,,,,,AB\nsurgery,,OS,,high,,,,,,AB"
    assert [(row.group, row.cells[0].text) for row in summary_of_findings(found(rows), settings).rows] == [
        ("surgery", "overall survival"),
        ("surgery", "objective response"),
        ("ablation", "objective response"),
    ]


def test_a_level_that_grade_does_not_have_is_a_fault(found):
    with pytest.raises(FormError) as caught:
        found("surgery,,OS,,modrate,,,,,,AB")
    assert caught.value.faults[0].remedy == "Did you mean 'moderate'?"
