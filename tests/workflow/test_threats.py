"""Hostile files in a review folder: refused in one sentence, and nothing outside it is read."""

import gzip
import io
import sys

import pytest

from pipeline import formats
from pipeline.cli import terminal
from pipeline.errors import Fault, FormatError, ProtocolError
from pipeline.workflow import practice
from pipeline.workflow.account import Account
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.run import Result, Stage
from pipeline.workflow.stages import collect
from tests.workflow.living import Living

PUBMED = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY out SYSTEM "{}">
]>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">900000001</PMID>
<Article><ArticleTitle>Before &b; &out; after</ArticleTitle></Article>
</MedlineCitation></PubmedArticle></PubmedArticleSet>
"""


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    review = tmp_path / "review"
    review.mkdir()
    (review / "workflow.yaml").write_text("schema: 1\n")
    (review / "link.txt").symlink_to(tmp_path / "secret.txt")
    (review / "room").symlink_to(tmp_path)
    folder = ReviewFolder(review)
    for path in ("link.txt", "room/secret.txt"):
        with pytest.raises(ProtocolError, match="leads out of the review folder"):
            folder.read(path)
        with pytest.raises(ProtocolError, match="leads out of the review folder"):
            folder.create(path, b"overwritten")
    assert (tmp_path / "secret.txt").read_text() == "secret"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_the_copy_for_the_sandbox_is_not_made_where_a_link_leads(tmp_path):
    review = tmp_path / "review"
    (tmp_path / "elsewhere").mkdir()
    review.mkdir()
    (review / "workflow.yaml").write_text("schema: 1\n")
    (review / "sandbox").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProtocolError, match="leads out of the review folder"):
        practice.copy(ReviewFolder(review))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_export_in_xml_reads_no_file_and_grows_no_entity(tmp_path):
    (tmp_path / "other.txt").write_text("hidden words")
    data = PUBMED.format((tmp_path / "other.txt").as_uri()).encode()
    found = list(formats.read(io.BytesIO(data), name="x.xml", search="s"))
    assert {type(each) for each in found} == {Fault}
    assert "hidden words" not in str(found)
    assert "a" * 11 not in str(found)


def test_a_page_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    living = Living.begin(tmp_path / "review")
    living.update()
    (page,) = (living.root / "queries/runs").rglob("*.xml.gz")
    monkeypatch.setattr(collect, "LARGEST", 10_000)
    page.write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(FormatError, match=r"this page is not what PubMed delivered \(it unpacks to more than 10,000"):
        living.run()


def test_a_title_cannot_steer_the_terminal(capsys):
    line = "\x1b]0;owned\x07 \u202edetrevni\u202c \x9b31m"
    stage = Stage(name="s", title="Stage", run=lambda _: Account())
    terminal.tell(terminal.console(), Result(stage=stage, because="it is new", account=Account(did=(line,))))
    said = capsys.readouterr().out
    assert said == "Stage\n  �]0;owned� �detrevni� �31m\n"
