"""A static index of what readers may have: opens from disk and from any web host.

Drafts, damaged reports, what is under embargo, and what holds figures of somebody's own unless
asked for are left out. The folder is built beside its
place and exchanged as a whole, so that a visitor sees the old site or the new one.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import errno
import html as html_text
import json
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from third_pillar.evidence.files import storage_faults
from third_pillar.publishing.approval import Approvals, Standing
from third_pillar.publishing.archive import Archive, ArchivedRun, Lineage
from third_pillar.publishing.feed import FeedEntry, compose_feed
from third_pillar.publishing.own_figures import holds_own_figures
from third_pillar.vocabulary.asked import find_departures, phrase_asked
from third_pillar.vocabulary.errors import ParameterFault

MARK = ".pillar-site"
_TEMPLATE = Path(__file__).parent / "template"
_IN_ADDRESSES = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+")
"""What an address may hold, by RFC 3986."""
_TITLE = re.compile(r"<title>(.*?)(?: · Third Pillar)?</title>", re.DOTALL)
_EXCHANGE = 2
_AT_CWD = -100


@dataclass(frozen=True)
class SiteReport:
    """One report of the index, as its page shows it."""

    run: ArchivedRun
    published: dt.datetime
    title: str
    answer: str
    bottom_line: str
    as_of: str
    since: str
    author: str
    asked: str

    @property
    def folder(self) -> str:
        """Folder of its lineage below the site."""
        return f"reports/{'-'.join(astuple(self.run.lineage))}"

    @property
    def href(self) -> str:
        """Address below the site."""
        return f"{self.folder}/{self.run.run_id}.html"


def select_public(
    archive: Archive, *, now: dt.datetime, own_figures: bool = False
) -> list[SiteReport]:
    """Reports that readers may have at that moment, newest first.

    Args:
        archive: What there is.
        now: The moment.
        own_figures: Whether also those that used figures of somebody's own.
    """
    runs = archive.list_runs()
    standings = Approvals(archive).standings(runs)
    found = [
        _describe(run, standings[run.folder])
        for run in runs
        if standings[run.folder].is_public(now)
        and (own_figures or not holds_own_figures(run.manifest))
        and not archive.faults(run)
    ]
    return sorted(found, key=lambda one: (one.published, one.run.run_id), reverse=True)


def _describe(run: ArchivedRun, standing: Standing) -> SiteReport:
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    findings: dict[str, Any] = json.loads((run.folder / "findings.json").read_text("utf-8"))
    bottom = findings.get("bottom_line") or {}
    changes = run.manifest.get("changes") or {}
    asked = find_departures(run.manifest.get("parameters"))
    titled = _TITLE.search(page)
    made = dt.datetime.strptime(f"{run.run_id[:15]}+0000", "%Y%m%dT%H%M%S%z")
    approved = dt.datetime.fromisoformat(standing.approval.at) if standing.approval else made
    return SiteReport(
        run=run,
        published=max(approved, standing.embargo or approved),
        title=html_text.unescape(titled[1]) if titled else str(run.manifest.get("title", "")),
        answer=str(bottom.get("answer", "")),
        bottom_line=str(bottom.get("text", "")),
        as_of=str(run.manifest.get("as_of", "")),
        since=" ".join(map(str, (changes.get("sentences") or [])[:1])),
        author=standing.approval.by if standing.approval else "Third Pillar",
        asked=phrase_asked(asked, asked).replace("_", " "),
    )


def publish_site(
    archive: Archive,
    out: Path,
    *,
    base_url: str = "",
    now: dt.datetime | None = None,
    own_figures: bool = False,
) -> list[SiteReport]:
    """The reports of the site as written to `out`.

    Args:
        archive: What there is.
        out: Folder of the site: new, empty, or a site of this kit.
        base_url: Where it will be served; full addresses in the feed.
        now: The moment that embargoes are held against; the clock's where not given.
        own_figures: Whether reports that used figures of somebody's own are on it too.

    Raises:
        ParameterFault: `out` holds something else, or the address is none.
        StorageFault: It cannot be written; the old site stays.
    """
    base_url = _checked_address(base_url)
    _check_ours(out)
    moment = now or dt.datetime.now(dt.UTC)
    reports = select_public(archive, now=moment, own_figures=own_figures)
    new = out.with_name(f".{out.name}.{uuid.uuid4().hex}")
    with storage_faults(out, elsewhere="name another folder with --out"):
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        try:
            _build(new, reports, base_url)
            _exchange(new, out)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return reports


def _checked_address(base_url: str) -> str:
    if not base_url:
        return ""
    parts = urlsplit(base_url) if _IN_ADDRESSES.fullmatch(base_url) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        raise ParameterFault(
            f"--base-url {base_url[:80]!r}: should be an address such as https://example.org/reports/",
            hint="A space is written as %20, and other signs that no address holds likewise.",
        )
    return base_url.rstrip("/") + "/"


def _check_ours(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ParameterFault(f"--out {out}: is a file or a link; name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise ParameterFault(
            f"--out {out}: holds files that are no site of this kit; nothing was changed",
            hint="Name an empty folder, or a new one.",
        )


def _sweep(out: Path) -> None:
    """Remove what a site command that was killed left an hour ago or more."""
    limit = dt.datetime.now(dt.UTC).timestamp() - 3_600
    for left in out.parent.glob(f".{out.name}.{'?' * 32}"):
        if (left / MARK).is_file() and left.stat().st_mtime < limit:
            shutil.rmtree(left, ignore_errors=True)


def _build(new: Path, reports: list[SiteReport], base_url: str) -> None:
    new.mkdir()
    (new / MARK).write_text("Written by `pillar site`, which may replace this folder.\n")
    for report in reports:
        place = new / report.href
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(report.run.folder / "report.html", place)
        shutil.copyfile(report.run.folder / "findings.json", place.with_suffix(".json"))
    groups = _group(reports)
    for _, ours in groups:
        newest = new / ours[0].href
        shutil.copyfile(newest, newest.with_name("latest.html"))
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATE), autoescape=True, undefined=StrictUndefined
    )
    index = pages.get_template("site.html.j2").render(
        css=(_TEMPLATE / "page.css").read_text(encoding="utf-8"),
        count=f"{len(reports)} {'report' if len(reports) == 1 else 'reports'}",
        lineages=[_show_lineage(lineage, ours) for lineage, ours in groups],
    )
    (new / "index.html").write_text(index, encoding="utf-8")
    entries = [
        FeedEntry(
            run_id=one.run.run_id,
            title=one.title,
            href=one.href,
            published=one.published,
            summary=" ".join(filter(None, (_as_asked(one), one.bottom_line, one.since))),
            author=one.author,
        )
        for one in reports
    ]
    feed = '<?xml version="1.0" encoding="utf-8"?>\n' + compose_feed(entries, base_url=base_url)
    (new / "feed.xml").write_text(feed, encoding="utf-8")


def _as_asked(report: SiteReport) -> str:
    """Under which assumptions, where not the usual ones."""
    return f"Asked with: {report.asked}." if report.asked else ""


def _group(reports: Iterable[SiteReport]) -> list[tuple[Lineage, list[SiteReport]]]:
    groups: dict[Lineage, list[SiteReport]] = {}
    for report in reports:
        groups.setdefault(report.run.lineage, []).append(report)
    return list(groups.items())


def _show_lineage(lineage: Lineage, reports: list[SiteReport]) -> dict[str, Any]:
    return {
        "name": str(lineage),
        "slug": f"lineage-{'-'.join(astuple(lineage))}",
        "title": reports[0].title,
        "latest": f"{reports[0].folder}/latest.html",
        "reports": [
            {
                "href": one.href,
                "findings": one.href.removesuffix(".html") + ".json",
                "title": one.title,
                "published": one.published.isoformat(timespec="seconds"),
                "date": f"{one.published.day} {one.published:%B %Y}",
                "as_of": one.as_of,
                "answer": one.answer,
                "bottom_line": one.bottom_line,
                "since": one.since,
                "asked": one.asked,
                "search": _searchable(one),
            }
            for one in reports
        ],
    }


def _searchable(report: SiteReport) -> str:
    """The words a reader may look for, the date in two forms among them."""
    date = report.published
    return " ".join(
        (
            report.title,
            report.answer,
            report.bottom_line,
            report.since,
            report.asked,
            str(report.run.lineage),
            report.as_of,
            f"{date.day} {date:%B %Y %Y-%m-%d}",
        )
    )


def _exchange(new: Path, out: Path) -> None:
    """Put `new` in the place of `out`; what was there ends up as `new`.

    In one step where the system can; elsewhere the place is empty for a moment.
    """
    if not out.exists():
        new.rename(out)
        return
    if sys.platform == "linux":
        with suppress(AttributeError):  # a C library without the call
            call = ctypes.CDLL(None, use_errno=True).renameat2
            given = (_AT_CWD, os.fsencode(new), _AT_CWD, os.fsencode(out), _EXCHANGE)
            if call(*given) == 0:
                return
            failed = ctypes.get_errno()
            if failed not in {errno.ENOSYS, errno.EINVAL}:
                raise OSError(failed, os.strerror(failed), str(out))
    aside = new.with_name(f"{new.name}-old")
    out.rename(aside)
    try:
        new.rename(out)
    except OSError:
        aside.rename(out)
        raise
    aside.rename(new)
