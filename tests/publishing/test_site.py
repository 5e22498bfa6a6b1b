"""Promises about the site: what readers may have and nothing else, exchanged as a whole."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

import kept
from kept import BRAZIL, change, keep
from third_pillar.publishing import site as site_module
from third_pillar.publishing.approval import approve
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.feed import ATOM, FeedEntry, compose_feed
from third_pillar.publishing.site import publish_site
from third_pillar.vocabulary.errors import ParameterFault

NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
EMBARGO = NOW + dt.timedelta(days=5)
HOSTILE = "</title><script>alert(1)</script>\x0b\ufffe & Co"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def publish(archive: Archive, **given: Any) -> Any:
    embargo = given.pop("embargo", None)
    run = keep(archive, **given)
    approve(archive, run, by="A. Reader", state="published", embargo=embargo, now=NOW)
    return run


def write(archive: Archive, out: Path, **given: Any) -> list[str]:
    return [one.run.run_id for one in publish_site(archive, out, now=NOW, **given)]


def files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def check_atom(text: str) -> list[str]:
    """What RFC 4287 asks of a feed and its entries, checked element by element."""
    feed = ET.fromstring(text)  # noqa: S314  our own feed
    faults = [] if feed.tag == f"{{{ATOM}}}feed" else ["the root is no feed"]
    once = {"title", "id", "updated"}
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
    parts = [feed, *feed.findall(f"{{{ATOM}}}entry")]
    for part in parts:
        names = [child.tag.removeprefix(f"{{{ATOM}}}") for child in part]
        faults += [f"{name}: {names.count(name)} times" for name in once if names.count(name) != 1]
        faults += [] if "author" in names else ["no author"]
        for child in part:
            name = child.tag.removeprefix(f"{{{ATOM}}}")
            if name in {"updated", "published"} and not moment.fullmatch(child.text or ""):
                faults.append(f"{name}: {child.text}")
            if name == "id" and not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", child.text or ""):
                faults.append(f"id: {child.text}")
            if name == "link" and not child.get("href"):
                faults.append("a link without address")
        if part is not feed:
            links = [one for one in part if one.tag.endswith("link")]
            faults += [] if any(one.get("rel") == "alternate" for one in links) else ["no link"]
    ids = [one.text for part in parts for one in part.findall(f"{{{ATOM}}}id")]
    return faults + ([] if len(ids) == len(set(ids)) else ["two entries of one id"])


def test_drafts_embargoed_withdrawn_and_damaged_reports_are_left_out(
    archive: Archive, tmp_path: Path
) -> None:
    """Neither in the index nor in the feed nor as a file."""
    good = publish(archive, text="good")
    keep(archive, text="draft")
    publish(archive, text="embargoed", embargo=EMBARGO)
    withdrawn = publish(archive, text="withdrawn")
    approve(archive, withdrawn, by="A", state="draft", now=NOW)
    damaged = publish(archive, text="damaged")
    change(damaged.folder / "findings.json")
    brazil = publish(archive, lineage=BRAZIL, text="brazil")
    out = tmp_path / "site"
    assert set(write(archive, out)) == {good.run_id, brazil.run_id}
    home = "reports/full-IND-newsx-2025-11-07-en"
    names = files(out)
    assert f"{home}/{good.run_id}.html" in names
    assert f"{home}/latest.html" in names
    text = (out / "index.html").read_text("utf-8") + (out / "feed.xml").read_text("utf-8")
    everything = text + " ".join(names)
    for hidden in (withdrawn.run_id, damaged.run_id):
        assert hidden not in everything
    later = publish_site(archive, out, now=EMBARGO)
    assert len(later) == 3


def test_a_report_under_other_assumptions_says_so_in_the_index_and_in_the_feed(
    archive: Archive, tmp_path: Path
) -> None:
    """It has the title of the plain one, and stands beside it."""
    plain = publish(archive, text="plain")
    asked = {**plain.manifest["parameters"], "scenario": "two_more_years_late", "seed": 7}
    publish(archive, text="late", parameters=asked)
    out = tmp_path / "site"
    write(archive, out)
    page = BeautifulSoup((out / "index.html").read_text("utf-8"), "html.parser")
    told = ["asked with: two more years late, seed 7" in li.get_text() for li in page.select("li")]
    assert sorted(told) == [False, True]
    feed = ET.parse(out / "feed.xml")  # noqa: S314  our own feed
    said = [str(one.text) for one in feed.iter(f"{{{ATOM}}}summary")]
    assert [one.startswith("Asked with: two more years late, seed 7. ") for one in said] == told


def test_a_report_on_the_site_is_the_approved_one_to_the_byte(
    archive: Archive, tmp_path: Path
) -> None:
    run = publish(archive)
    out = tmp_path / "site"
    write(archive, out)
    page = (out / f"reports/full-IND-newsx-2025-11-07-en/{run.run_id}.html").read_bytes()
    assert page == (run.folder / "report.html").read_bytes()


def test_every_link_of_the_index_leads_to_a_file_beside_it(
    archive: Archive, tmp_path: Path
) -> None:
    """No address of any host: it opens from disk and below any path of a web host."""
    publish(archive)
    publish(archive, lineage=BRAZIL)
    out = tmp_path / "site"
    write(archive, out)
    index = (out / "index.html").read_text("utf-8")
    links = [link for link in re.findall(r'href="([^"#]+)"', index) if link != "data:,"]
    assert len(links) >= 7
    assert all((out / link).is_file() for link in links)
    assert not re.search(r"https?://|\ssrc=|@import|url\(", index)


def test_the_same_archive_gives_the_same_site(archive: Archive, tmp_path: Path) -> None:
    publish(archive)
    contents = []
    for name in ("one", "two"):
        write(archive, tmp_path / name)
        contents.append({f: (tmp_path / name / f).read_bytes() for f in files(tmp_path / name)})
    assert contents[0] == contents[1]


def test_the_feed_keeps_the_rules_of_atom(archive: Archive, tmp_path: Path) -> None:
    """Hostile titles included; with a base address every link is whole."""
    publish(archive)
    publish(archive, lineage=BRAZIL)
    out = tmp_path / "site"
    write(archive, out, base_url="https://example.org/reports")
    text = (out / "feed.xml").read_text("utf-8")
    assert check_atom(text) == []
    links = re.findall(r'href="([^"]+)"', text)
    assert "https://example.org/reports/feed.xml" in links
    assert all(link.startswith("https://example.org/reports/") for link in links)
    entry = FeedEntry("r", HOSTILE, "a.html", NOW, HOSTILE, HOSTILE)
    hostile = compose_feed([entry])
    assert check_atom(hostile) == []
    assert "<script>" not in hostile
    assert check_atom(compose_feed([])) == []


def test_the_check_of_the_feed_would_find_faults() -> None:
    broken = compose_feed([FeedEntry("r", "t", "a.html", NOW, "s", "A")])
    assert check_atom(broken.replace("updated>", "update>"))
    assert check_atom(broken.replace("urn:uuid:", "run-"))
    with pytest.raises(ET.ParseError):
        check_atom(broken.replace("</feed>", ""))


def test_hostile_findings_are_text_in_the_index(archive: Archive, tmp_path: Path) -> None:
    publish(archive, changes={"sentences": [HOSTILE]}, as_of=HOSTILE)
    out = tmp_path / "site"
    write(archive, out)
    assert "<script>alert" not in (out / "index.html").read_text("utf-8")


@pytest.mark.parametrize("what", ["file", "link", "full"])
def test_a_folder_of_something_else_is_never_replaced(
    archive: Archive, tmp_path: Path, what: str
) -> None:
    out = tmp_path / "site"
    if what == "file":
        out.write_text("mine")
    elif what == "link":
        out.symlink_to(tmp_path)
    else:
        out.mkdir()
        (out / "thesis.txt").write_text("mine")
    with pytest.raises(ParameterFault, match="--out"):
        write(archive, out)
    assert out.is_symlink() or out.is_file() or (out / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "example.org",
        "https://",
        "https://a/?b",
        "\n",
        "https://a/b c/",
        "https://a/<b>",
    ],
)
def test_a_base_address_that_is_none_is_refused(archive: Archive, tmp_path: Path, url: str) -> None:
    with pytest.raises(ParameterFault, match="--base-url"):
        write(archive, tmp_path / "site", base_url=url)


def test_stopped_while_it_is_built_the_old_site_stays(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(archive)
    out = tmp_path / "site"
    write(archive, out)
    before = files(out)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(site_module, "compose_feed", lambda *_, **__: die())
    with pytest.raises(KeyboardInterrupt):
        write(archive, out)
    assert files(out) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".site")] == []


def test_a_visitor_sees_the_old_site_or_the_new_one(archive: Archive, tmp_path: Path) -> None:
    """While another process writes it again and again, the index is always there."""
    publish(archive)
    out = tmp_path / "site"
    write(archive, out)
    code = (
        "import datetime as dt, sys; from pathlib import Path;"
        "from third_pillar.publishing.archive import Archive;"
        "from third_pillar.publishing.site import publish_site;"
        f"archive = Archive(Path({str(archive.folder)!r}));"
        f"[publish_site(archive, Path({str(out)!r})) for _ in range(40)]"
    )
    writer = subprocess.Popen([sys.executable, "-c", code])
    seen = 0
    while writer.poll() is None:
        assert "Published reports" in (out / "index.html").read_text("utf-8")
        seen += 1
    assert writer.returncode == 0
    assert seen


def test_the_index_says_which_question_the_answer_is_to_and_keeps_percent_signs(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of the network is no yes or no: the answer is whether the candidate is a pillar."""
    plain = kept.findings_dict

    def answered(**given: Any) -> dict[str, Any]:
        return {**plain(**given), "bottom_line": {"answer": "no", "text": "It is 18 % of it."}}

    monkeypatch.setattr(kept, "findings_dict", answered)
    publish(archive)
    write(archive, tmp_path / "site")
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "is it a pillar: <strong>no</strong>" in page
    assert "<p>It is 18\N{NO-BREAK SPACE}% of it.</p>" in page
