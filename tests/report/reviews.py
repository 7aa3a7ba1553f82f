"""A made-up review, run through the real rooms: two searches that were run, one that never was."""

from dataclasses import replace
from datetime import date

from pipeline.deduplicate.clusters import deduplicate
from pipeline.extraction.extract import extract
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.prisma import flow
from pipeline.prisma.sources import Source
from pipeline.records import tables
from pipeline.records.record import Author, Origin, Record
from pipeline.report.compose import Review, Search
from pipeline.screening.decisions import Decision, settle
from pipeline.screening.settings import Reason, Reviewer, ScreeningSettings, Stage
from pipeline.search.import_run import ImportedFile, ImportRun
from pipeline.search.search_run import Notice, SearchRun, Step
from pipeline.search.strategy import Limits, Strategy
from pipeline.synthesis.settings import Analysis
from pipeline.synthesis.synthesise import synthesise

NAMES = (
    "amber badger cedar dahlia ember falcon garnet heron iris juniper kestrel lupin maple nettle otter poplar quail "
    "rowan sorrel thistle umber violet willow yarrow"
)
WORDS = NAMES.split()

SCREENING = ScreeningSettings(
    arbiter="C. Third",
    reviewers={
        "anna": Reviewer(name="Anna One"),
        "bert": Reviewer(name="Bert Two"),
        "paper": Reviewer(name="Older review", kind="publication", source="Older review, figure 1"),
        "robot": Reviewer(name="Ranker 1.0", kind="tool"),
    },
    stages=(
        Stage(id="title-abstract", name="Title and abstract", maybe="include", pilot=5),
        Stage(
            id="full-text",
            name="Full text",
            reports=True,
            reasons=(
                Reason(id="population", label="Other population", definition="No people."),
                Reason(id="design", label="Other design", definition="No study."),
            ),
        ),
    ),
)
OUTCOMES = ExtractionSettings(
    outcomes=(
        OutcomeSetting(
            name="overall survival", abbreviation="OS", kind="time to event", primary=True, column="Survival"
        ),
        OutcomeSetting(name="response", column="Response"),
    ),
    modalities=("surgery", "drug"),
    sources={"amber-2001": "Amber A. A made-up paper. 2001.", "older": "Older review. 2020."},
    risk_of_bias=("RoB 2",),
)


def record(search: str, place: int, **fields) -> Record:
    word = WORDS[place]
    known = {
        "title": f"The {word} trial of a made-up treatment in fictitious {WORDS[-place - 1]} disease",
        "authors": (Author(family=word.title(), given="A"), Author(family="Second", given="BC")),
        "year": 2001 + place,
        "journal": "Journal of Fiction",
        "volume": str(place + 1),
        "pages": f"{place}1-{place}9",
    }
    origin = Origin(search=search, file=f"queries/imports/{search}.ris", block=place + 1)
    return Record(id=f"{search}:{1000 + place}", origin=origin, **{**known, **fields})


def records() -> list[Record]:
    return [record("pubmed", n) for n in range(16)] + [record("older", n) for n in range(12, 20)]


def decisions() -> list[Decision]:
    """Of PubMed's 16: 10 excluded, 1 in dispute, 1 open, 4 into full text (1 excluded there, 1 not to be had, 2 in)."""

    def said(place, stage, *answers, search="pubmed", **more):
        at = (f"{search}:{1000 + place}",)
        pairs = zip(("anna", "bert"), answers, strict=False)
        return [Decision(records=at, stage=stage, reviewer=who, answer=word, **more) for who, word in pairs]

    made = [each for place in range(10) for each in said(place, "title-abstract", "exclude", "exclude")]
    made += said(10, "title-abstract", "include", "exclude") + said(11, "title-abstract", "include")
    for place in range(12, 16):
        made += said(place, "title-abstract", "include", "include")
    made += said(12, "full-text", "exclude", "exclude", reason="population")
    made += said(13, "full-text", "not-retrieved", "not-retrieved", tried="asked the author twice")
    made += said(14, "full-text", "include", "include", study="maple-2015")
    made += said(15, "full-text", "include", "include", study="nettle-2016")
    return made + said(16, "full-text", "include", "include", search="older", study="maple-2015")


