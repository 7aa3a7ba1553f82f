"""Telling people what an update found: by a program of theirs, by e-mail, or by a webhook.

Secrets come from the environment and go nowhere else: no message, error or program that is called holds them.
"""

import smtplib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec
import requests

from pipeline.errors import ReviewError
from pipeline.workflow.account import Account
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.schedule import NotifySettings
from pipeline.workflow.whats_new import Changes

WEBHOOK, SMTP = "LIVING_REVIEW_WEBHOOK", "LIVING_REVIEW_SMTP"
# Variables that a program which is called does not get.
SECRETS = ("NCBI_API_KEY", WEBHOOK, SMTP)
PATIENCE = 60  # seconds that a program has, and a server for each of its answers
AT_MOST = 180  # seconds for one way in all: a server that sends a letter a minute would never be late
LONGEST = 30_000  # characters. Source: Slack, "Incoming webhooks", messages of more than 40,000 characters are cut
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What a mail server may say, without its own words, which may hold an address or an account.
_SAID: Mapping[type[Exception], str] = {
    smtplib.SMTPAuthenticationError: "it refused the account",
    smtplib.SMTPNotSupportedError: "it offers no encryption, or does not know the letters of an address",
    smtplib.SMTPSenderRefused: "it refused the sender; a 'from' at the end of the account names another",
    smtplib.SMTPServerDisconnected: "it hung up, or said nothing",
    ssl.SSLCertVerificationError: "its certificate cannot be trusted",
    UnicodeEncodeError: "the account or an address has letters that cannot be sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told: a line, a text in Markdown, and whether anything is new, waits or went wrong."""

    subject: str
    text: str
    matters: bool


def of_update(folder: ReviewFolder, accounts: Sequence[Account]) -> Message:
    """Make the message of an update that came to its end: what is new, what was out of reach, what waits."""
    found = msgspec.json.decode(folder.read(f"{OUTPUTS}/changes.json"), type=Changes)
    away = [line for account in accounts for line in account.unreachable]
    waits = [line for account in accounts for line in account.pending]
    parts = [folder.read(f"{OUTPUTS}/whats_new.md").decode().rstrip()]
    for heading, lines in (("Could not be reached", away), ("Waits for people", waits)):
        if lines:
            parts.append(f"## {heading}\n\n" + "\n".join(f"- {line}" for line in lines))
    state = "something could not be reached" if away else "nothing is new" if found.nothing_new else "what is new"
    matters = bool(away or waits or not found.nothing_new)
    return Message(subject=_line(f"{found.title}: {state}"), text="\n\n".join(parts) + "\n", matters=matters)


def of_failure(title: str, error: ReviewError) -> Message:
    """Make the message of an update that a person must mend something for."""
    text = f"The review is as it was; searches that were finished are kept.\n\n{error}\n"
    return Message(subject=_line(f"{title}: the update failed"), text=text, matters=True)


def _line(text: str) -> str:
    """Write a text in one line, as the subject of a message must be."""
    return " ".join(text.split())


def tell(message: Message, settings: NotifySettings, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Tell everybody whom the settings name; return a sentence for each way that did not work.

    A message that does not matter is told only where `when` is `always`. No way keeps another from being tried.
    """
    if settings.when == "news" and not message.matters:
        return ()
    return tuple(_tell(message, settings, environment))


def _tell(message: Message, settings: NotifySettings, environment: Mapping[str, str]) -> Iterator[str]:
    ways: list[tuple[str, Callable[[], str]]] = []
    if settings.command:
        ways.append((f"the program {settings.command[0]!r}", lambda: _call(message, settings.command, environment)))
    if settings.email:
        ways.append(("the e-mail", lambda: _mail(message, settings.email, environment.get(SMTP, ""))))
    if settings.webhook:
        ways.append(("the webhook", lambda: _post(message, environment.get(WEBHOOK, ""))))
    for name, way in ways:
        if trouble := _in_time(way):
            yield f"{name} did not work: {trouble}."


def _in_time(way: Callable[[], str]) -> str:
    """Tell somebody in one way, and give it up where that takes too long; return what went wrong."""
    said: list[str] = []
    worker = threading.Thread(target=lambda: said.append(way()), daemon=True)
    worker.start()
    worker.join(AT_MOST)
    if worker.is_alive():
        return f"it was not done after {AT_MOST} seconds"
    return said[0] if said else "it broke off, at the place that stands above"


def _call(message: Message, command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Hand the text to a program on its standard input; return what went wrong."""
    known = {name: value for name, value in environment.items() if name not in SECRETS}
    known["LIVING_REVIEW_SUBJECT"] = message.subject
    try:
        done = subprocess.run(  # noqa: S603 - the program of the person who owns the review; no shell
            command, input=message.text.encode(), env=known, timeout=PATIENCE, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it was still at work after {PATIENCE} seconds"
    except (OSError, ValueError) as error:
        return f"it could not be started ({_kind(error)})"
    return f"it ended with exit code {done.returncode}" if done.returncode else ""


def _mail(message: Message, to: tuple[str, ...], account: str) -> str:
    """Send the text through the mail server of smtp[s]://user:password@host:port?from=address."""
    try:
        server = urlsplit(account)
        port, host = server.port, server.hostname or ""
    except ValueError:
        return f"{SMTP} in the environment is no address of a mail server"
    if server.scheme not in {"smtp", "smtps"} or not host:
        return f"{SMTP} in the environment is not set to smtps://user:password@host or smtp://user:password@host"
    user, password = unquote(server.username or ""), unquote(server.password or "")
    sender = parse_qs(server.query).get("from", [user if "@" in user else to[0]])[0]
    try:
        mail = _written(message, sender, to)
        with _server(server.scheme, host, port) as line:
            if server.scheme == "smtp" and (user or host not in _LOOPBACK):
                line.starttls(context=ssl.create_default_context())
            if user:
                line.login(user, password)
            refused = line.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except (OSError, ValueError, smtplib.SMTPException) as error:
        return f"the mail server did not take it ({_kind(error)})"
    return f"the mail server refused {', '.join(sorted(refused))}" if refused else ""


def _written(message: Message, sender: str, to: tuple[str, ...]) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])  # not of this machine, whose name is nobody's
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine is to answer
    mail.set_content(message.text)
    return mail


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """Begin to speak with a mail server; smtplib by itself trusts any certificate, and would hand it the password."""
    if scheme == "smtps":
        trusted = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or smtplib.SMTP_SSL_PORT, timeout=PATIENCE, context=trusted)
    return smtplib.SMTP(host, port or 587, timeout=PATIENCE)


def _post(message: Message, address: str) -> str:
    """Post the text as JSON; the address is a secret, and no error repeats it."""
    try:
        place: SplitResult = urlsplit(address)
    except ValueError:
        place = SplitResult("", "", "", "", "")
    if place.scheme != "https" and not (place.scheme == "http" and place.hostname in _LOOPBACK):
        return f"{WEBHOOK} in the environment is not set to an address that begins with https://"
    text = message.text
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n\n(There is more in outputs/whats_new.md.)"
    try:
        with requests.post(address, json={"text": text}, timeout=PATIENCE, allow_redirects=False, stream=True) as reply:
            code = reply.status_code
    except requests.RequestException as error:
        return f"it could not be reached ({type(error).__name__})"
    return "" if code in range(200, 300) else f"it answered with {code}"


def _kind(error: Exception) -> str:
    """Name an error without what it says, which may hold an address or an account."""
    return _SAID.get(type(error)) or getattr(error, "strerror", None) or type(error).__name__
