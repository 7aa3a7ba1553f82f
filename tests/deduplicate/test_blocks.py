"""Who shares a key, and what of a library stays in memory."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deduplicate.blocks import Digests
from pipeline.deduplicate.clusters import deduplicate
from pipeline.records.record import Record
from tests.deduplicate.library import reference


@given(st.lists(st.lists(st.sampled_from(b"abcdefgh"), max_size=4), max_size=30), st.data())
def test_records_that_share_a_digest_are_listed_once_each_in_their_order(keys, data):
    digests = Digests()
    for owner, has in enumerate(keys):
        for key in has:
            digests.add(owner, bytes([key]))
    among = data.draw(st.none() | st.lists(st.booleans(), min_size=len(keys), max_size=len(keys)))
    owners = {key: [owner for owner, has in enumerate(keys) if key in has] for key in b"abcdefgh"}
    expected = [[owner for owner in each if among is None or among[owner]] for each in owners.values()]
    shared = digests.shared(None if among is None else np.array(among, np.bool_))
    assert sorted(shared) == sorted(each for each in expected if len(each) > 1)


class Written(Sequence[Record]):
    """Records with abstracts of 100,000 letters, made when one is asked for, every other one a copy of the last."""

    def __len__(self) -> int:
        return 500

    def __getitem__(self, index: int) -> Record:
        if not 0 <= index < len(self):
            raise IndexError(index)
        document = index // 2
        title = f"On the invented disease number {document} in {'abcdefg'[document % 7] * 6}"
        return reference(f"s:{index}", {"title": title, "year": 2000, "abstract": f"{document} " + "x" * 100_000})


def test_records_stay_where_they_are():
    records = Written()
    deduplicate([records[0], records[1]])  # what is loaded once is not meant
    tracemalloc.start()
    try:
        found = deduplicate(records)
        assert sum(len(citation.members) for citation in found.citations) == len(records)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.citations) == len(records) / 2
    assert peak < 100_000 * len(records) / 10