FORMS = {
    "studies": (
        ("study_id", "label", "reports", "design", "n", "population", "source", "source_place"),
        ("maple-2015", "Maple 2015", "pubmed:1014; older:1016", "randomised trial", "120", "adults", "amber-2001",
         "p. 2"),
        ("nettle-2016", "Nettle 2016", "pubmed:1015", "retrospective cohort", "45", "not reported", "older", "table 1"),
    ),
    "arms": (
        ("study_id", "arm", "role", "modality", "n", "source", "source_place"),
        ("maple-2015", "new drug", "experimental", "drug", "60", "amber-2001", "p. 2"),
        ("maple-2015", "placebo", "comparator", "drug", "60", "amber-2001", "p. 2"),
        ("nettle-2016", "operation", "experimental", "surgery", "45", "older", "table 1"),
    ),
    "outcomes": (
        ("study_id", "arm", "outcome", "measure", "value", "unit", "n", "ci_level", "ci_low", "ci_high", "source",
         "source_place", "preferred", "notes"),
        ("maple-2015", "new drug", "overall survival", "median", "22.5", "months", "60", "95", "18.1", "27.0",
         "amber-2001", "p. 3", "yes", ""),
        ("maple-2015", "new drug", "overall survival", "median", "21.0", "months", "60", "", "", "", "older", "table 2",
         "", "as printed"),
        ("maple-2015", "placebo", "overall survival", "median", "11.4", "months", "60", "95", "9.0", "14.2",
         "amber-2001", "p. 3", "", ""),
        ("nettle-2016", "operation", "response", "proportion", "43", "per cent", "45", "", "", "", "older", "table 2",
         "", ""),
    ),
}  # fmt: skip


def pooled_forms() -> dict[str, bytes]:
    """Make the forms of twelve made-up trials of one drug, each with a hazard ratio, and judge three of them."""
    names = [f"{word}-trial" for word in WORDS[:12]]
    ratios = ("0.62", "0.71", "0.55", "0.80", "0.93", "0.66", "0.75", "1.10", "0.58", "0.84", "0.69", "0.77")
    rows = {
        "studies": [
            ("study_id", "label", "design", "n", "source", "source_place"),
            *((name, name.title(), "randomised trial", "120", "older", "table 3") for name in names),
        ],
        "arms": [
            ("study_id", "arm", "role", "modality", "n", "source"),
            *((name, "new drug", "experimental", "drug", "60", "older") for name in names),
            *((name, "placebo", "comparator", "surgery", "60", "older") for name in names),
        ],
        "outcomes": [
            ("study_id", "arm", "comparator", "outcome", "measure", "value", "unit", "ci_level", "ci_low", "ci_high",
             "source", "source_place"),
            *(
                (name, "new drug", "placebo", "overall survival", "hazard ratio", ratio, "ratio", "95",
                 f"{float(ratio) * 0.7:.2f}", f"{float(ratio) / 0.7:.2f}", "older", "table 3")
                for name, ratio in zip(names, ratios, strict=True)
            ),
        ],
        "bias": [
            ("study_id", "tool", "domain", "judgement"),
            *((name, "RoB 2", domain, word) for name, word in zip(names, ("low", "some concerns", "high"), strict=False)
              for domain in ("D1", "D2", "D3", "D4", "D5", "Overall")),
        ],
    }  # fmt: skip
    return {f"extraction/{name}.csv": tables.write(form[0], form[1:], form=True) for name, form in rows.items()}


