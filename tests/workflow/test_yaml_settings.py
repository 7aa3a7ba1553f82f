import time
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pytest

from pipeline.errors import ProtocolError
from pipeline.workflow import protocol
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.yaml_settings import lines, load


@dataclass(frozen=True, kw_only=True)
class Limits:
    languages: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    database: str
    kind: Literal["query", "export"] = "query"
    limits: Limits = field(default_factory=Limits)
    most: int = 0


@dataclass(frozen=True, kw_only=True)
class Settings:
    version: str
    searches: dict[str, Search] = field(default_factory=dict)
    stages: tuple[Search, ...] = ()
    living: bool = False


def faults(text):
    with pytest.raises(ProtocolError) as caught:
        load(text, Settings, file="workflow.yaml")
    return str(caught.value).splitlines()


def test_values_stay_text_until_their_type_decides():
    settings = load("version: 1.10\nliving: yes\nsearches:\n  no: {database: off, most: 3}\n", Settings, file="f")
    assert settings == Settings(version="1.10", living=True, searches={"no": Search(database="off", most=3)})


def test_an_empty_value_is_the_default():
    settings = load("version: 1\nsearches:\n  a:\n    database: PubMed\n    limits:\n", Settings, file="f")
    assert settings.searches["a"].limits == Limits()


def test_a_date_is_a_date():
    text = "version: 1\nsearches: {a: {database: x, limits: {until: 2024-10-20}}}"
    assert load(text, Settings, file="f").searches["a"].limits.until == date(2024, 10, 20)


def test_every_fault_is_told_at_once_with_its_line():
    text = """\
versoin: 1
searches:
  xue:
    databse: PubMed
    kind: exprot
    limits: {languages: eng}
    most: few
stages:
  - {database: PubMed, living: true}
"""
    assert faults(text) == [
        "workflow.yaml, version: the key 'version' is missing. Needed here: version.",
        (
            "workflow.yaml, line 1, versoin: 'versoin' is not a key here; accepted: version, searches, stages, living. "
            "Did you mean 'version'?"
        ),
        "workflow.yaml, line 3, searches.xue.database: the key 'database' is missing. Needed here: database.",
        (
            "workflow.yaml, line 4, searches.xue.databse: 'databse' is not a key here; "
            "accepted: database, kind, limits, most. Did you mean 'database'?"
        ),
        (
            "workflow.yaml, line 5, searches.xue.kind: 'exprot' is not accepted; accepted: query, export. "
            "Did you mean 'export'?"
        ),
        (
            "workflow.yaml, line 6, searches.xue.limits.languages: 'eng' is not accepted; "
            "accepted: a list: one '- item' a line, or [item, item]."
        ),
        "workflow.yaml, line 7, searches.xue.most: 'few' is not accepted; accepted: a whole number.",
        (
            "workflow.yaml, line 9, stages.0.living: 'living' is not a key here; "
            "accepted: database, kind, limits, most. Delete the line, or put it where it belongs."
        ),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 1\nversion: 2\n", "workflow.yaml, line 2: the key 'version' stands here a second time"),
        ("version: &a 1\nliving: *a\n", "workflow.yaml, line 2: the alias *a is not accepted"),
        ("version: !!python/object:os.system x\n", "workflow.yaml, line 1: the tag tag:yaml.org,2002:python/object"),
        ("version: !secret x\n", "workflow.yaml, line 1: the tag !secret is not accepted"),
        ("version: [1\n", "workflow.yaml, line 2: this is not YAML"),
        ("a: b: c\n", "workflow.yaml, line 1: this is not YAML"),
        (
            "version: 1\n<<<<<<< HEAD\nliving: a\n=======\nliving: b\n>>>>>>> other\n",
            "workflow.yaml, line 2: the marks of a git merge conflict stand here ('<<<<<<<')",
        ),
        ("just words\n", "workflow.yaml, line 1: the file holds no keys"),
        ("version: \x07\n", "workflow.yaml, line 1: the character '\\x07' is not allowed"),
        ("", "workflow.yaml, version: the key 'version' is missing"),
        ("version: !!binary aGk=\n", "workflow.yaml, line 1: the tag tag:yaml.org,2002:binary is not accepted"),
        ("version: 1\n? [a, b]\n: c\n", "workflow.yaml, line 2: a list or a block as a key is not accepted"),
        (
            "version: 1\nsearches:\n  a: {database: x, most: " + "9" * 6000 + "}\n",
            f"workflow.yaml, line 3, searches.a.most: '{'9' * 332} ... (5,352 characters) ... {'9' * 316}' is not acc",
        ),
        (
            f"version: {'x' * 100_001}\n",
            "workflow.yaml, line 1, version: this value holds 100,001 characters; accepted: up to 100,000.",
        ),
        ('version: "a\\e]0;b"\n', "workflow.yaml, line 1, version: this value holds the control character '\\x1b'."),
        ('version: 1\n"a\\e[2J": b\n', "workflow.yaml, line 2: this value holds the control character '\\x1b'."),
        ("version: [1]\n", "workflow.yaml, line 1, version: a list is not accepted; accepted: one text"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_in_one_sentence(text, says):
    found = faults(text)
    assert len(found) == 1
    assert found[0].startswith(says)


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 8)}]\n" for n in range(12)
    )
    assert faults(bomb)[0].startswith("workflow.yaml, line 2: the alias *a is not accepted")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: " + "[" * 100_000, "workflow.yaml, line 1: a list or block inside so many others is not accepted"),
        (
            "version: 1\n" + "".join(f"{' ' * n}a:\n" for n in range(500)),
            "workflow.yaml, line 42: a list or block inside so many others is not accepted; accepted: up to 40.",
        ),
        ("# " + "x" * 1_000_000, "workflow.yaml: the file holds 1,000,002 characters; accepted: up to 1,000,000."),
    ],
)
def test_what_no_person_writes_is_refused_before_it_costs_time_or_memory(text, says):
    before = time.process_time()
    (found,) = faults(text)
    assert found.startswith(says)
    assert time.process_time() - before < 1


def test_each_key_has_its_line():
    assert lines("a:\n  b:\n    - c: 1\n", file="f")["a.b.0.c"] == 3


def test_a_fault_of_a_key_that_is_not_there_names_no_line(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1\nreview: {title: Nobody screens}\n")
    with pytest.raises(ProtocolError) as caught:
        protocol.load(ReviewFolder(tmp_path))
    assert str(caught.value.faults[0]).startswith("workflow.yaml, screening.stages.0.votes: 'title-abstract' needs 2")
