"""What the documentation says is so: references, links, the two commands, the transcripts."""

import re
import runpy
import shlex
from itertools import takewhile

import pytest

from pipeline.cli import main

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def pages(root):
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def anchors(text):
    """Return the anchors of a page's headings, as GitHub makes them."""
    plain = FENCE.sub("", text)
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold().replace("`", "")).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "write"), [("cli.md", "cli"), ("workflow.md", "workflow")])
def test_the_references_say_what_the_program_says(root, page, write):
    made = runpy.run_path(str(root / "docs/reference.py"))[write]()
    assert (root / "docs" / page).read_text(encoding="utf-8") == made, "run: python docs/reference.py"


def test_every_link_between_pages_leads_somewhere(root):
    broken = []
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        for target in (one or other for one, other in LINK.findall(FENCE.sub("", text))):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            path, _, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            missing = not place.exists()
            if missing or (anchor and place.suffix == ".md" and anchor not in anchors(place.read_text("utf-8"))):
                broken.append(f"{page.relative_to(root)}: {target}")
    assert broken == []


def test_the_first_two_commands_of_the_readme_are_one_line_each(root):
    blocks = [text for kind, text in FENCE.findall((root / "README.md").read_text(encoding="utf-8")) if kind == "sh"]
    assert blocks[:2] == ["bash setup.sh run\n", "bash setup.sh test\n"]
    assert "\nbash setup.sh test\n" in (root / ".ci/run").read_text(encoding="utf-8")


def test_the_locks_name_no_host(root):
    for lock in root.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)
        assert text.count("--hash=sha256:") > text.count("==") > 20


def transcripts(root):
    return [page for page in pages(root) if "```console" in page.read_text(encoding="utf-8")]


def steps(page):
    """List the commands of a page's console blocks, each with the lines that it prints."""
    for kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if kind != "console":
            continue
        lines = text.splitlines()
        while lines:
            command = lines.pop(0)
            assert command.startswith("$ "), f"{page}: {command!r} should begin with '$ '"
            said = list(takewhile(lambda line: not line.startswith("$ "), lines))
            lines = lines[len(said) :]
            yield shlex.split(command[2:], comments=True), said


def fits(said, expected):
    """Say whether printed lines are the expected ones; a line of three dots stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said)) is not None


def test_the_transcripts_are_what_the_commands_print(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 2026-11-22
    monkeypatch.setenv("COLUMNS", "100")
    for page in transcripts(root):
        folder = tmp_path / page.stem
        folder.mkdir()
        monkeypatch.chdir(folder)
        for (program, *arguments), expected in steps(page):
            if program == "cd":
                monkeypatch.chdir(arguments[0])
                continue
            assert program == "living-review"
            capsys.readouterr()
            code = main.run(arguments)
            out, err = capsys.readouterr()
            said = (out + err).replace(str(folder), "~").splitlines() + ([f"(exit code {code})"] if code else [])
            assert fits(said, expected), f"{page.name}: {' '.join(arguments)} printed:\n" + "\n".join(said)
