import pytest

from pipeline.cli import main

MADE = ("prisma.svg", "prisma.png", "prisma.pdf", "prisma.csv")


def test_the_published_flow_of_the_second_document_is_drawn_from_its_three_figures(root, tmp_path, capsys):
    counts = root / "docs" / "nigri-2018.counts.yaml"
    assert main.run(["prisma", "--counts", str(counts), "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "PRISMA 2020 flow diagram for a new systematic review: databases and registers only."
    assert out[2] == "Not checked, since a figure is not reported: 3 sums."
    svg = (tmp_path / "out" / "prisma.svg").read_text(encoding="utf-8")
    for words in ("PubMed (n\u00a0=\u00a010,135)", "(n\u00a0=\u00a0476)", "(n\u00a0=\u00a0116)", "not\u00a0reported"):
        assert words in svg
    assert (tmp_path / "out" / "prisma.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "out" / "prisma.pdf").read_bytes().startswith(b"%PDF")


def test_the_r_packages_csv_comes_out_as_it_went_in(root, tmp_path):
    main.run(["prisma", "--counts", str(root / "docs" / "nigri-2018.counts.yaml"), "--out", str(tmp_path / "a")])
    assert main.run(["prisma", "--r-csv", str(tmp_path / "a" / "prisma.csv"), "--out", str(tmp_path / "b")]) == 0
    for name in ("prisma.csv", "prisma.png"):
        first, second = ((tmp_path / folder / name).read_bytes() for folder in "ab")
        assert (first == second) == (name == "prisma.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "counts: {records_screened: 10, records_excluded: 11}",
            "counts.yaml, E7: records_excluded (11) is more than records_screened (10).",
        ),
        (
            "counts:\n  record_screened: 10",
            "counts.yaml, line 2, counts.record_screened: 'record_screened' is no name here; accepted: ",
        ),
        ("counts: {duplicates: many}", "counts.yaml, line 1, counts.duplicates: 'many' is not accepted; accepted: "),
    ],
)
def test_figures_that_cannot_be_are_refused_and_nothing_is_written(tmp_path, monkeypatch, capsys, text, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.yaml").write_text(text)
    assert main.run(["prisma", "--counts", "counts.yaml"]) == 2
    assert capsys.readouterr().err.startswith(says)
    assert [path.name for path in tmp_path.iterdir()] == ["counts.yaml"]


def test_one_file_must_be_named(capsys):
    assert main.run(["prisma"]) == 2
    assert "Name one file: --counts YAML or --r-csv CSV." in capsys.readouterr().err


def test_a_diagram_never_replaces_the_csv_that_it_is_drawn_from(root, tmp_path, capsys):
    main.run(["prisma", "--counts", str(root / "docs" / "nigri-2018.counts.yaml"), "--out", str(tmp_path)])
    before = (tmp_path / "prisma.csv").read_bytes()
    capsys.readouterr()
    assert main.run(["prisma", "--r-csv", str(tmp_path / "prisma.csv"), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.rpartition("/")[2].partition(":")[0] for line in said] == list(MADE)
    assert (tmp_path / "prisma.csv").read_bytes() == before
