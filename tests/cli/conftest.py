"""A small review folder that was run once, offline."""

import shutil

import pytest

from pipeline.cli import main

WORKFLOW = """\
schema: 1
review:
  title: A made-up review
searches:
  pubmed:
    database: PubMed
    query: queries/pubmed.txt
  embase:
    database: Embase
    kind: export
    files: [queries/imports/embase/*]
  lists:
    database: Reference lists
    kind: export
    via: citation-searching
    files: [queries/imports/lists/*]
screening:
  arbiter: C. Third
  reviewers:
    anna: {name: Anna A}
    ben: {}
  stages:
    - {id: title-abstract, name: Title and abstract, maybe: include}
    - id: full-text
      name: Full text
      reports: true
      reasons:
        - {id: population, label: Wrong population}
"""
RECORD = "TY  - JOUR\nAU  - {author}\nTI  - {title}\nPY  - {year}\nJO  - J Fict\nDO  - {doi}\nER  - \n\n"


def ris(*records):
    names = ("author", "title", "year", "doi")
    return "".join(RECORD.format(**dict(zip(names, record, strict=True))) for record in records)


TODAY = "1767225600"  # 2026-01-01


@pytest.fixture(scope="session")
def review_ran(tmp_path_factory):
    """The review of `review`, run once; not to be changed."""
    root = tmp_path_factory.mktemp("review")
    alpha = ("Alpha, A", "A fictitious trial of nothing in alpha people", "2001", "10.1000/alpha")
    beta = ("Beta, B", "A made-up cohort of beta patients without treatment", "2002", "10.1000/beta")
    gamma = ("Gamma, G", "An invented case series about gamma knives", "2003", "10.1000/gamma")
    (root / "workflow.yaml").write_text(WORKFLOW)
    for name, records in (("embase", (alpha, beta)), ("lists", (alpha, gamma))):
        folder = root / "queries" / "imports" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ris").write_text(ris(*records))
    (root / "queries" / "pubmed.txt").write_text("fictitious[tiab]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", TODAY)
        assert main.run(["run", str(root), "--offline"]) == 0
    return root


@pytest.fixture
def review(review_ran, tmp_path, monkeypatch):
    """A review of three citations: two from Embase, one of which a reference list gives too, and one only it gives."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)
    return shutil.copytree(review_ran, tmp_path, dirs_exist_ok=True)
