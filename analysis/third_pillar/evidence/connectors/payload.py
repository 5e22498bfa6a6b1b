"""What a source sent, byte for byte, with where and when it came from."""

from __future__ import annotations

import gzip
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SECRET_NAMES = frozenset(
    {"subscription-key", "key", "apikey", "api_key", "api-key", "token", "appid", "access_token"}
)
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class RawPayload:
    """One answer or one file, kept verbatim.

    Attributes:
        source: Source id, such as "comtrade".
        address: Where it was asked, without secrets; `file:NAME` for a file given by hand.
        sha256: Hash of the bytes.
        size: Their count.
        retrieved_at: UTC, ISO 8601; for a file, when it was taken in.
        path: The file that holds the bytes.
        asked: What was asked for, as plain words; no secrets.
        published: Day the server says it was last changed; empty where it says nothing.
        remarks: What a reader must know, such as that an answer may be cut.
    """

    source: str
    address: str
    sha256: str
    size: int
    retrieved_at: str
    path: Path = field(repr=False)
    asked: tuple[tuple[str, str], ...] = ()
    published: str = ""
    remarks: tuple[str, ...] = ()

    def read(self) -> bytes:
        """The bytes, unpacked where they are one gzip stream."""
        return read_unpacked(self.path)

    def record(self) -> dict[str, Any]:
        """All but the bytes, for the record beside them; the path shrinks to its name."""
        return asdict(self) | {"path": self.path.name, "asked": dict(self.asked)}

    @classmethod
    def arriving(cls, source: str, address: str, path: Path) -> RawPayload:
        """A payload that is not kept yet, to be read on trial."""
        return cls(source, address, sha256="", size=0, retrieved_at="", path=path)

    @classmethod
    def from_record(cls, record: dict[str, Any], folder: Path) -> RawPayload:
        """The payload whose record stands in a folder."""
        return cls(
            **{
                **record,
                "path": folder / str(record["path"]),
                "asked": tuple((str(k), str(v)) for k, v in dict(record["asked"]).items()),
                "remarks": tuple(record["remarks"]),
            }
        )


def read_unpacked(path: Path) -> bytes:
    """The bytes of a file, unpacked where they are one gzip stream; servers pack unasked.

    Raises:
        OSError: The stream is damaged.
        EOFError: It is cut short.
    """
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(_GZIP) else content


def strip_secrets(address: str) -> str:
    """The address without user, password, fragment, and without the values of key parameters."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    query = [
        (name, "(removed)" if name.lower() in SECRET_NAMES else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe=",():"), ""))
