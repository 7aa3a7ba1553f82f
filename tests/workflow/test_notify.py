"""People are told by a program, by e-mail or by a webhook; no secret leaves the environment."""

import json
import smtplib
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline.errors import Fault, ReviewError
from pipeline.workflow import notify
from pipeline.workflow.notify import Message
from pipeline.workflow.schedule import NotifySettings

NEWS = Message(subject="A review: what is new", text="Two new records.\n", matters=True)
QUIET = Message(subject="A review: nothing is new", text="Nothing.\n", matters=False)
SECRET = "https://127.0.0.1:9/secret-token"
WRITE = "import os, sys; open(sys.argv[1], 'w').write(os.environ['LIVING_REVIEW_SUBJECT'] + '|' + sys.stdin.read())"


class Hook:
    """A web server that keeps what it was sent and answers with a code."""

    def __init__(self, code=200):
        hook, self.got = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                hook.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(code)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/secret-token"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Post:
    """A mail server in place of smtplib's."""

    sent: list = []  # noqa: RUF012 - one list for all lines, as a mailbox is
    refuses: dict = {}  # noqa: RUF012 - addresses that it does not take

    def __init__(self, host, port, timeout, context=None):
        self.steps = [(host, port)]
        if context is not None:
            self._trust(context)

    def _trust(self, context):
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED
        self.steps.append("trusted")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def starttls(self, context):
        self.steps.append("starttls")
        self._trust(context)

    def login(self, user, password):
        self.steps.append((user, password))

    def send_message(self, mail):
        Post.sent.append((self.steps, mail))
        if set(mail["To"].split(", ")) <= set(Post.refuses):
            raise smtplib.SMTPRecipientsRefused(Post.refuses)
        return Post.refuses


