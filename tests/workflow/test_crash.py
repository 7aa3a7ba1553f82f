"""A kill at any moment of an update: nothing is lost, and the next update ends where an undisturbed one does."""

import shutil
import signal
import subprocess
import sys

import pytest

from pipeline.report import render
from pipeline.sandbox import corpus, server
from pipeline.workflow import files
from pipeline.workflow.folder import LOCK
from tests.workflow.living import RETRACTION, Living

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed so there")
POINTS = 4  # moments at which an update is killed, spread over all of its calls to the disk
UPDATE = """
import os, shutil, signal, sys
from datetime import datetime
from pathlib import Path
from pipeline.report import render
from pipeline.workflow import files
from tests.workflow.living import Living

root, address, day, last = sys.argv[1:]
calls = 0


def counting(original):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == int(last):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    return call


render._compile = lambda *_, **__: b"%PDF"
files.os.replace, files.os.fsync, shutil.rmtree = map(counting, (os.replace, os.fsync, shutil.rmtree))
Living(Path(root), day=datetime.fromisoformat(day)).ask(address)
"""


@pytest.fixture
def before(tmp_path, monkeypatch):
    """A review that was searched and screened once, and a PubMed in which much has changed a week later."""
    monkeypatch.setattr(render, "_compile", lambda *_, **__: b"%PDF")
    made = Living.begin(tmp_path / "before")
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


def killed(review, address, last, root):
    """Update in a process of its own that is killed at its call number `last`."""
    arguments = [str(review.root), address, review.day.isoformat(), str(last)]
    ended = subprocess.run([sys.executable, "-c", UPDATE, *arguments], cwd=root, check=False, timeout=120)
    return ended.returncode == -signal.SIGKILL


def tree(review):
    found = {path.relative_to(review.root).as_posix(): path for path in review.root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != LOCK}


def outside_outputs(found):
    return {name: data for name, data in found.items() if not name.startswith("outputs/")}


def test_an_update_that_is_killed_at_any_moment_is_ended_by_the_next_one(before, tmp_path, root, monkeypatch):
    with server.serving(corpus.Held(before.held.values()), today=before.day.date()) as sandbox:
        undisturbed, calls = before.twin(tmp_path / "undisturbed"), []
        with monkeypatch.context() as patch:
            for owner, name in ((files.os, "replace"), (files.os, "fsync"), (shutil, "rmtree")):
                original = getattr(owner, name)
                patch.setattr(owner, name, lambda *a, _call=original, **n: calls.append(1) or _call(*a, **n))
            undisturbed.ask(sandbox.address)
        expected, given = tree(undisturbed), outside_outputs(tree(before))
        for last in range(2, len(calls), len(calls) // POINTS):
            review = before.twin(tmp_path / f"killed-{last}")
            assert killed(review, sandbox.address, last, root)
            assert given.items() <= outside_outputs(tree(review)).items()
            review.ask(sandbox.address)
            found = tree(review)
            assert sorted(found) == sorted(expected)
            assert [name for name in expected if found[name] != expected[name]] == []
