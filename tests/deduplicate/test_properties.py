"""What is true of every library."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.deduplicate.citation import Deduplication, Verdict
from pipeline.deduplicate.clusters import deduplicate
from pipeline.deduplicate.features import features
from pipeline.deduplicate.judging import contradiction, identity_contradiction
from pipeline.records.record import Author, Origin, Record, to_line
from tests.deduplicate.strategies import libraries

LIBRARY = settings(max_examples=40)


def clusters(found: Deduplication) -> set[frozenset[str]]:
    return {frozenset(citation.members) for citation in found.citations}


def together(found: Deduplication) -> set[frozenset[str]]:
    return {frozenset(two) for citation in found.citations for two in combinations(citation.members, 2)}


@LIBRARY
@given(libraries())
def test_every_record_is_in_exactly_one_citation(records):
    members = [name for citation in deduplicate(records).citations for name in citation.members]
    assert sorted(members) == sorted(record.id for record in records)


@LIBRARY
@given(libraries())
def test_a_citation_is_named_after_the_member_that_was_retrieved_first(records):
    place = {record.id: number for number, record in enumerate(records)}
    for citation in deduplicate(records).citations:
        assert citation.id == citation.members[0] == citation.record.id == min(citation.members, key=place.__getitem__)


@LIBRARY
@given(libraries(), st.randoms(use_true_random=False))
def test_any_order_joins_the_same_records(records, chance):
    shuffled = chance.sample(records, len(records))
    assert clusters(deduplicate(shuffled)) == clusters(deduplicate(records))


@LIBRARY
@given(libraries(), st.randoms(use_true_random=False))
def test_with_ranks_any_order_gives_the_same_bytes(records, chance):
    ranks = {record.id: number for number, record in enumerate(records)}
    shuffled = chance.sample(records, len(records))
    one, other = deduplicate(records, ranks=ranks), deduplicate(shuffled, ranks=ranks)
    assert one == other
    assert [to_line(citation) for citation in one.citations] == [to_line(citation) for citation in other.citations]


@LIBRARY
@given(libraries())
def test_no_citation_holds_two_records_that_contradict_unless_a_rule_joined_just_these(records):
    found = deduplicate(records)
    made = {record.id: features(record) for record in records}
    name = {member: citation.id for citation in found.citations for member in citation.members}
    joined = {frozenset((pair.a, pair.b)) for pair in found.pairs if pair.verdict == "duplicate"}
    # An identifier that two clusters share outweighs a page or a volume.
    by_identifier = {name[pair.a] for pair in found.pairs if pair.rule == "same-identifier"}
    for two in together(found) - joined:
        a, b = two
        against = identity_contradiction if name[a] in by_identifier else contradiction
        assert against(made[a], made[b]) == ""


@LIBRARY
@given(libraries())
def test_records_with_two_dois_are_never_joined_by_a_rule(records):
    made = {record.id: features(record) for record in records}
    for two in together(deduplicate(records)):
        a, b = two
        assert made[a].doi == made[b].doi or not made[a].doi or not made[b].doi


@LIBRARY
@given(libraries(), st.data())
def test_a_copy_of_a_record_is_always_joined_to_it(records, data):
    chosen = data.draw(st.sampled_from(records))
    copy = replace(chosen, id="s:copy")
    assert frozenset((chosen.id, copy.id)) in together(deduplicate([*records, copy]))


@LIBRARY
@given(libraries(), st.data())
def test_a_copy_of_a_record_joins_nothing_else(records, data):
    chosen = data.draw(st.sampled_from(records))
    copy = replace(chosen, id="s:copy")
    with_copy = {frozenset(names - {copy.id}) for names in clusters(deduplicate([*records, copy]))} - {frozenset()}
    assert with_copy == clusters(deduplicate(records))


@LIBRARY
@given(libraries(), st.data())
def test_removing_a_record_joins_others_only_where_it_had_contradicted_one_of_them(records, data):
    removed = data.draw(st.sampled_from(records))
    before = deduplicate(records)
    after = deduplicate([record for record in records if record is not removed])
    newly = together(after) - together(before)
    if newly:
        assert any("would come together" in pair.reason for pair in before.pairs)


def _last_f(author: Author) -> Author:
    return Author(family=author.family, given="".join(part[0] for part in author.given.split()))


def _f_last(author: Author) -> Author:
    return Author(family=f"{author.given[0]}. {author.family}")


def _one_field(author: Author) -> Author:
    return Author(family=f"{author.family} {''.join(part[0] for part in author.given.split())}")


def _glue(authors: tuple[Author, ...]) -> tuple[Author, ...]:
    return (Author(family="".join(f"{author.family} {author.given[0]}." for author in authors)),) if authors else ()


STYLES = {
    "Last, F": lambda record: replace(record, authors=tuple(map(_last_f, record.authors))),
    "F. Last": lambda record: replace(record, authors=tuple(map(_f_last, record.authors))),
    "Last F": lambda record: replace(record, authors=tuple(map(_one_field, record.authors))),
    "glued": lambda record: replace(record, authors=_glue(record.authors)),
    "capitals": lambda record: replace(
        record,
        title=record.title.upper(),
        journal=record.journal.upper(),
        authors=tuple(Author(family=a.family.upper(), given=a.given.upper()) for a in record.authors),
    ),
    "no diacritics": lambda record: replace(
        record,
        authors=tuple(Author(family=a.family.translate(PLAIN), given=a.given.translate(PLAIN)) for a in record.authors),
    ),
    "Ovid": lambda record: replace(record, title=f"[{record.title}]. [German]" if record.title else ""),
    "no markup": lambda record: replace(record, title=record.title.replace("tumours", "<i>tumours</i>")),
    "DOI as address": lambda record: replace(record, doi=record.doi.upper()),
    "abbreviated": lambda record: replace(
        record,
        journal={
            "Journal of Invented Oncology": "J Invent Oncol",
            "Annals of Fictitious Surgery": "Ann. Fict. Surg.",
            "The Lancet. Invention": "Lancet Invent",
            "": "",
        }[record.journal],
    ),
}
PLAIN = str.maketrans("Öüö", "Ouo")


@pytest.mark.parametrize("style", STYLES)
@LIBRARY
@given(libraries(), st.randoms(use_true_random=False))
def test_how_a_database_writes_a_record_changes_nothing(style, records, chance):
    # A record without title and identifier says too little: only one that is the same to the letter is joined to it.
    records = [record for record in records if record.title or record.doi]
    rewritten = [STYLES[style](record) if chance.random() < 0.5 else record for record in records]
    assert clusters(deduplicate(rewritten)) == clusters(deduplicate(records))


@LIBRARY
@given(libraries(), st.data())
def test_new_records_give_what_a_full_run_gives_and_judge_only_what_is_new(records, data):
    at = data.draw(st.integers(0, len(records)))
    old, full = records[:at], deduplicate(records)
    grown = deduplicate(records, earlier=deduplicate(old))
    assert (grown.citations, grown.pairs) == (full.citations, full.pairs)
    assert grown.judged <= full.judged
    if at == len(records):
        assert grown.judged == 0


@LIBRARY
@given(libraries(), st.data())
def test_a_citation_keeps_its_name_when_later_records_join(records, data):
    at = data.draw(st.integers(1, len(records)))
    before = {citation.id for citation in deduplicate(records[:at]).citations}
    after = deduplicate(records)
    first = {citation.members[0] for citation in after.citations}
    merged = {name for citation in after.citations for name in citation.members[1:]}
    assert before - first <= merged


@LIBRARY
@given(libraries())
def test_an_executor_gives_what_one_process_gives(records):
    with ThreadPoolExecutor(2) as executor:
        assert deduplicate(records, executor=executor) == deduplicate(records)


@LIBRARY
@given(libraries())
def test_networkx_finds_the_same_clusters_among_the_pairs(records):
    found = deduplicate(records)
    graph = nx.Graph()
    graph.add_nodes_from(record.id for record in records)
    graph.add_edges_from((pair.a, pair.b) for pair in found.pairs if pair.verdict == "duplicate")
    assert {frozenset(names) for names in nx.connected_components(graph)} == clusters(found)


@LIBRARY
@given(libraries(), st.data())
def test_a_persons_word_is_never_overruled_and_never_asked_again(records, data):
    if len(records) < 2:
        return
    a, b = data.draw(st.sampled_from(list(combinations(records, 2))))
    answer = data.draw(st.sampled_from(("same", "different")))
    found = deduplicate(records, [Verdict(a=b.id, b=a.id, answer=answer, by="Ann")])
    two = frozenset((a.id, b.id))
    assert (two in together(found)) == (answer == "same")
    assert all(frozenset((pair.a, pair.b)) != two for pair in found.asks)
    said = [(pair.verdict, pair.rule, pair.by) for pair in found.pairs if frozenset((pair.a, pair.b)) == two]
    assert said == [("duplicate" if answer == "same" else "different", "person", "Ann")]


def test_a_large_library_of_one_title_takes_linear_time():
    def looked(count: int) -> int:
        chance = random.Random(count)
        return deduplicate([_editorial(number, chance) for number in range(count)]).looked

    assert looked(2000) < 2.5 * looked(1000)


def _editorial(number: int, chance: random.Random) -> Record:
    return Record(
        id=f"s:{number}",
        origin=Origin(search="s"),
        title="From the editor of the invented journal",
        year=1900 + number % 120,
        volume=str(number),
        pages=str(chance.randrange(1, 9000)),
    )
