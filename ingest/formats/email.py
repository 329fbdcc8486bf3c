"""E-mail: headers with blind copies, the body, attachments as members; malformed messages as far as they go."""

import email
import re
from collections.abc import Iterator
from email import policy
from email.errors import (
    CloseBoundaryNotFoundDefect,
    HeaderParseError,
    MessageError,
)
from email.message import EmailMessage, Message
from pathlib import Path

from ingest.formats.html import html_text
from ingest.formats.mail_encoding import Undone, ends_inside_a_letter, undo_base64
from ingest.formats.plain import decode_text, text_pages
from ingest.job import ReadingJob, Yielded, shown_name
from ingest.reading import UnreadableFile

MAXIMUM_MESSAGE_BYTES = 256 * 1024**2
SHOWN_HEADERS = ("From", "To", "Cc", "Bcc", "Date", "Subject", "Reply-To", "Sender")
# What ties a message to those it answers: on its page, so that a search for one finds the whole exchange.
THREAD_HEADERS = ("Message-ID", "In-Reply-To", "References")
_KEPT_HEADERS = (*THREAD_HEADERS, "Thread-Index", "Thread-Topic", "Received")
_PARSING_ERRORS = (MessageError, HeaderParseError, ValueError, LookupError, TypeError, AttributeError, IndexError)
_MAXIMUM_PARTS = 2000
_SIZE = re.compile(r"[0-9]{1,15}")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_A_WORD = re.compile(r"\w{2,}")
_SUFFIX = {"message/rfc822": ".eml", "text/html": ".html", "text/plain": ".txt", "text/calendar": ".ics"}


def read_email(job: ReadingJob) -> Iterator[Yielded]:
    """The message as pages, its attachments as members."""
    if job.path.stat().st_size > MAXIMUM_MESSAGE_BYTES:
        raise UnreadableFile("too-large")
    data = job.path.read_bytes()
    if data.startswith(b"From "):  # the line a mail spool puts before a message
        data = data.partition(b"\n")[2]
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    _facts(message, job)
    bodies, attachments = _divide(message)
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for part in message.walk() for defect in part.defects):
        job.miss("what may follow: the message, or one inside it, has no proper end")
    _miss_what_follows(message, data, job)
    text = "\n".join([*_header_lines(message), "", _body_text(bodies, job), *filter(None, map(_behind, attachments))])
    if any(_lost_bytes(part) for part in bodies):
        job.miss("some bytes of the message's own words, which did not come through whole")
    if "\0" in text or any(_holds_zeros(part) for part in (message, *bodies, *attachments)):
        job.miss("what stood where the message now holds zero bytes")
    yield from text_pages(text, heading="Message", reason="the file is an e-mail message")
    for position, part in enumerate(attachments, 1):
        name, payload = _attachment(part, position)
        if _lost_bytes(part):
            job.miss(f"some bytes of the attachment {shown_name(name)}, which did not come through whole")
        if payload:
            yield job.member(name, [payload])
        else:
            job.facts.note(f"Attachment {position} of the message holds nothing.")


def header_text(message: Message, name: str) -> str:
    """The header as text; where it breaks the rules, as it stands."""
    try:
        values = [str(value) for value in message.get_all(name, [])]
    except _PARSING_ERRORS:
        values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return re.sub(r"\s+", " ", ", ".join(values)).strip()


def _header_lines(message: Message) -> list[str]:
    found = [(name, header_text(message, name)) for name in (*SHOWN_HEADERS, *THREAD_HEADERS)]
    return [f"{name}: {value}" for name, value in found if value]


def _facts(message: Message, job: ReadingJob) -> None:
    job.facts.title = header_text(message, "Subject") or None
    job.facts.author = header_text(message, "From") or None
    job.facts.created = header_text(message, "Date") or None
    for name in (*SHOWN_HEADERS, *_KEPT_HEADERS):
        if value := header_text(message, name):
            job.facts.metadata[name.lower()] = value[:4000]
    if message.defects:
        job.facts.note("The message breaks the rules of e-mail in places and was read as far as it goes.")


def _divide(message: EmailMessage) -> tuple[list[Message], list[Message]]:
    """The parts that are the body, and the parts that are attachments."""
    bodies: list[Message] = []
    attachments: list[Message] = []
    stack: list[Message] = [message]
    seen = 0
    while stack:
        part = stack.pop()
        seen += 1
        if seen > _MAXIMUM_PARTS:
            raise UnreadableFile("bomb", "The message has more parts than the limit; it was not unpacked.")
        kind = part.get_content_type()
        payload = part.get_payload() if part.is_multipart() else None
        if kind == "message/rfc822" or (kind.startswith("message/") and part is not message and part.is_multipart()):
            attachments.append(part)
        elif isinstance(payload, list):
            stack += [item for item in reversed(payload) if isinstance(item, Message)]
        elif _is_attachment(part, kind):
            attachments.append(part)
        else:
            bodies.append(part)
    return bodies, attachments


def _is_attachment(part: Message, kind: str) -> bool:
    try:
        disposition, name = part.get_content_disposition(), part.get_filename()
    except _PARSING_ERRORS:
        disposition, name = None, None
    if disposition == "attachment" or kind not in ("text/plain", "text/html"):
        return kind.partition("/")[0] != "text" or disposition == "attachment" or bool(name)
    return bool(name)


