import hashlib

from pipeline.prisma import checklists
from pipeline.prisma.boxes import Box, Flow, Part, Step
from pipeline.prisma.checklist_items import PRISMA_2020, PRISMA_S
from pipeline.prisma.checklists import Known, Searched
from pipeline.screening.settings import Reviewer
from pipeline.search.strategy import Dates, Limits, Strategy
from tests.screening.made import settings

SEARCHES = (
    Searched(
        id="pubmed",
        strategy=Strategy(
            limits=Limits(dates=Dates(until="2024-10-20"), languages=("english",)), filters="RCT filter, made up"
        ),
        string="fictitious[tiab]",
        days=("2026-01-01", "2026-02-01"),
        records=120,
    ),
    Searched(id="embase", strategy=Strategy(database="Embase", platform="Embase.com", kind="export")),
    Searched(
        id="lists",
        strategy=Strategy(database="Reference list of Made-up 2020", kind="export", via="citation-searching"),
        days=("2026-01-01",),
        records=30,
    ),
    Searched(id="near", strategy=Strategy(kind="similar", via="citation-searching")),
)


def test_the_items_are_as_many_as_the_statements_print_and_numbered_alike():
    numbers = [item.number for item in PRISMA_2020]
    assert len(numbers) == len(set(numbers)) == 42
    assert {int(number.rstrip("abcdef")) for number in numbers} == set(range(1, 28))
    assert [item.number for item in PRISMA_S] == [str(n) for n in range(1, 17)]


def test_the_official_wording_does_not_drift():
    """Three independent transcriptions of the published tables agreed with this wording, letter by letter."""
    digests = {
        name: hashlib.sha256(
            "\n".join(f"{item.number} {item.topic}: {item.wording}" for item in items).encode()
        ).hexdigest()
        for name, items in (("PRISMA 2020", PRISMA_2020), ("PRISMA-S", PRISMA_S))
    }
    assert digests == {"PRISMA 2020": DIGEST_2020, "PRISMA-S": DIGEST_S}
    assert PRISMA_2020[3].wording == (
        "Provide an explicit statement of the objective(s) or question(s) the review addresses."
    )


DIGEST_2020 = "1cf06c0a94a1a4cab59158c432c8790d2d10cf8d91254895d274273192efbd1c"
DIGEST_S = "0e8ebcf353a4c9224818280b35a1aceaf638775ce57430dbf18324e15c7f566b"


def test_every_item_stands_in_the_table_and_what_is_not_known_is_empty():
    filled = checklists.fill(PRISMA_2020, {"7": Known("searches", "1 string, verbatim as run")})
    assert [one.item for one in filled] == list(PRISMA_2020)
    assert [(one.item.number, one.known.text) for one in filled if one.known] == [("7", "1 string, verbatim as run")]


def test_prisma_s_is_filled_from_the_searches_and_says_what_was_never_run_and_nothing_of_an_exports_limits():
    found = {number: known.text for number, known in checklists.of_searches(SEARCHES, "By rules, made-up 1.0.").items()}
    assert found == {
        "1": "PubMed; Embase (Embase.com) (not yet run)",
        "5": "Reference list of Made-up 2020; Similar articles in PubMed (not yet run)",
        "8": "1 string, verbatim as run; not yet run: embase",
        "9": "pubmed: publication date to 2024-10-20, language English; no limits: near",
        "10": "pubmed: RCT filter, made up",
        "12": "pubmed was rerun, 2 runs, 2026-01-01 to 2026-02-01",
        "13": "PubMed [pubmed]: last searched 2026-02-01; Embase (Embase.com) [embase]: not yet run; Reference list of "
        "Made-up 2020 [lists]: last searched 2026-01-01; PubMed [near]: not yet run",
        "15": "PubMed [pubmed]: 120 records; Embase (Embase.com) [embase]: not yet run; Reference list of Made-up 2020 "
        "[lists]: 30 records; PubMed [near]: not yet run",
        "16": "By rules, made-up 1.0.",
    }


def test_prisma_2020_is_filled_from_searches_screening_and_flow():
    rules = settings(arbiter="C. Third", others={"paper": Reviewer(kind="publication", source="Made-up 2020")})
    flow = Flow(
        boxes={
            "new_studies": Box(n=9),
            "new_reports": Box(n=11),
            "dbr_excluded": Box(n=4, parts=(Part(label="Wrong design", n=4),)),
        },
        awaiting=(Step(name="awaiting_screening", label="records await screening", n=7),),
        not_run=("Embase",),
    )
    found = checklists.of_the_review(SEARCHES, rules, flow, question="Does it work?", criteria="Population: nobody.")
    assert {number: known.text for number, known in found.items()} == {
        "4": "Does it work?",
        "5": "Population: nobody.",
        "6": "PubMed: last searched 2026-02-01; Embase (Embase.com): not yet run; Reference list of Made-up 2020: last "
        "searched 2026-01-01; PubMed: not yet run",
        "7": "1 string, verbatim as run; not yet run: embase",
        "8": "Title and abstract: 2 decisions a record, 2 reviewers, each on worksheets of their own; conflicts to C. "
        "Third; decisions taken from: Made-up 2020. Full text: 2 decisions a report, 2 reviewers, each on "
        "worksheets of "
        "their own; conflicts to C. Third; decisions taken from: Made-up 2020.",
        "16a": "Flow diagram; 9 studies in 11 reports. Awaiting somebody: 7 records or reports. Not yet run: Embase.",
        "16b": "4 reports with the reason for each.",
    }


def test_an_update_says_what_is_new_and_what_there_is_in_all():
    names = ("new_studies", "new_reports", "total_studies", "total_reports", "previous_studies")
    flow = Flow(boxes={name: Box(n=n) for name, n in zip(names, (1, 2, 30, 41, 29), strict=True)})
    found = checklists.of_the_review((), settings(), flow)
    assert found["16a"].text == "Flow diagram; new: 1 study in 2 reports; in all: 30 studies in 41 reports."


def test_a_review_of_which_nothing_is_known_has_empty_checklists():
    assert checklists.of_searches(()) == {}
    assert set(checklists.of_the_review((), settings(), Flow(boxes={}))) == {"8"}
