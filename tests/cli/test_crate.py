"""A review as an RO-Crate: every file is in it, described, and nothing else."""

import hashlib
import json
import re
import zipfile
from urllib.parse import unquote

import pytest

from pipeline import __version__
from pipeline.cli import main

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
AUTHORS = """\
report:
  authors:
    - {name: A. Author, orcid: 0000-0002-1825-0097, affiliation: A University}
    - {name: B. Author, affiliation: A University}
    - {name: C. Author}
"""


def packed(review, out, *more):
    assert main.run(["crate", str(out), str(review), "--license", LICENCE, *more]) == 0
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    graph = json.loads(files["ro-crate-metadata.json"])["@graph"]
    return files, {entity["@id"]: entity for entity in graph}


def test_every_file_of_the_review_is_in_the_crate_with_its_hash(review, tmp_path_factory):
    files, by_id = packed(review, tmp_path_factory.mktemp("out") / "a.zip")
    described = {unquote(name): entity for name, entity in by_id.items() if entity["@type"] == "File"}
    assert sorted(described) == sorted(set(files) - {"ro-crate-metadata.json"})
    for name, entity in described.items():
        assert entity["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert entity["contentSize"] == str(len(files[name]))
    assert {"workflow.yaml", "outputs/report.html", "queries/imports/embase/embase.ris"} <= set(files)
    assert not [name for name in files if name.startswith(".") or "/." in name]


def references(value):
    """Walk through an entity, and name every other to which it refers."""
    if isinstance(value, dict):
        yield from [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


@pytest.mark.parametrize("more", ["", AUTHORS])
def test_the_graph_is_flat_and_whole(review, tmp_path, more):
    """Source: RO-Crate 1.1, appendix "RO-Crate JSON-LD", and "Root Data Entity", "Data Entities": what MUST be."""
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + more)
    (review / "queries/imports/embase/50% of it & é.ris").write_text("")
    files, by_id = packed(review, tmp_path / "a.zip")
    written = json.loads(files["ro-crate-metadata.json"])
    assert written["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert len(by_id) == len(written["@graph"])
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert all(isinstance(entity["@type"], str) for entity in by_id.values())
    told = {name for entity in by_id.values() for name in references(list(entity.values()))}
    assert sorted(told - set(by_id)) == ["https://w3id.org/ro/crate/1.1"]
    assert sorted(set(by_id) - told - {"ro-crate-metadata.json"}) == []
    for name, entity in by_id.items():
        assert re.fullmatch(r"[\w.~%:/#?@-]+", name, re.ASCII), name
        if entity["@type"] == "File":
            assert {"@id": name} in by_id["./"]["hasPart"]
            assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", entity["encodingFormat"])


def test_the_crate_says_who_made_what_of_what(review, tmp_path):
    """Source: RO-Crate 1.1, "Root Data Entity" and "Contextual Entities"; Process Run Crate 0.5."""
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + AUTHORS)
    assert main.run(["run", str(review), "--offline"]) == 0
    _, by_id = packed(review, tmp_path / "a.zip")
    root = by_id["./"]
    assert (root["name"], root["datePublished"]) == ("A made-up review", "2026-01-01")
    assert root["license"] == {"@id": LICENCE}
    assert by_id[root["conformsTo"]["@id"]]["name"] == "Process Run Crate"
    authors = [by_id[author["@id"]] for author in root["author"]]
    assert [author["name"] for author in authors] == ["A. Author", "B. Author", "C. Author"]
    assert authors[0]["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert authors[0]["affiliation"] == authors[1]["affiliation"]
    assert by_id[authors[0]["affiliation"]["@id"]] == {
        "@id": "#affiliation-1",
        "@type": "Organization",
        "name": "A University",
    }
    run = by_id["#run"]
    assert {"@id": "workflow.yaml"} in run["object"]
    assert {"@id": "outputs/report.html"} in run["result"]
    assert run["endTime"] == "2026-01-01"
    assert by_id[run["instrument"]["@id"]]["softwareVersion"] == __version__


def test_a_crate_without_authors_says_that_it_has_none(review, tmp_path, capsys):
    _, by_id = packed(review, tmp_path / "a.zip")
    assert "author" not in by_id["./"]
    assert "look: The crate names no author: set 'report: authors:' in workflow.yaml." in capsys.readouterr().out


def test_the_same_review_gives_the_same_bytes_and_replaces_nothing_unasked(review, tmp_path_factory, capsys):
    out = tmp_path_factory.mktemp("out")
    packed(review, out / "a.zip")
    packed(review, out / "b.zip")
    assert (out / "a.zip").read_bytes() == (out / "b.zip").read_bytes()
    assert main.run(["crate", str(out / "a.zip"), str(review), "--license", LICENCE]) == 2
    assert "the file is already there" in capsys.readouterr().err
    assert main.run(["crate", str(out / "a.zip"), str(review), "--license", LICENCE, "--force"]) == 0
    assert main.run(["crate", str(out / "c.zip"), str(review), "--license", "CC BY"]) == 2


def test_a_review_that_was_never_run_cannot_be_packed(tmp_path, capsys):
    assert main.run(["init", str(tmp_path / "new")]) == 0
    assert main.run(["crate", str(tmp_path / "a.zip"), str(tmp_path / "new"), "--license", LICENCE]) == 2
    assert "there is nothing to pack. Run 'living-review run' first." in capsys.readouterr().err
