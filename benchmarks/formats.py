"""How fast files of records are read, and in how much memory, beside the libraries that read one format each.

    python benchmarks/formats.py --peers FOLDER --xml FILE [--records 20000] [--files FOLDER] [--times 3] [--big]

FOLDER for --peers is made if need be: a virtual environment with rispy, nbib, bibtexparser and pubmed_parser. FILE is
any PubMed XML file, for example one of NLM's yearly files; its first records are written in every other format by this
project, so that every reader gets the same records. --files adds genuine exports: every *.ris and *.nbib below a
folder, each repeated a hundred times. --big adds a RIS file of 200 MB, which is only streamed.

Each reading is a process of its own; CPU seconds do not count the start of Python and the imports; medians. The peers
return lists, so this project's records are kept in a list too; its last column is its peak when they stream by, which
is how the pipeline reads. rispy, nbib and bibtexparser hand out texts by tag, pubmed_parser fewer fields: names, dates,
page ranges, identifiers and languages are read by this project alone.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PEERS = ("rispy", "nbib", "bibtexparser", "pubmed_parser")
BIG = 200_000_000
MEASURED = """
import json, resource, sys, time
{imports}
path = sys.argv[1]
start = time.process_time()
{call}
used = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"records": count, "cpu": used, "peak": peak / 1024}}))
"""
OURS = """
from pipeline import formats
from pipeline.records.record import Record
# reads
kept = [each for each in formats.read(open(path, "rb"), name=path, search="b") if isinstance(each, Record)]
count = len(kept)
"""
STREAMING = OURS.replace("kept = [each for", "count = sum(1 for").replace("Record)]\ncount = len(kept)", "Record))")
READERS: dict[str, dict[str, str]] = {
    "gz": {
        "pubmed_parser": """
import pubmed_parser
# reads
settings = {"year_info_only": False, "nlm_category": False, "author_list": True}
kept = list(pubmed_parser.parse_medline_xml(path, **settings))
count = len(kept)
"""
    },
    "ris": {"rispy": "import rispy\n# reads\nkept = rispy.load(open(path, encoding='utf-8'))\ncount = len(kept)"},
    "nbib": {"nbib": "import nbib\n# reads\nkept = nbib.read_file(path)\ncount = len(kept)"},
    "bib": {
        "bibtexparser": """
import bibtexparser
# reads
kept = bibtexparser.parse_file(path)
count = len(kept.entries)
""",
        "bibtexparser, names and LaTeX": """
import bibtexparser
from bibtexparser import middlewares
# reads
full = [middlewares.LatexDecodingMiddleware(), middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
kept = bibtexparser.parse_file(path, append_middleware=full)
count = len(kept.entries)
""",
    },
    "csv": {
        "csv.DictReader": """
import csv
csv.field_size_limit(10**9)
# reads
kept = list(csv.DictReader(open(path, encoding="utf-8-sig", newline="")))
count = len(kept)
"""
    },
    "json": {"json": "import json\n# reads\nkept = json.load(open(path, encoding='utf-8'))\ncount = len(kept)"},
}


def prepare(folder: Path) -> Path:
    """Make the environment of the peers and unpack the genuine files; return its Python."""
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def write_all(xml: Path, folder: Path, records: int) -> None:
    """Write the first records of a PubMed file as XML and in the other formats."""
    from pipeline import formats
    from pipeline.records.record import Record

    data = xml.read_bytes()
    ends = [found.end() for found in re.finditer(rb"</PubmedArticle>", data)][:records]
    path = folder / "pubmed.gz"  # pubmed_parser reads no other XML
    path.write_bytes(gzip.compress(data[: ends[-1]] + b"\n</PubmedArticleSet>\n"))
    with path.open("rb") as stream:
        reading = formats.read(stream, name=path.name, search="b")
        kept = [record for record in reading if isinstance(record, Record)]
    for name, suffix in (("ris", "ris"), ("nbib", "nbib"), ("bibtex", "bib"), ("csv", "csv"), ("csl-json", "json")):
        written = b"".join(formats.write(kept, format=name))
        if name == "nbib":  # the library reads no ISSN without its kind
            written = re.sub(rb"(?m)^IS  - .*", rb"\g<0> (Linking)", written)
        (folder / f"pubmed.{suffix}").write_bytes(written)


def measure(python: Path | str, code: str, path: Path, times: int) -> dict[str, float]:
    """Run one reading in processes of its own; return the medians."""
    imports, _, call = code.partition("# reads")
    script = MEASURED.format(imports=imports, call=call)
    root = Path(__file__).resolve().parent.parent
    found = []
    for _ in range(times):
        run = subprocess.run(
            [python, "-c", script, path], capture_output=True, check=False, text=True, cwd=root, env=os.environ
        )
        if run.returncode:
            return {"records": 0, "cpu": 0.0, "peak": 0.0}
        found.append(json.loads(run.stdout.splitlines()[-1]))
    return {key: statistics.median(each[key] for each in found) for key in found[0]}


def show(path: Path, python: Path, times: int) -> None:
    """Measure every reader on one file and print its lines."""
    megabytes = path.stat().st_size / 1e6
    ours = measure(sys.executable, OURS, path, times)
    stream = measure(sys.executable, STREAMING, path, times)
    print(f"\n{path.name}  {megabytes:.1f} MB")
    for name, code in [("living-review", OURS), *READERS[path.suffix[1:]].items()]:
        found = ours if code is OURS else measure(python, code, path, times)
        rate = found["records"] / found["cpu"] if found["cpu"] else 0
        ratio = f"{found['cpu'] / ours['cpu']:.2f}" if found["cpu"] else "failed"
        streaming = f"{stream['peak']:8.0f}" if code is OURS else ""
        print(
            f"  {name:30} {found['records']:7,.0f} records {found['cpu']:8.2f} CPU s {rate:9,.0f}/s "
            f"{ratio:>7} x {found['peak']:8.0f} MB {streaming}"
        )


def show_big(source: Path, folder: Path) -> None:
    """Stream a RIS file of 200 MB, made of another again and again, and print what it takes."""
    path, data = folder / "big.ris", source.read_bytes()
    with path.open("wb") as out:
        while out.tell() < BIG:
            out.write(data)
    found = measure(sys.executable, STREAMING, path, 1)
    print(
        f"\n{path.name}  {path.stat().st_size / 1e6:.0f} MB, streamed: {found['records']:,.0f} records, "
        f"{found['cpu']:.1f} CPU s, at most {found['peak']:.0f} MB of memory"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--xml", type=Path, required=True)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--files", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--big", action="store_true")
    arguments = parser.parse_args()
    python = prepare(arguments.peers)
    print("reader                                 records         CPU        rate  CPU : ours     peak, streaming")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        # in a process of its own, since a child's peak counts what its parent held when it was started
        writing = multiprocessing.get_context("spawn").Process(
            target=write_all, args=(arguments.xml, folder, arguments.records)
        )
        writing.start()
        writing.join()
        if arguments.big:
            show_big(folder / "pubmed.ris", folder)
        for path in sorted(folder.glob("pubmed.*"), reverse=True):
            show(path, python, arguments.times)
        if arguments.files:
            for source in sorted([*arguments.files.rglob("*.ris"), *arguments.files.rglob("*.nbib")]):
                path = folder / source.name
                path.write_bytes((source.read_bytes().removeprefix(b"\xef\xbb\xbf").rstrip() + b"\n\n") * 100)
                show(path, python, arguments.times)


if __name__ == "__main__":
    main()
