"""The workflow for GitHub, run step by step in a real repository; only `gh` and the update itself are stand-ins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.workflow import schedules
from pipeline.workflow.schedules import When

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs on Ubuntu, with bash and GNU tools")

# `gh` in front of a folder: one file for each pull request and issue that is open, and a list of all calls.
GH = """\
#!/bin/sh
cd "$FORGE" && echo "$@" >> calls
case "$*" in
  *--body-file*) for last; do :; done; cp "$last" "body_$1" ;;
esac
case "$1 $2" in
  "pr list") case "$*" in *merged*) cat merged ;; *) cat pr ;; esac 2>/dev/null || true ;;
  "pr create") echo 7 > pr ;;
  "issue list") cat issue 2>/dev/null || true ;;
  "issue create") echo 3 > issue ;;
  "issue close") rm issue ;;
  "api --method") exit 1 ;;
esac
"""
# An update: adds what stands in $FOUND to the history, tells it, and ends with $CODE.
UPDATE = """\
#!/bin/sh
for review; do :; done
mkdir -p "$review/queries/runs" "$review/outputs"
echo "asked $*"
[ -n "$FOUND" ] || exit "$CODE"
echo run > "$review/queries/runs/$FOUND"
echo "Found é $FOUND." > "$review/outputs/whats_new.md"
exit "$CODE"
"""


class Forge:
    """A repository whose workflow is run as GitHub would: a fresh checkout, then one step after the other."""

    def __init__(self, folder: Path):
        self.folder, self.origin, self.state = folder, folder / "origin.git", folder / "forge"
        self.runs = 0
        for made in (self.state, folder / "bin"):
            made.mkdir()
        for name, text in (("gh", GH), ("living-review", UPDATE), ("python", "#!/bin/sh\n")):
            (folder / "bin" / name).write_text(text, encoding="utf-8")
            (folder / "bin" / name).chmod(0o755)
        when = When(day="monday", hour=4, minute=17)
        (text,) = schedules.fill(
            "github", when, folder=Path("my review"), program=Path("python"), version="1.2.3"
        ).values()
        self.workflow = yaml.safe_load(text)
        self.git(folder, "init", "-q", "--bare", "-b", "main", str(self.origin))
        self.commit("my review/workflow.yaml", "title: A review\n")

    def git(self, where, *arguments):
        who = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org")
        done = subprocess.run(["git", *who, *arguments], cwd=where, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    def commit(self, path, text, branch="main"):
        """Change a file as a person does, in a clone of their own."""
        person = self.folder / "person"
        if not person.exists():
            self.git(self.folder, "clone", "-q", str(self.origin), str(person))
            self.git(person, "checkout", "-q", "-B", "main")
        self.git(person, "fetch", "-q", "origin")
        self.git(person, "checkout", "-q", "-B", branch, *([f"origin/{branch}"] if self.tip(branch) else []))
        (person / path).parent.mkdir(parents=True, exist_ok=True)
        (person / path).write_text(text, encoding="utf-8")
        self.git(person, "add", "-A")
        self.git(person, "commit", "-q", "-m", f"Change {path}")
        self.git(person, "push", "-q", "origin", branch)

    def squash(self):
        """Merge the pull request as one new commit, and leave its branch."""
        person = self.folder / "person"
        (self.state / "merged").write_text(self.tip("living-review/update")[0] + "\n")
        (self.state / "pr").unlink()
        self.git(person, "fetch", "-q", "origin")
        self.git(person, "checkout", "-q", "-B", "main", "origin/main")
        self.git(person, "merge", "-q", "--squash", "origin/living-review/update")
        self.git(person, "commit", "-q", "-m", "What is new")
        self.git(person, "push", "-q", "origin", "main")

    def tip(self, branch):
        return self.git(self.origin, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def files(self, branch="living-review/update"):
        return self.git(self.origin, "ls-tree", "-r", "--name-only", branch)

    def show(self, path, branch="living-review/update"):
        return self.git(self.origin, "show", f"{branch}:{path}")

    @property
    def calls(self):
        """Return what was asked of the forge, two words a call; listing and asking to stay scheduled apart."""
        calls = [" ".join(line.split()[:2]) for line in (self.state / "calls").read_text().splitlines()]
        (self.state / "calls").write_text("")
        return [call for call in calls if not call.endswith(("list", "--method"))]

    def run(self, found="", code=0):
        """Run all steps; return whether the job succeeded."""
        self.runs += 1
        room = self.folder / f"run{self.runs}"
        self.git(self.folder, "clone", "-q", str(self.origin), str(room / "checkout"))
        output = room / "output"
        output.touch()
        env = os.environ | {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(room), "RUNNER_TEMP": str(room), "GITHUB_OUTPUT": str(output),
            "GITHUB_REF_NAME": "main", "GITHUB_REPOSITORY": "anna/review",
            "GITHUB_WORKFLOW_REF": "anna/review/.github/workflows/living-review.yml@refs/heads/main",
            "FORGE": str(self.state), "FOUND": found, "CODE": str(code),
            "BRANCH": self.workflow["env"]["BRANCH"], "REVIEW": self.workflow["env"]["REVIEW"],
        }  # fmt: skip
        status = "success"
        for step in self.workflow["jobs"]["update"]["steps"]:
            if "run" not in step or (status == "failure" and "if" not in step):
                continue
            said = {
                "${{ steps.update.outputs.code }}": output.read_text().strip().removeprefix("code="),
                "${{ job.status }}": status,
            }
            # a secret that is not set is empty, as GitHub has it
            asked = step.get("env", {}).items()
            mine = {name: said.get(value, "" if "secrets." in value else value) for name, value in asked}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=room / "checkout", env=env | mine, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode and not step.get("continue-on-error"):
                status = "failure"
        return status == "success"


@pytest.fixture
def forge(tmp_path):
    return Forge(tmp_path)


RUNS = "my review/queries/runs"


def test_what_is_new_comes_as_one_branch_and_one_pull_request_and_the_second_time_is_added(forge):
    assert forge.run(found="first")
    assert forge.calls == ["pr create"]
    assert (forge.state / "body_pr").read_text() == "Found é first.\n"
    assert forge.run(found="second")
    assert forge.calls == ["pr edit"]
    assert (forge.state / "body_pr").read_text() == "Found é second.\n"
    assert {f"{RUNS}/first", f"{RUNS}/second"} <= set(forge.files())
    assert forge.files("main") == ["my review/workflow.yaml"]


def test_an_update_that_adds_nothing_leaves_no_trace(forge):
    assert forge.run()
    assert (forge.calls, forge.tip("living-review/update")) == ([], [])


def test_a_text_that_is_too_long_for_github_is_cut_between_two_lines(forge):
    forge.run(found="first")
    long = "a line, ä\n" * 8_000
    forge.commit("my review/outputs/whats_new.md", long, branch="living-review/update")
    assert forge.run()
    assert forge.calls == ["pr create", "pr edit"]
    body = (forge.state / "body_pr").read_text(encoding="utf-8")
    assert body == "a line, ä\n" * (60_000 // 11) + "\n(There is more in my review/outputs/whats_new.md.)\n"


def test_failures_keep_one_issue_open_and_a_success_closes_it(forge):
    assert not forge.run(code=2)
    assert forge.calls == ["issue create"]
    assert "asked update --notify --retries 3 my review" in (forge.state / "body_issue").read_text()
    assert not forge.run(code=2)
    assert forge.calls == ["issue comment"]
    assert forge.run()
    assert forge.calls == ["issue close"]


def test_what_was_found_is_kept_where_another_source_could_not_be_reached(forge):
    assert not forge.run(found="half", code=3)
    assert forge.calls == ["pr create", "issue create"]
    assert f"{RUNS}/half" in forge.files()


@pytest.mark.parametrize("filled_in", [True, False])
def test_after_a_merge_by_squashing_the_branch_begins_anew(forge, filled_in):
    forge.run(found="first")
    forge.squash()
    if filled_in:
        forge.commit(f"{RUNS}/first", "changed on main after the merge\n")
    assert forge.calls == ["pr create"]
    assert forge.run(found="second")
    assert forge.calls == ["pr create"]
    assert forge.git(forge.origin, "log", "--format=%s", "main..living-review/update") == [
        f"Update of {forge.git(forge.origin, 'log', '-1', '--format=%cs', 'living-review/update')[0]}"
    ]


def test_what_is_derived_never_stands_in_the_way(forge):
    forge.run(found="first")
    forge.commit("my review/outputs/whats_new.md", "Made on somebody's own machine.\n")
    forge.commit("my review/screening/anna.csv", "include\n")
    assert forge.run(found="second")
    assert forge.show("my review/outputs/whats_new.md") == ["Found é second."]
    assert forge.show("my review/screening/anna.csv") == ["include"]


def test_a_conflict_between_people_is_named_in_the_issue_and_changes_nothing(forge):
    forge.run(found="first")
    before = forge.tip("living-review/update")
    forge.commit("my review/workflow.yaml", "title: One\n")
    forge.commit("my review/workflow.yaml", "title: Two\n", branch="living-review/update")
    before = forge.tip("living-review/update")
    assert forge.calls == ["pr create"]
    assert not forge.run(found="second")
    assert forge.calls == ["issue create"]
    assert "conflict in my review/workflow.yaml" in (forge.state / "body_issue").read_text()
    assert forge.tip("living-review/update") == before