def pooled_review(**changes) -> Review:
    """Make the review with two analyses: one that can be pooled, and one that cannot."""
    extracted = extract(pooled_forms(), OUTCOMES)
    analyses = (
        Analysis(id="survival", outcome="overall survival", measure="hazard ratio", modalities=("drug",)),
        Analysis(id="response", outcome="response", measure="proportion"),
    )
    done = tuple(synthesise(analysis, extracted, OUTCOMES) for analysis in analyses)
    return review(extraction=extracted, syntheses=done, **changes)


def run(**changes) -> SearchRun:
    settings = {
        "search": "pubmed",
        "date": "2024-10-20",
        "started": "2024-10-20T06:00:00Z",
        "finished": "2024-10-20T06:01:00Z",
        "tool": "living-review 0.1.0",
        "endpoint": "https://eutils.example.org/",
        "platform": "NCBI Entrez (E-utilities)",
        "published": "liver AND fiction",
        "asked": '(liver AND fiction) AND ("english"[la])',
        "steps": (
            Step(limit="", term="liver AND fiction", words="", count=21),
            Step(limit="languages", term='("english"[la])', words="language English", count=16),
        ),
        "translation": '"liver"[MeSH Terms] AND "fiction"[All Fields]',
        "notices": (Notice(kind="PhraseNotFound", text="fiction was not found"),),
        "count": 16,
        "identified": 16,
        "ids_sha256": "0" * 64,
    }
    return SearchRun(**{**settings, **changes})


def searches(**changes) -> tuple[Search, ...]:
    older = ImportedFile(file="queries/imports/older.ris", sha256="1" * 64, size=9, format="ris", records=8, new=8)
    return (
        Search(
            id="pubmed",
            strategy=Strategy(query="queries/pubmed.txt", limits=Limits(languages=("english",))),
            published="liver AND fiction",
            runs=(run(**changes),),
        ),
        Search(
            id="embase",
            strategy=Strategy(database="Embase", kind="export", files=("queries/imports/embase/*",)),
            published="'liver'/exp AND 'fiction'/exp",
        ),
        Search(
            id="older",
            strategy=Strategy(database="Older review", kind="export", via="citation-searching", files=("older.ris",)),
            runs=(ImportRun(search="older", date="2024-11-02", files=(older,)),),
        ),
    )


def review(*, sandbox: bool = False, finished: bool = False, named: bool = True, **changes) -> Review:
    """Make the review.

    `finished` leaves nothing open, `sandbox` has its records from the sandbox, and without `named` no worksheet names
    a study, so that only extraction does.
    """
    asked = searches(sandbox=sandbox)
    if finished:
        asked = tuple(search for search in asked if search.runs)
    read = [one for one in records() if not finished or one.id not in {"pubmed:1010", "pubmed:1011"}]
    read = [one for one in read if not finished or not (one.id.startswith("older") and one.year > 2017)]
    joined = deduplicate(read)
    via = {search.id: search.strategy.via for search in asked}
    decided = [each if named else replace(each, study="") for each in decisions()]
    settled = settle(joined.citations, decided, SCREENING, via=via)
    sources = [Source(id=s.id, name=s.strategy.database, via=s.strategy.via, ran=bool(s.runs)) for s in asked]
    forms = {f"extraction/{name}.csv": tables.write(rows[0], rows[1:], form=True) for name, rows in FORMS.items()}
    settings = {
        "title": "Made-up treatments of fictitious disease",
        "question": "In people with fictitious disease, what do made-up treatments achieve?",
        "criteria": (("Population", "People with fictitious disease"), ("Intervention", "Any made-up treatment")),
        "dated": date(2024, 11, 2),
        "searches": asked,
        "records": read,
        "deduplication": joined,
        "screening": settled,
        "screening_settings": SCREENING,
        "extraction": extract(forms, OUTCOMES),
        "extraction_settings": OUTCOMES,
        "tool": "living-review 0.1.0",
        "inputs": {"workflow.yaml": "2" * 64},
    }
    made = Review(**{**settings, **changes})
    if "flow" in changes:
        return made
    return replace(made, flow=flow.count(sources, joined.citations, settled, SCREENING, studies=made.linked))
