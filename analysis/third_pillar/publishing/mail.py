"""A message with a report attached, as a file for whatever sends mail here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from pathlib import Path

from third_pillar.publishing.atomic import storage_faults, write_atomic
from third_pillar.vocabulary.schedule import Mail

OUTBOX = "outbox"


@dataclass(frozen=True)
class MailBody:
    """What a message says.

    Attributes:
        fields: Values that the subject may name in braces.
        lines: Paragraphs of the text.
        attachment: The report; none where it failed.
        id: Names the message: the same run at the same slot is the same message.
        date: Its date.
    """

    fields: Mapping[str, str]
    lines: tuple[str, ...]
    attachment: Path | None
    id: str
    date: dt.datetime


def write_mail(folder: Path, mail: Mail, body: MailBody) -> Path:
    """The file, below `outbox/` of the reports folder.

    Raises:
        StorageFault: It cannot be written.
    """
    message = compose_mail(mail, body)
    path = folder / OUTBOX / f"{body.id}.eml"
    with storage_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, message.as_bytes(policy=SMTP))
    return path


def compose_mail(mail: Mail, body: MailBody) -> EmailMessage:
    """The message; no value can add a header to it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _addresses([mail.sender])
    message["To"] = _addresses(mail.to)
    message["Subject"] = _one_line(_fill(mail.subject, body.fields))
    message["Date"] = format_datetime(body.date)
    message["Message-ID"] = f"<{body.id}@third-pillar.invalid>"
    message["X-Unsent"] = "1"  # mail programs open it as a draft of the user's own
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(body.lines) + "\n")
    if body.attachment is not None:
        message.add_attachment(
            body.attachment.read_bytes(),
            maintype="text",
            subtype="html",
            filename=f"{body.id}.html",
            params={"charset": "utf-8"},
        )
    return message


def _addresses(written: list[str]) -> list[Address]:
    return [Address(name, addr_spec=address) for name, address in getaddresses(written)]


def _fill(subject: str, fields: Mapping[str, str]) -> str:
    """Names in braces replaced; unlike str.format this reaches into no object."""
    for name, value in fields.items():
        subject = subject.replace(f"{{{name}}}", value)
    return subject


def _one_line(text: str) -> str:
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(kept.split())[:200]
