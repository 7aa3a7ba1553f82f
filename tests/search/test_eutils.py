"""The client is polite, patient, and silent about who asks."""

import logging
import socket
import threading
import traceback
from datetime import UTC, datetime

import pytest
import requests

from pipeline.errors import ProtocolError, SearchError
from pipeline.sandbox import corpus, server
from pipeline.sandbox.endpoint import Reply
from pipeline.search import eutils
from pipeline.search.eutils import Client, Credentials, Key, Patience, credentials, is_sandbox
from pipeline.search.rate import RateLimit

KEY = "0123456789abcdefSECRET"
LIMITED = b'{"error":"API rate limit exceeded","api-key":"0123456789abcdefSECRET","count":"4"}'


@pytest.fixture(scope="module")
def sandbox():
    with server.serving(corpus.bundled()) as running:
        yield running
        running.intercept = None


def client_of(sandbox, frozen, **options):
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    return Client(sandbox.address, limit=limit, clock=frozen.clock, jitter=lambda: 0.0, **options)


def replying(sandbox, *replies):
    """Let the sandbox send these replies, one a request, then its own."""
    waiting = list(replies)
    sandbox.intercept = lambda utility, fields: waiting.pop(0) if waiting else None
    return waiting


def test_waits_grow_from_try_to_try_and_retry_after_is_honoured(sandbox, frozen):
    slow = Reply(LIMITED, 429, "application/json", {"Retry-After": "30"})
    replying(sandbox, Reply(b"", 500), Reply(b"", 500), slow, Reply(b"", 500))
    with client_of(sandbox, frozen) as client:
        client.search("liver")
        assert (client.requests, client.repeats) == (5, 4)
    assert frozen.slept == [1.0, 2.0, 30.0, 8.0]


def test_retry_after_may_be_a_date(sandbox, frozen):
    later = Reply(b"", 503, headers={"Retry-After": "Sun, 22 Nov 2026 12:00:20 GMT"})
    replying(sandbox, later)
    with client_of(sandbox, frozen, now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)) as client:
        client.search("liver")
    assert frozen.slept == [20.0]


def test_a_retry_after_beyond_patience_is_an_error_that_says_how_long(sandbox, frozen):
    replying(sandbox, Reply(LIMITED, 429, "application/json", {"Retry-After": "7200"}))
    with client_of(sandbox, frozen) as client, pytest.raises(SearchError, match="asks to wait 7200 s"):
        client.search("liver")
    assert frozen.slept == []


def test_jitter_lengthens_a_wait_by_up_to_a_half(sandbox, frozen):
    replying(sandbox, Reply(b"", 500))
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    with Client(sandbox.address, limit=limit, clock=frozen.clock, jitter=lambda: 1.0) as client:
        client.search("liver")
    assert frozen.slept == [1.5]


def test_a_search_ends_when_its_total_time_is_up(sandbox, frozen):
    sandbox.intercept = lambda utility, fields: Reply(b"", 503)
    patience = Patience(tries=100, longest_wait=1_000, total=3_600)
    with client_of(sandbox, frozen, patience=patience) as client, pytest.raises(SearchError, match="not done after 1"):
        client.search("liver")
    assert frozen.now < 3_600 + 1_000


def test_every_repetition_is_told_in_a_sentence(sandbox, frozen):
    told = []
    replying(sandbox, Reply(LIMITED, 429, "application/json"))
    with client_of(sandbox, frozen, tell=told.append) as client:
        client.search("liver")
    assert told == [f"{client.source}, ESearch: the answer that requests come too fast; asking again in 1 s."]


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def test_a_refused_connection_fails_after_two_tries_with_one_sentence(frozen):
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    with Client(f"http://127.0.0.1:{free_port()}/", limit=limit, jitter=lambda: 0.0) as client:
        with pytest.raises(SearchError) as caught:
            client.search("liver")
        assert client.requests == 2
    assert frozen.slept == [1.0]
    assert caught.value.exit_code == 3
    assert str(caught.value).count("\n") == 0
    assert "cannot be reached (the connection to '127.0.0.1' was refused); no search was run" in str(caught.value)


def test_an_unknown_name_fails_after_two_tries(frozen):
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    with Client("https://nowhere.invalid/", limit=limit) as client:
        with pytest.raises(SearchError, match=r"the name 'nowhere\.invalid' is not known here"):
            client.search("liver")
        assert client.requests == 2


def test_a_connection_lost_in_mid_search_is_tried_as_often_as_any_fault(frozen):
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    with server.serving(corpus.bundled()) as running:
        client = Client(running.address, limit=limit, jitter=lambda: 0.0)
        client.search("liver")
        client.close()
    with pytest.raises(SearchError, match="gave no complete answer to ESearch"):
        client.search("liver")
    client.close()
    assert frozen.slept == [1, 2, 4, 8, 16, 32]