def _body_text(bodies: list[Message], job: ReadingJob) -> str:
    """The body as a person reads it: plain text preferred, the web form of the same words left out.

    A web form that says what no plain part does is kept: gateways add a plain footer to a message of one web page, and
    some programs write in the plain part only that there is another.
    """
    texts, from_web = [], False
    said = {word for part in bodies if not _is_web(part) for word in _words(_decoded(part))}
    for part in bodies:
        text = html_text(_decoded(part))[0] if _is_web(part) else _decoded(part)
        if _is_web(part) and not _says_more(text, said):
            continue
        from_web |= _is_web(part) and bool(text.strip())
        texts.append(text)
    if from_web:
        job.facts.note(
            "What the message says only in its web form was taken from that."
            if said
            else "The message has no plain text; the text was taken from its web form."
        )
    return "\n\n".join(text for text in texts if text.strip())


def _undone(part: Message) -> Undone | None:
    """The part without its base64; None where it is in no base64."""
    return undo_base64(_as_it_came(part)) if _encoding(part) == "base64" else None


def _lost_bytes(part: Message) -> bool:
    undone = _undone(part)
    return undone is not None and undone.is_lossy


def _with_behind(text: str, part: Message) -> str:
    return "\n".join(filter(None, (text, _behind(part))))


def _behind(part: Message) -> str:
    """What stands behind the part's base64 as plain words: a list's own, or what a gateway added."""
    undone = _undone(part)
    return undone.behind if undone else ""


def _miss_what_follows(message: Message, data: bytes, job: ReadingJob) -> None:
    head = _HEAD_ENDS.search(data)
    if _is_cut_off(message, data[head.end() :] if head else b""):
        job.miss("what follows: the message is cut off")
    elif _is_open_page(message):
        job.miss("what may follow: the message is a web page without its end")


def _is_cut_off(message: Message, body: bytes) -> bool:
    """Whether a message of one part, which has no closing line to miss, proves that it goes on.

    Its size, where it tells one, was counted with line ends of one byte or two (`Content-Length`).
    """
    if message.is_multipart():
        return False
    told = header_text(message, "Content-Length")
    if _SIZE.fullmatch(told) and len(body) + body.count(b"\n") < int(told):
        return True
    return message.get_content_maintype() == "text" and ends_inside_a_letter(
        _payload(message), message.get_content_charset() or ""
    )


def _is_open_page(message: Message) -> bool:
    """Whether a message is a web page that begins and does not end: mostly it is cut off, but some are written so."""
    text = _decoded(message).lower() if not message.is_multipart() and _is_web(message) else ""
    return "<html" in text and "</html" not in text and "</body" not in text


def _holds_zeros(part: Message) -> bool:
    """Whether zeros stand where none can be: in its head lines, or in what was encoded so that it has none."""
    head = any("\0" in str(value) for _, value in part.raw_items())
    return head or ("\0" in _as_it_came(part) and _encoding(part) in ("base64", "quoted-printable"))


def _encoding(part: Message) -> str:
    return header_text(part, "Content-Transfer-Encoding").partition(",")[0].strip().lower()


def _as_it_came(part: Message) -> str:
    """The part's content before it is decoded; nothing of one that is made of parts."""
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _is_web(part: Message) -> bool:
    return part.get_content_type() == "text/html"


def _words(text: str) -> set[str]:
    return {word.lower() for word in _A_WORD.findall(text)}


def _says_more(text: str, said: set[str]) -> bool:
    """Whether more than a few of its words stand nowhere in the plain text."""
    words = _words(text)
    return len(words - said) > max(5, 0.1 * len(words)) if said else True


def _decoded(part: Message) -> str:
    payload = _payload(part)
    try:
        charset = part.get_content_charset()
        if charset:
            return _with_behind(payload.decode(charset), part)
    except _PARSING_ERRORS:
        pass
    return _with_behind(decode_text(payload)[0], part)


def _payload(part: Message) -> bytes:
    if undone := _undone(part):
        return undone.content
    try:
        payload = part.get_payload(decode=True)
    except _PARSING_ERRORS:
        payload = None
    if isinstance(payload, bytes):
        return payload
    try:
        return str(part.get_payload()).encode("utf-8", "surrogateescape")
    except _PARSING_ERRORS:
        return b""


def _attachment(part: Message, position: int) -> tuple[str, bytes]:
    kind = part.get_content_type()
    try:
        name = part.get_filename() or ""
    except _PARSING_ERRORS:
        name = ""
    inner = part.get_payload() if part.is_multipart() else None
    if isinstance(inner, list):
        first = inner[0] if inner else None
        payload = b"" if not isinstance(first, Message) else _as_bytes(first)
        subject = header_text(first, "Subject") if isinstance(first, Message) else ""
        return name or f"{subject or f'message {position}'}.eml", payload
    if not name:
        name = f"attachment {position}{_SUFFIX.get(kind, '')}"
    return name, _payload(part)


def _as_bytes(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except _PARSING_ERRORS:
        return message.as_bytes(policy=policy.compat32)


def read_mailbox(job: ReadingJob) -> Iterator[Yielded]:
    """Each message of the mailbox as a member."""
    count = 0
    for count, lines in enumerate(_messages(job.path), 1):
        yield job.member(f"message {count:05d}.eml", [b"".join(lines)])
    if count == 0:
        raise UnreadableFile("no-pages", "The mailbox opens, but there is no message in it.")
    held = "1 message, read" if count == 1 else f"{count} messages, each of them read"
    job.facts.note(f"The mailbox holds {held} as a file of its own.")


def _messages(path: Path) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    began, after_blank = False, True
    with path.open("rb") as source:
        for line in source:
            if line.startswith(b"From ") and after_blank:
                if lines:
                    yield lines
                lines, began = [], True
            elif began:
                lines.append(line[1:] if re.match(rb">+From ", line) else line)
            after_blank = not line.strip()
    if lines:
        yield lines
