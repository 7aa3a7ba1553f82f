"""cases.json: pairs of records, and what is said of each; a librarian can add to it without reading code."""

import json
import re
from pathlib import Path

import pytest

from pipeline.deduplicate.clusters import deduplicate
from pipeline.deduplicate.rules import RULES
from tests.deduplicate.library import reference

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_the_pair_is_judged_as_the_case_says_in_either_order(case, order):
    records = [reference(f"s:{side}", case[side]) for side in order]
    pairs = deduplicate(records).pairs
    found = [(pair.rule, pair.verdict) for pair in pairs]
    assert found == ([(case["rule"], case["verdict"])] if case["rule"] else [])


def test_every_rule_has_a_case():
    assert {rule.name for rule in RULES} - {case["rule"] for case in CASES} == set()


def test_every_rule_has_a_name_of_its_own():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


def test_every_rule_is_documented_with_its_verdict(root):
    page = (root / "docs" / "deduplicating.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    told = {name: verdict.strip() for names, verdict in rows for name in re.findall(r"`([\w-]+)`", names)}
    assert {rule.name: told.get(rule.name) for rule in RULES} == {rule.name: rule.verdict for rule in RULES}
