"""The project's own checks, site and release: the files say what exists, and the guards of a release hold."""

import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml

from pipeline import __version__

FILES = re.compile(r"(?<![\w/-])(?:\.ci/[\w-]+|[\w-]+\.(?:sh|toml|lock|yml))(?![\w/])")
EXTRAS = re.compile(r"\[([a-z,]+)\]")
needs_bash = pytest.mark.skipif(sys.platform == "win32", reason="releases are made where bash is at home")


def workflows(root):
    return {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in root.glob(".github/workflows/*.yml")
    }


def jobs(root):
    return [(name, job) for file in workflows(root).values() for name, job in file["jobs"].items()]


def commands(root):
    return [step["run"] for _, job in jobs(root) for step in job["steps"] if "run" in step]


def test_every_job_ends_in_time_and_waits_for_jobs_that_exist(root):
    known = {name for name, _ in jobs(root)}
    assert known == {"locked", "build", "wheel", "tests", "docs"}
    for name, job in jobs(root):
        assert job["timeout-minutes"] > 0, name
        assert {job.get("needs", "build")} <= known, name


def test_the_checks_name_files_and_extras_that_exist(root):
    said = "\n".join(commands(root))
    named = set(FILES.findall(said))
    assert {".ci/run", ".ci/build", ".ci/try-wheel", "pyproject.toml"} <= named
    assert [name for name in sorted(named) if not (root / name).is_file()] == []
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert (
        {name for names in EXTRAS.findall(said) for name in names.split(",")}
        == {"test", "scale", "docs"}
        <= set(extras)
    )


def test_the_wheel_is_built_once_and_every_machine_takes_that_file(root):
    assert sum(".ci/build" in command for command in commands(root)) == 1
    for name in ("wheel", "tests"):
        job = dict(jobs(root))[name]
        assert job["needs"] == "build"
        assert any(step.get("uses", "").startswith("actions/download-artifact@") for step in job["steps"])
        assert {each.partition("-")[0] for each in job["strategy"]["matrix"]["os"]} == {"ubuntu", "macos", "windows"}


def test_the_site_shows_every_page_once(root):
    def leaves(nav):
        for entry in nav:
            for page in entry.values():
                yield from [page] if isinstance(page, str) else leaves(page)

    site = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    shown = list(leaves(site["nav"]))
    added = {"index.md", "CONTRIBUTING.md", "CHANGES.md"}
    assert sorted(shown) == sorted({path.name for path in root.glob("docs/*.md")} | added)
    assert all((root / hook).is_file() for hook in site["hooks"])


@pytest.fixture
def project(root, tmp_path):
    """A repository that holds no more than a release looks at; its tests and its build say only that they ran."""
    shutil.copy(root / "release.sh", tmp_path)
    for name, text in {
        "pipeline/__init__.py": (root / "pipeline/__init__.py").read_text(encoding="utf-8"),
        "CHANGES.md": f"# Changes\n\n## {__version__} (2026-11-22)\n",
        "setup.sh": "echo tested\n",
        ".ci/build": 'mkdir -p "$1"; touch "$1/fictitious.whl"\n',
        ".ci/try-wheel": 'echo "tried $(basename "$1")"\n',
        ".gitignore": "/dist/\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def git(folder, *arguments):
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.split()


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a state")


def release(folder, *arguments):
    git(folder, "config", "user.name", "Nobody")
    git(folder, "config", "user.email", "nobody@example.org")
    done = subprocess.run(["bash", "release.sh", *arguments], cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines(), done.stderr


@needs_bash
def test_a_release_tests_builds_tries_and_tags_in_this_order(project):
    code, out, err = release(project, __version__)
    assert (code, out[:2], err) == (0, ["tested", "tried fictitious.whl"], "")
    assert git(project, "tag") == [f"v{__version__}"]


@needs_bash
def test_a_dry_run_sets_no_tag(project):
    code, out, _ = release(project, __version__, "--dry-run")
    assert (code, out[-1]) == (0, "A release could be made; no tag was set.")
    assert git(project, "tag") == []


@needs_bash
@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("pipeline/__init__.py", '__version__ = "9.9.9"\n', f'says "9.9.9", not "{__version__}".'),
        ("CHANGES.md", f"## {__version__} (unreleased)\n", f"no heading '## {__version__} (YYYY-MM-DD)'"),
    ],
)
def test_a_release_whose_files_say_something_else_is_refused(project, file, text, says):
    (project / file).write_text(text, encoding="utf-8")
    commit(project)
    code, out, err = release(project, __version__)
    assert (code, out) == (2, [])
    assert says in err
    assert git(project, "tag") == []


@needs_bash
def test_changes_that_are_not_committed_another_branch_and_a_known_tag_are_all_said_at_once(project):
    (project / "setup.sh").write_text("exit 1\n", encoding="utf-8")
    git(project, "tag", f"v{__version__}")
    git(project, "switch", "-q", "-c", "other")
    code, _, err = release(project, __version__)
    assert code == 2
    assert "not committed: M setup.sh" in err
    assert "the branch 'other', not main" in err
    assert f"the tag v{__version__} exists already" in err


@needs_bash
@pytest.mark.parametrize("file", ["setup.sh", ".ci/build", ".ci/try-wheel"])
def test_no_tag_is_set_where_the_tests_the_build_or_the_trial_fail(project, file):
    (project / file).write_text("exit 1\n", encoding="utf-8")
    commit(project)
    code, _, _ = release(project, __version__)
    assert code == 1
    assert git(project, "tag") == []
