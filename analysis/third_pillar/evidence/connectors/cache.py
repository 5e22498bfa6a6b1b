"""The cache: payloads by source and question, in `data/cache/`; a failure leaves it as it was."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from third_pillar.evidence.connectors.payload import RawPayload
from third_pillar.evidence.files import (
    file_sha256,
    read_json,
    storage_faults,
    write_json,
)
from third_pillar.evidence.location import cache_folder
from third_pillar.vocabulary.errors import SourceFault


@dataclass(frozen=True)
class Cache:
    """Where payloads lie: `payloads/<source>/<question>/<hash>.<kind>` with a record beside."""

    root: Path

    @classmethod
    def of_project(cls, root: Path | None = None) -> Cache:
        """The cache of the project."""
        return cls(cache_folder(root))

    @property
    def drop(self) -> Path:
        """Where files fetched by hand are put."""
        return self.root / "drop"

    @property
    def proposals(self) -> Path:
        """Where proposals lie."""
        return self.root / "proposals"

    def partial(self, source: str, asked: Mapping[str, str]) -> Path:
        """Where a download grows until it is whole."""
        return self.root / "partial" / f"{source}-{_question(asked)}.part"

    def keep(
        self,
        arrived: Path,
        *,
        source: str,
        address: str,
        asked: Mapping[str, str],
        kind: str,
        published: str = "",
        remarks: tuple[str, ...] = (),
    ) -> RawPayload:
        """The payload, once `arrived` was moved into the cache whole and its record written.

        Raises:
            StorageFault: The cache cannot be written; it is as it was.
        """
        folder = self._folder(source, asked)
        with storage_faults(folder):
            folder.mkdir(parents=True, exist_ok=True)
            digest = file_sha256(arrived)
            place = folder / f"{digest[:16]}.{kind}"
            with arrived.open("rb+") as file:
                os.fsync(file.fileno())
            size = arrived.stat().st_size
            arrived.replace(place)
        payload = RawPayload(
            source=source,
            address=address,
            sha256=digest,
            size=size,
            retrieved_at=dt.datetime.now(tz=dt.UTC).isoformat(timespec="microseconds"),
            path=place,
            asked=tuple(asked.items()),
            published=published,
            remarks=remarks,
        )
        # without its record a payload is not there, so the record comes last
        write_json(place.with_name(f"{digest[:16]}.record.json"), payload.record())
        return payload

    def keep_copy(
        self,
        file: Path,
        *,
        source: str,
        asked: Mapping[str, str],
        kind: str,
        remarks: tuple[str, ...] = (),
    ) -> RawPayload:
        """The payload of a file given by hand; the file itself stays where it is."""
        arriving = self.partial(source, {**asked, "file": file.name})
        with storage_faults(arriving):
            arriving.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, arriving)
        address = f"file:{file.name}"
        return self.keep(
            arriving, source=source, address=address, asked=asked, kind=kind, remarks=remarks
        )

    def newest(self, source: str, asked: Mapping[str, str]) -> RawPayload:
        """The payload last retrieved for this question.

        Raises:
            SourceFault: There is none, or its bytes changed since.
        """
        folder = self._folder(source, asked)
        records = [read_json(path) for path in sorted(folder.glob("*.record.json"))]
        found = [RawPayload.from_record(record, folder) for record in records if record]
        whole = [payload for payload in found if payload.path.is_file()]
        if not whole:
            words = ", ".join(f"{name} {value}" for name, value in asked.items())
            raise SourceFault(
                f"{source}: the cache holds nothing for {words or 'this question'}",
                hint="Run the same command without --from-cache.",
            )
        newest = max(whole, key=lambda payload: payload.retrieved_at)
        if file_sha256(newest.path) != newest.sha256:
            raise SourceFault(
                f"{source}: the cached file {newest.path.name} is not what was retrieved "
                "(its sha256 differs)",
                hint="Delete that file, then run the same command without --from-cache.",
            )
        return newest

    def _folder(self, source: str, asked: Mapping[str, str]) -> Path:
        return self.root / "payloads" / source / _question(asked)


def _question(asked: Mapping[str, str]) -> str:
    text = json.dumps(dict(asked), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