@pytest.fixture
def sent(sandbox):
    """What is sent: the method, the address and the form of every request."""
    seen = []
    real = requests.Session.send

    def send(self, request, **options):
        seen.append((request.method, request.url, request.body))
        return real(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield seen


def test_every_request_is_a_post_that_says_who_asks_and_its_address_holds_nothing(sandbox, frozen, sent):
    sandbox.intercept = None
    with client_of(sandbox, frozen, credentials=Credentials("a@example.org", Key(KEY))) as client:
        client.search("liver")
        client.fetch(["900000001"])
        client.links(["900000001"], linkname="pubmed_pubmed")
        client.updated()
    assert {method for method, _, _ in sent} == {"POST"}
    assert all("?" not in address and KEY not in address for _, address, _ in sent)
    assert all(f"tool=living-review&email=a%40example.org&api_key={KEY}" in body for _, _, body in sent)


def test_the_key_is_in_no_message_trace_or_log(sandbox, frozen, caplog):
    caplog.set_level(logging.DEBUG)
    who = Credentials("a@example.org", Key(KEY))
    replies = [Reply(LIMITED, 429, "application/json"), Reply(LIMITED, 200), Reply(LIMITED[:-9], 200)]
    replies += [Reply(LIMITED.replace(b"rate limit exceeded", b"key invalid"), 400)]
    told = []
    replying(sandbox, *replies)
    with client_of(sandbox, frozen, credentials=who, tell=told.append) as client:
        with pytest.raises(SearchError) as caught:
            client.search("liver")
        trace = "".join(traceback.format_exception(caught.value))
        assert "NCBI_API_KEY" in str(caught.value)
        for text in (str(caught.value), trace, repr(client), repr(who), caplog.text, *told):
            assert KEY not in text


def test_the_key_comes_from_the_environment_or_from_a_file_that_it_names(tmp_path):
    place = tmp_path / "key"
    place.write_text(f"{KEY}\n")
    assert credentials({"NCBI_API_KEY": KEY}).key == Key(KEY)
    assert credentials({"NCBI_API_KEY_FILE": str(place)}).key == Key(KEY)
    assert credentials({"NCBI_EMAIL": "a@example.org"}) == Credentials("a@example.org", None)
    assert credentials({"NCBI_EMAIL": "a@example.org"}, email="b@example.org").email == "b@example.org"


def test_a_key_that_is_none_is_refused_and_not_shown(tmp_path):
    with pytest.raises(ProtocolError) as caught:
        credentials({"NCBI_API_KEY": "not a key!"})
    assert "not a key!" not in str(caught.value)
    with pytest.raises(ProtocolError, match="cannot be read"):
        credentials({"NCBI_API_KEY_FILE": str(tmp_path / "absent")})


def test_a_key_inside_the_review_folder_is_refused_because_it_would_be_shared_with_it(tmp_path):
    place = tmp_path / "review" / "secrets" / "key"
    place.parent.mkdir(parents=True)
    place.write_text(KEY)
    environ = {"NCBI_API_KEY_FILE": str(place)}
    with pytest.raises(ProtocolError, match="lies inside the review folder") as caught:
        credentials(environ, review=tmp_path / "review")
    assert KEY not in str(caught.value)
    assert credentials(environ, review=tmp_path / "another").key == Key(KEY)


def test_a_sandbox_is_known_by_its_answer_and_nothing_else_is_one(sandbox):
    sandbox.intercept = None
    assert is_sandbox(sandbox.address)
    assert not is_sandbox("http://127.0.0.1:9/")
    assert not is_sandbox(eutils.PUBMED)


@pytest.mark.parametrize("endpoint", ["http://[bad", "http://", "nowhere"])
def test_what_is_no_address_is_refused_before_anything_is_asked(endpoint):
    with pytest.raises(ProtocolError, match="is no address of an endpoint"):
        Client(endpoint)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("https://127.0.0.1:{port}/", "no secure connection, or none that can be verified"),
        ("http://exa mple/", "a request that cannot be sent (InvalidURL)"),
    ],
)
def test_what_no_second_try_can_mend_is_said_at_once(sandbox, frozen, endpoint, said):
    sandbox.intercept = None
    limit = RateLimit(0, clock=frozen.clock, sleep=frozen.sleep)
    with Client(endpoint.format(port=sandbox.server_address[1]), limit=limit) as client:
        with pytest.raises(SearchError) as caught:
            client.search("liver")
        assert said in str(caught.value)
        assert client.requests == 1


def test_ctrl_c_gets_through_while_an_answer_is_awaited(sandbox):
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        eutils._within(5, interrupt)


def test_an_answer_that_never_ends_is_given_up():
    released = threading.Event()
    with pytest.raises(TimeoutError):
        eutils._within(0.05, released.wait)
    released.set()
