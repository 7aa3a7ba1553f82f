"""What a strategy says becomes one term; what cannot be followed is refused, all at once, with the path of its key."""

import re
import textwrap

import pytest
import yaml

from pipeline.errors import ProtocolError
from pipeline.search.retrieval import check_query
from pipeline.search.strategy import Dates, Limits, Seeds, Strategy, check, clauses, read_query, term, verbatim
from pipeline.workflow import yaml_settings


@pytest.mark.parametrize(
    ("dates", "expected", "words"),
    [
        (Dates(until="2018-05"), '("1000/01/01"[pdat] : "2018/05/31"[pdat])', "publication date to 2018-05"),
        (Dates(until="2024-10-20"), '("1000/01/01"[pdat] : "2024/10/20"[pdat])', "publication date to 2024-10-20"),
        (Dates(field="crdt", since="2024"), '("2024/01/01"[crdt] : "3000"[crdt])', "create date from 2024"),
        (
            Dates(field="edat", since="2020-02", until="2020-02"),
            '("2020/02/01"[edat] : "2020/02/29"[edat])',
            "entry date from 2020-02 to 2020-02",
        ),
        (
            Dates(field="mdat", since="2026-11-01"),
            '("2026/11/01"[lr] : "3000"[lr])',
            "modification date from 2026-11-01",
        ),
    ],
)
def test_a_range_of_dates_is_open_or_closed(dates, expected, words):
    (clause,) = clauses(Limits(dates=dates))
    assert (clause.limit, clause.term, clause.words) == ("dates", expected, words)


def test_languages_and_publication_types_are_alternatives_and_limits_of_their_own():
    limits = Limits(languages=("eng", "German"), publication_types=("Review", "Clinical Trial"))
    assert [(clause.limit, clause.term) for clause in clauses(limits)] == [
        ("languages", '("english"[la] OR "german"[la])'),
        ("publication_types", '("Review"[pt] OR "Clinical Trial"[pt])'),
    ]
    assert term("a OR b", limits, upto=1) == '(a OR b) AND ("english"[la] OR "german"[la])'


def test_a_query_without_limits_goes_as_it_stands():
    assert term("a OR b") == "a OR b"


def test_comments_are_left_out_of_a_query_and_line_numbers_are_not():
    text = "\ufeff# as published\r\n(liver\r\n  OR hepatic)\r\n#1 AND #2\r\n"
    assert verbatim(text) == "(liver\n  OR hepatic)\n#1 AND #2"
    assert read_query(text) == "(liver OR hepatic) #1 AND #2"


WRONG = [
    (Strategy(), "query", "needs 'query'"),
    (Strategy(kind="export", database="Embase"), "files", "needs 'files'"),
    (Strategy(database="Embase", query="q"), "database", "cannot search 'Embase'"),
    (Strategy(query="q", accepted="a"), "accepted_because", "no reason is given"),
    (Strategy(query="q", accepted_because="because"), "accepted", "no other string"),
    (
        Strategy(query="q", limits=Limits(dates=Dates(until="20 October"))),
        "limits.dates.until",
        "'20 October' is not a date",
    ),
    (
        Strategy(query="q", limits=Limits(dates=Dates(since="2024-02-30"))),
        "limits.dates.since",
        "'2024-02-30' is not a date",
    ),
    (Strategy(query="q", limits=Limits(dates=Dates(since="2024", until="2018"))), "limits.dates", "before it begins"),
    (Strategy(query="q", limits=Limits(languages=("Englisch",))), "limits.languages.0", "Did you mean 'English'?"),
    (
        Strategy(query="q", limits=Limits(publication_types=('a"b',))),
        "limits.publication_types.0",
        "not a publication type",
    ),
    (Strategy(query="q", accept_missing=("x",)), "accept_missing.0", "'x' is not a PMID"),
    (Strategy(query="q", files=("f",)), "files", "reads no files"),
    (Strategy(query="q", seeds=Seeds(pmids=("1",))), "seeds", "reads no seeds"),
    (Strategy(query="q", remind_after_days=-1), "remind_after_days", "out of range"),
    (Strategy(query="q", remind_after_days=36_501), "remind_after_days", "a whole number from 0 to 36500"),
    (Strategy(query="q", accept_unread=-1), "accept_unread", "a whole number from 0"),
    (Strategy(query="q", hits=-1), "hits", "negative"),
    (Strategy(kind="export", files=("f",), columns={"titel": "T"}), "columns.titel", "Did you mean 'title'?"),
    (Strategy(query="q", searched="yesterday"), "searched", "not a date"),
    (Strategy(kind="export", files=("f",), limits=Limits(languages=("eng",))), "limits", "set on its platform"),
    (Strategy(kind="similar", via="citation-searching"), "seeds", "0 sources of seeds"),
    (
        Strategy(kind="similar", via="citation-searching", seeds=Seeds(pmids=("1",), included=True)),
        "seeds",
        "2 sources of seeds",
    ),
    (Strategy(kind="similar", seeds=Seeds(included=True)), "via", "counted under 'databases'"),
    (
        Strategy(kind="references", via="citation-searching", seeds=Seeds(included=True, score_at_least=5)),
        "seeds.score_at_least",
        "only similar documents have a score",
    ),
]


@pytest.mark.parametrize(("strategy", "column", "said"), WRONG, ids=[f"{column}: {said}" for _, column, said in WRONG])
def test_what_cannot_be_followed_is_said_at_its_key(strategy, column, said):
    (fault,) = check(strategy)
    assert fault.column == column
    assert said in str(fault)


@pytest.mark.parametrize(
    "strategy",
    [
        Strategy(query="q", accepted="a", accepted_because="a parenthesis too many"),
        Strategy(kind="export", database="Embase", files=("x/*.ris",), searched="2024-10-20", hits=12),
        Strategy(kind="cited-by", via="citation-searching", seeds=Seeds(search="nigri")),
    ],
)
def test_what_can_be_followed_has_no_fault(strategy):
    assert check(strategy) == ()


def test_it_is_written_in_yaml_as_documented():
    text = """
query: queries/a.txt
accepted: queries/a.accepted.txt
accepted_because: one closing parenthesis too many
limits:
  dates: {field: pdat, until: 2024-10-20}
  languages: [english]
"""
    strategy = yaml_settings.load(text, Strategy, file="workflow.yaml")
    assert strategy.limits == Limits(dates=Dates(until="2024-10-20"), languages=("english",))
    assert check(strategy) == ()


def test_every_example_of_the_page_on_searching_can_be_followed(root):
    page = (root / "docs/searching.md").read_text("utf-8")
    examples = [textwrap.dedent(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    seen = []
    for example in examples:
        held = yaml.load(example, Loader=yaml.BaseLoader)
        if "pubmed" in held:
            continue
        if "limits" in held:
            held = {"a": held | {"query": "q.txt"}}
        for settings in held.get("searches", held).values():
            strategy = yaml_settings.load(yaml.safe_dump(settings), Strategy, file="searching.md")
            assert check(strategy) == ()
            seen.append(strategy.kind)
    assert seen == ["query", "query", "similar", "export"]


def test_a_faulty_string_is_never_run_and_its_repair_is_proposed():
    with pytest.raises(ProtocolError) as caught:
        check_query("(liver))", file="queries/a.txt")
    assert str(caught.value) == (
        "queries/a.txt: the string is no PubMed query: there is a closing parenthesis that was never opened. "
        "Keep the published string, and name a file with the string to run in 'accepted' of the search. "
        "The smallest repair: (liver)"
    )
    with pytest.raises(ProtocolError, match="it holds no term"):
        check_query("  ")