@pytest.fixture
def mailbox(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP", Post)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Post)
    monkeypatch.setattr(Post, "sent", [])
    monkeypatch.setattr(Post, "refuses", {})
    return Post.sent


def test_a_program_gets_the_text_on_its_standard_input_and_no_secret(tmp_path):
    out = tmp_path / "told"
    settings = NotifySettings(command=(sys.executable, "-c", WRITE, str(out)))
    assert notify.tell(NEWS, settings, {}) == ()
    assert out.read_text() == "A review: what is new|Two new records.\n"
    show = "import os, sys; open(sys.argv[1], 'w').write(' '.join(os.environ))"
    settings = NotifySettings(command=(sys.executable, "-c", show, str(out)))
    assert notify.tell(NEWS, settings, dict.fromkeys((*notify.SECRETS, "HOME"), "x")) == ()
    assert not set(notify.SECRETS) & set(out.read_text().split())
    assert "HOME" in out.read_text().split()


def test_no_shell_reads_the_command(tmp_path):
    hostile = f"; touch {tmp_path / 'made'}"
    assert notify.tell(NEWS, NotifySettings(command=(sys.executable, "-c", "pass", hostile)), {}) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_webhook_gets_the_text_as_json():
    with Hook() as hook:
        assert notify.tell(NEWS, NotifySettings(webhook=True), {notify.WEBHOOK: hook.address}) == ()
    assert hook.got == [{"text": "Two new records.\n"}]


def test_a_long_text_is_cut_for_a_webhook_and_says_where_the_rest_is():
    long = Message(subject="s", text="x" * 50_000, matters=True)
    with Hook() as hook:
        assert notify.tell(long, NotifySettings(webhook=True), {notify.WEBHOOK: hook.address}) == ()
    assert hook.got[0]["text"] == "x" * notify.LONGEST + "\n\n(There is more in outputs/whats_new.md.)"


@pytest.mark.parametrize(
    ("account", "steps", "sender"),
    [
        ("smtps://me%40example.org:p%3Aw@mail.example.org",
         [("mail.example.org", 465), "trusted", ("me@example.org", "p:w")], "me@example.org"),
        ("smtp://me:pw@mail.example.org?from=review@example.org",
         [("mail.example.org", 587), "starttls", "trusted", ("me", "pw")], "review@example.org"),
        ("smtp://localhost:25", [("localhost", 25)], "anna@example.org"),
    ],
)  # fmt: skip
def test_a_mail_goes_out_with_the_account_of_the_environment(mailbox, account, steps, sender):
    settings = NotifySettings(email=("anna@example.org", "ben@example.org"))
    assert notify.tell(NEWS, settings, {notify.SMTP: account}) == ()
    ((did, mail),) = mailbox
    assert did == steps
    assert (mail["From"], mail["To"], mail["Subject"]) == (sender, "anna@example.org, ben@example.org", NEWS.subject)
    assert mail.get_content() == NEWS.text
    assert mail["Date"].datetime
    assert mail["Message-ID"].endswith(f"@{sender.partition('@')[2]}>")


@pytest.mark.parametrize("refused", [["ben@example.org"], ["anna@example.org", "ben@example.org"]])
def test_an_address_that_the_mail_server_refuses_is_named(mailbox, monkeypatch, refused):
    monkeypatch.setattr(Post, "refuses", dict.fromkeys(refused, (550, b"no such mailbox")))
    settings = NotifySettings(email=("anna@example.org", "ben@example.org"))
    (said,) = notify.tell(NEWS, settings, {notify.SMTP: "smtps://me:pw@mail.example.org"})
    assert said == f"the e-mail did not work: the mail server refused {', '.join(refused)}."


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_way_that_breaks_off_is_said_and_stops_nothing(mailbox, monkeypatch):
    monkeypatch.setattr(notify, "_post", lambda *_: 1 / 0)
    settings = NotifySettings(email=("anna@example.org",), webhook=True)
    (said,) = notify.tell(NEWS, settings, {notify.SMTP: "smtp://localhost", notify.WEBHOOK: "https://example.org"})
    assert said == "the webhook did not work: it broke off, at the place that stands above."
    assert len(mailbox) == 1


@contextmanager
def answering(*answers, pause=0.0):
    """Serve a mail server on this machine that says one thing after the other, and then is silent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            line, _ = listening.accept()
            with line, suppress(OSError):
                for answer in answers:
                    line.sendall(answer)
                    if pause:
                        time.sleep(pause)
                    else:
                        line.recv(1000)
                line.recv(1000)

        threading.Thread(target=serve, daemon=True).start()
        yield f"smtp://me:secret@127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answers", "pause", "says"),
    [
        ((), 0, "the mail server did not take it (it hung up, or said nothing)"),
        ((b"554 no\r\n",), 0, "the mail server did not take it (SMTPConnectError)"),
        (
            (b"220 hello\r\n", b"250 plain\r\n"),
            0,
            "(it offers no encryption, or does not know the letters of an address)",
        ),
        ((b"220 hello\r\n", b"250-plain\r\n250 STARTTLS\r\n", b"220 go\r\n", b"not TLS"), 0, "did not take it ("),
        ((b"2",) * 50, 0.1, "it was not done after 1 seconds"),
    ],
)
def test_a_mail_server_that_will_not_or_does_not_answer_is_given_up_and_gets_no_password(
    monkeypatch, answers, pause, says
):
    monkeypatch.setattr(notify, "PATIENCE", 0.5)
    monkeypatch.setattr(notify, "AT_MOST", 1)
    with answering(*answers, pause=pause) as account:
        (said,) = notify.tell(NEWS, NotifySettings(email=("anna@example.org",)), {notify.SMTP: account})
    assert says in said
    assert "secret" not in said


@pytest.mark.parametrize(("when", "message", "told"), [("news", QUIET, 0), ("news", NEWS, 1), ("always", QUIET, 1)])
def test_a_quiet_update_is_told_only_to_those_who_always_want_to_know(when, message, told):
    with Hook() as hook:
        assert notify.tell(message, NotifySettings(webhook=True, when=when), {notify.WEBHOOK: hook.address}) == ()
    assert len(hook.got) == told


def test_what_did_not_work_is_said_without_the_secret_and_keeps_nothing_else_from_being_tried(mailbox):
    settings = NotifySettings(command=("/nowhere/to/be/found",), email=("anna@example.org",), webhook=True)
    environment = {notify.WEBHOOK: SECRET, notify.SMTP: "smtp://localhost"}
    assert notify.tell(NEWS, settings, environment) == (
        "the program '/nowhere/to/be/found' did not work: it could not be started (No such file or directory).",
        "the webhook did not work: it could not be reached (ConnectionError).",
    )
    assert len(mailbox) == 1


@pytest.mark.parametrize(
    ("settings", "environment", "says"),
    [
        (NotifySettings(webhook=True), {}, "LIVING_REVIEW_WEBHOOK in the environment is not set to an address"),
        (NotifySettings(webhook=True), {notify.WEBHOOK: "http://example.org/x"}, "that begins with https://"),
        (NotifySettings(email=("a@example.org",)), {}, "LIVING_REVIEW_SMTP in the environment is not set to"),
        (NotifySettings(email=("a@example.org",)), {notify.SMTP: "smtp://h:port"}, "is no address of a mail server"),
        (NotifySettings(email=("a@example.org",)), {notify.SMTP: "smtp://localhost?from=a%0Ab"}, "(ValueError)"),
        (NotifySettings(command=(sys.executable, "-c", "raise SystemExit(7)")), {}, "it ended with exit code 7"),
    ],
)
def test_each_way_that_cannot_work_has_its_sentence(settings, environment, says):
    (sentence,) = notify.tell(NEWS, settings, environment)
    assert says in sentence


def test_an_answer_that_is_no_success_is_said():
    with Hook(code=302) as hook:
        troubles = notify.tell(NEWS, NotifySettings(webhook=True), {notify.WEBHOOK: hook.address})
    assert troubles == ("the webhook did not work: it answered with 302.",)


def test_a_failure_is_told_in_its_own_words_and_its_subject_is_one_line():
    told = notify.of_failure("A\nBcc: everybody@example.org", ReviewError(Fault(what="the disk is full")))
    assert told.subject == "A Bcc: everybody@example.org: the update failed"
    assert told.text == "The review is as it was; searches that were finished are kept.\n\nthe disk is full.\n"
    assert told.matters
