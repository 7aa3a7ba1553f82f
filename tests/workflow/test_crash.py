"""A kill or a power failure at any call to the disk: nothing is lost, and the next run ends as an undisturbed one.

Every call of a whole update, a run with decisions and a release is a moment; see `disk`. Moments that leave the same,
once what was broken off among its last writes is finished, are continued once.
"""

import hashlib
import re
import sys
from contextlib import suppress

import pytest

from pipeline.errors import ProtocolError
from pipeline.report import render
from pipeline.sandbox import corpus, server
from pipeline.workflow import pictures
from pipeline.workflow.folder import MOVES, STAGED, ReviewFolder
from tests.workflow import disk
from tests.workflow.living import RETRACTION, Living

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved there")
LIST = f"{STAGED}/{MOVES}"


@pytest.fixture(scope="module", autouse=True)
def _without_pdf():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "_compile", lambda *_, **__: b"%PDF")
        patch.setattr(pictures, "_draw", lambda svg, title, kind, **_: f"{kind} {svg}".encode())
        yield


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A review that was searched and screened once, and a PubMed in which much has changed a week later."""
    made = Living.begin(tmp_path_factory.mktemp("review") / "searched")
    made.update()
    made.decide("title-abstract", n1="include", n2="include", n3="exclude", n4="exclude")
    made.run()
    made.later(7)
    made.hold(6, 7)
    del made.held[5]
    made.revise(1, links=(RETRACTION,))
    made.revise(2, title="Another title")
    made.export("first.ris", "A title of its own")
    made.decide("full-text", n1="include")
    return made


@pytest.fixture(scope="module")
def decided(searched, tmp_path_factory):
    """The same after that update, with decisions on what it handed out."""
    made = searched.twin(tmp_path_factory.mktemp("review") / "decided")
    made.update()
    made.decide("title-abstract", n1="include", n2="include", n3="exclude", n4="exclude", n6="include", n7="exclude")
    made.decide("full-text", n1="include", n2="exclude other")
    return made


@pytest.fixture(scope="module")
def frozen(decided, tmp_path_factory):
    """The same after a run, ready to be released."""
    made = decided.twin(tmp_path_factory.mktemp("review") / "frozen")
    made.run()
    return made


@pytest.fixture(scope="module")
def pubmed(searched):
    with server.serving(corpus.Held(searched.held.values()), today=searched.day.date()) as sandbox:
        yield sandbox.address


def update(review, address):
    review.ask(address)


def run(review, address):
    review.run()


def release(review, address):
    with suppress(ProtocolError):  # there is a version 1.0 already, if it was killed when all was done
        review.release("1.0")


def given_and_history(state):
    return {path: data for path, data in state.items() if not path.startswith(("outputs/", STAGED))}


def leftovers(states):
    """Choose states to continue from: all with a list of moves; else of those that differ in what waits, two."""
    rest = {}
    for state in states:
        outside = frozenset((path, id(data)) for path, data in state.items() if not path.startswith(STAGED))
        if LIST in state:
            yield state
        else:
            rest.setdefault(outside, []).append(state)
    for alike in rest.values():
        yield alike[0]
        yield max(alike, key=len)


def after_the_lock(states, root):
    """Finish what was broken off among its last writes, and list each outcome once."""
    outcomes = []
    for number, state in enumerate(leftovers(states)):
        folder = ReviewFolder(disk.lay_out(root / str(number), state))
        with folder.locked():
            pass
        found = disk.tree(folder.root)
        if found not in outcomes:
            outcomes.append(found)
    return outcomes


def but_for_requests(state):
    """Leave out how many requests the search took: a page that was kept is not asked for again, and its run says so."""
    path = "queries/runs/2026-11-30_pubmed/run.json"
    plain = state | {path: re.sub(rb'"requests": \d+', b'"requests": any', state[path])}
    for _ in range(2):  # its hash stands in the report, and the hash of the report in the manifest
        changed = [hashlib.sha256(state[name]).hexdigest().encode() for name in state if plain[name] != state[name]]
        plain = {name: re.sub(b"|".join(changed), b"any", data) for name, data in plain.items()}
    return plain


@pytest.mark.parametrize(("work", "begun"), [(update, "searched"), (run, "decided"), (release, "frozen")])
def test_whatever_breaks_off_is_ended_by_the_next_run(work, begun, pubmed, request, tmp_path):
    before = request.getfixturevalue(begun)
    undisturbed = before.twin(tmp_path / "undisturbed")
    with disk.watching(undisturbed.root) as seen:
        work(undisturbed, pubmed)
    expected, given = disk.tree(undisturbed.root), given_and_history(disk.tree(before.root))

    assert {"open", "write", "fsync", "os.rename", "os.remove", "os.rmdir", "os.mkdir"} <= set(seen.calls)
    assert seen.kills[-1] == expected
    assert {path: data for path, data in seen.last.items() if not path.startswith(f"{STAGED}/")} == expected
    assert LIST not in seen.last
    for state in seen.kills + seen.strict + seen.loose:
        there = given_and_history(state)
        assert given.items() <= there.items() <= given_and_history(expected).items()

    outcomes = after_the_lock(seen.kills + seen.strict + seen.loose, tmp_path)
    assert expected in outcomes
    expected = but_for_requests(expected)
    for number, outcome in enumerate(outcomes):
        left = Living(disk.lay_out(tmp_path / f"left-{number}", outcome), dict(before.held), before.day)
        work(left, pubmed)
        found = but_for_requests(disk.tree(left.root))
        assert sorted(found) == sorted(expected)
        assert [path for path in expected if found[path] != expected[path]] == []
