"""The rate holds for everything that one process asks of one host."""

import threading
import time

from pipeline.search import rate
from pipeline.search.rate import RateLimit, rate_limit


def test_requests_keep_the_distance_of_the_rate(frozen):
    limit = RateLimit(3, clock=frozen.clock, sleep=frozen.sleep)
    passed = []
    for _ in range(31):
        limit.wait()
        passed.append(frozen.now)
    assert 10.0 < passed[30] - passed[0] < 10.0 * 1.02
    assert all(sum(start <= moment < start + 1 for moment in passed) <= 3 for start in passed)


def test_a_slow_request_costs_no_wait(frozen):
    limit = RateLimit(3, clock=frozen.clock, sleep=frozen.sleep)
    for _ in range(3):
        limit.wait()
        frozen.now += 5
    assert frozen.slept == []


def test_all_clients_of_a_process_share_the_limit_of_a_host_and_a_key_has_its_own():
    there = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
    assert rate_limit(there, keyed=False) is rate_limit(there, keyed=False)
    assert rate_limit(there, keyed=True) is not rate_limit(there, keyed=False)
    assert rate_limit("https://example.org/", keyed=False) is not rate_limit(there, keyed=False)


def test_the_limit_holds_for_many_threads_at_once():
    limit = RateLimit(50, clock=time.monotonic, sleep=time.sleep)
    passed = []
    threads = [threading.Thread(target=lambda: (limit.wait(), passed.append(limit._clock()))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(passed) - min(passed) >= 9 / 50


def test_loopback_hosts_are_told_from_others():
    assert [rate._is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "10.0.0.1", "example.org")] == [
        True,
        True,
        True,
        False,
        False,
    ]
