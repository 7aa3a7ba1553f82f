"""A review as an RO-Crate: every file is in it, described, and nothing else."""

import hashlib
import json
import zipfile
from urllib.parse import unquote

from pipeline.cli import main

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
AUTHOR = "report:\n  authors: [{name: A. Author, orcid: 0000-0002-1825-0097}, {name: B. Author}]\n"


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


def test_the_crate_says_what_the_profile_asks_for(review, tmp_path_factory):
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + AUTHOR)
    assert main.run(["run", str(review), "--offline"]) == 0
    _, by_id = packed(review, tmp_path_factory.mktemp("out") / "a.zip")
    assert by_id["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = by_id["./"]
    assert (root["name"], root["datePublished"]) == ("A made-up review", "2026-01-01")
    assert root["license"] == {"@id": LICENCE}
    assert [by_id[author["@id"]]["name"] for author in root["author"]] == ["A. Author", "B. Author"]
    assert "https://orcid.org/0000-0002-1825-0097" in by_id
    run = by_id["#run"]
    assert {"@id": "workflow.yaml"} in run["object"]
    assert {"@id": "outputs/report.html"} in run["result"]
    named = [*root["hasPart"], *run["object"], *run["result"], run["instrument"]]
    assert [one for one in named if one["@id"] not in by_id] == []


def test_the_same_review_gives_the_same_bytes_and_replaces_nothing_unasked(review, tmp_path_factory, capsys):
    out = tmp_path_factory.mktemp("out")
    packed(review, out / "a.zip")
    packed(review, out / "b.zip")
    assert (out / "a.zip").read_bytes() == (out / "b.zip").read_bytes()
    assert main.run(["crate", str(out / "a.zip"), str(review), "--license", LICENCE]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main.run(["crate", str(out / "a.zip"), str(review), "--license", LICENCE, "--force"]) == 0
    assert main.run(["crate", str(out / "c.zip"), str(review), "--license", "CC BY"]) == 2


def test_a_review_that_was_never_run_cannot_be_packed(tmp_path, capsys):
    assert main.run(["init", str(tmp_path / "new")]) == 0
    assert main.run(["crate", str(tmp_path / "a.zip"), str(tmp_path / "new"), "--license", LICENCE]) == 2
    assert "there is nothing to pack. Run 'living-review run' first." in capsys.readouterr().err
