import pytest

from pipeline.errors import CountError
from pipeline.prisma import counts, identities
from pipeline.prisma.boxes import Box, Flow, Part, Step, box
from pipeline.prisma.counts import Counts

SOUND = {
    "database_results": 100,
    "register_results": 10,
    "duplicates": 20,
    "excluded_automatic": 3,
    "excluded_other": 2,
    "records_screened": 85,
    "records_excluded": 60,
    "dbr_sought_reports": 25,
    "dbr_notretrieved_reports": 5,
    "dbr_assessed": 20,
    "dbr_excluded": 12,
    "citations_results": 7,
    "other_sought_reports": 7,
    "other_notretrieved_reports": 1,
    "other_assessed": 6,
    "other_excluded": 2,
    "previous_studies": 30,
    "previous_reports": 33,
    "new_studies": 11,
    "new_reports": 12,
    "total_studies": 41,
    "total_reports": 45,
}


def said(figures=None, **more):
    flow = Flow(boxes={name: Box(n=n) for name, n in (figures or SOUND).items()}, **more)
    return [str(fault) for fault in identities.faults(flow)]


def test_figures_that_add_up_have_no_fault():
    assert said() == []
    assert identities.unchecked(Flow(boxes={name: Box(n=n) for name, n in SOUND.items()})) == ()


@pytest.mark.parametrize("name", [name for name in SOUND if name not in {"previous_reports", "new_studies"}])
def test_no_figure_can_be_one_off_without_being_noticed(name):
    assert said(SOUND | {name: SOUND[name] + 1}) != []


def test_the_sum_is_named_with_both_sides_and_what_to_do():
    assert said(SOUND | {"duplicates": 21}) == [
        (
            "E3: records_screened = database_results + register_results - duplicates - excluded_automatic - "
            "excluded_other, "
            "but the figures are 85 and 84. The difference is 1: mend a figure, or name what stands between as an "
            "adjustment."
        )
    ]


def test_what_awaits_somebody_and_named_adjustments_make_the_sums_hold():
    typed = Counts(
        counts=SOUND | {"records_screened": 80, "records_excluded": 54, "citations_results": 9},
        awaiting={"awaiting_screening": 5},
        adjustments={"other_duplicates": 2, "records_per_report": -1},
    )
    flow = counts.flow(typed)
    assert (flow.step("awaiting_screening"), flow.step("records_per_report")) == (5, -1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"records_excluded": 90}, "records_excluded (90) is more than records_screened (85)"),
        ({"new_studies": 13}, "new_studies (13) is more than new_reports (12)"),
        ({"total_studies_ma": 50}, "total_studies_ma (50) is more than total_studies (41)"),
        ({"duplicates": -1}, "duplicates is below zero"),
    ],
)
def test_what_cannot_be_more_is_refused(change, says):
    assert any(says in fault for fault in said(SOUND | change))


def test_parts_must_add_up_to_their_box():
    found = Flow(boxes={"dbr_excluded": Box(n=5, parts=(Part(label="a", n=2), Part(label="b", n=2)))})
    assert [str(fault) for fault in identities.faults(found)] == ["E8: dbr_excluded is 5, and its parts add up to 4."]


def test_a_box_knows_as_many_ids_as_it_says():
    found = Flow(boxes={"duplicates": Box(n=2, ids=("a",))})
    assert [fault.what for fault in identities.faults(found)] == ["duplicates is 2 and knows 1 ids"]


def test_an_id_counted_twice_is_refused():
    with pytest.raises(CountError, match="'a' is counted twice in one box"):
        box(["a", "b", "a"])


def test_a_published_flow_of_three_figures_is_checked_as_far_as_it_goes():
    flow = counts.flow(
        Counts(parts={"database_results": {"PubMed": 10135}}, counts={"dbr_assessed": 476, "new_reports": 116})
    )
    assert flow.n("database_results") == 10135
    assert identities.unchecked(flow) == (
        "records_screened = database_results - duplicates - excluded_automatic - excluded_other",
        "dbr_assessed = dbr_sought_reports - dbr_notretrieved_reports",
        "new_reports = dbr_assessed - dbr_excluded",
    )
    with pytest.raises(CountError, match=r"dbr_assessed \(20,000\) is more than database_results"):
        counts.flow(Counts(counts={"database_results": 10135, "dbr_assessed": 20000}))


def test_a_name_that_does_not_exist_is_asked_back():
    (fault,) = counts.check(Counts(counts={"record_screened": 1}))
    assert str(fault).endswith("Did you mean 'records_screened'?")


@pytest.mark.parametrize(
    ("flow", "says"),
    [
        (Flow(boxes={"record_screened": Box(n=1)}), "'record_screened' is no box. Did you mean 'records_screened'?"),
        (
            Flow(boxes={"dbr_excluded": Box(n=1, parts=(Part(label="a", n=1, ids=()),))}),
            "E9: dbr_excluded, 'a': 1 and 0 ids.",
        ),
        (
            Flow(boxes={}, adjustments=(Step(name="lost", label="lost", n=1),)),
            "'lost' is no step between boxes; accepted: " + ", ".join(identities.ADJUSTMENTS) + ".",
        ),
        (
            Flow(boxes={}, awaiting=(Step(name="awaiting_screening", label="x", n=-1),)),
            "E9: awaiting_screening is below zero; accepted: whole numbers from 0.",
        ),
    ],
)
def test_what_no_flow_can_hold_is_refused(flow, says):
    assert [str(fault) for fault in identities.faults(flow)] == [says]


@pytest.mark.parametrize("label", [*identities.AWAITING.values(), *identities.ADJUSTMENTS.values()])
def test_one_of_a_kind_is_said_in_the_singular(label):
    said = Step(name="x", label=label, n=1).words
    first = said.split()[1:4]
    assert {"record", "report", "study"} & set(first)
    assert not {"await", "were", "are"} & set(said.split())
    assert Step(name="x", label=label, n=2).words == f"2 {label}"
