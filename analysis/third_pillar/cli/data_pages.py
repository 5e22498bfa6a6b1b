"""`pillar data dictionary`, `corrections` and `changelog`: pages made from the data."""

from __future__ import annotations

from collections.abc import Callable

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say
from third_pillar.evidence.files import write_whole
from third_pillar.vocabulary.errors import ParameterFault, PillarError


class StalePage(PillarError):
    """A generated page no longer says what the data say."""

    exit_code = 1


def write_dictionary(*, check: bool) -> int:
    """Exit code after the dictionary was written, or compared."""
    from third_pillar.evidence.dictionary import FILE, render_dictionary

    return _write(FILE, render_dictionary, "pillar data dictionary", check=check)


def write_corrections(*, check: bool) -> int:
    """Exit code after the corrections page was written, or compared."""
    from third_pillar.evidence.corrections_page import FILE, render_corrections

    return _write(FILE, render_corrections, "pillar data corrections", check=check)


def _write(file: str, render: Callable[[], str], command: str, *, check: bool) -> int:
    evidence.check_package()
    path = evidence.project_root() / file
    fresh = render()
    held = path.read_text(encoding="utf-8") if path.is_file() else None
    if held == fresh:
        say(f"{file} is up to date.")
        return 0
    if check:
        said = "is not there" if held is None else "is stale: the data have changed since"
        raise StalePage(f"{file} {said}", hint=f"Write it anew with `{command}`.")
    write_whole(path, fresh)
    say(f"Written: {file}")
    return 0


def show_changelog(*, check: bool, write: bool, refresh: bool, against: str, as_json: bool) -> int:
    """Exit code after the missing entry was printed or written, or the newest was compared.

    Raises:
        ParameterFault: Two of the options exclude each other, or the commit cannot be read.
    """
    from third_pillar.evidence import changelog

    if check + write + refresh > 1:
        raise ParameterFault("--check, --write and --refresh exclude each other")
    faults = changelog.find_changelog_faults()
    if check:
        if as_json:
            answer_json({"status": "failed" if faults else "recorded", "faults": faults})
        if faults and not as_json:
            raise StalePage(
                "\n  ".join(["data/CHANGELOG.md does not keep up with the data:", *faults])
            )
        if not as_json:
            say("data/CHANGELOG.md states the data as they are.")
        return StalePage.exit_code if faults else 0
    if write:
        changelog.write_entry(against=against)
        say("Added to data/CHANGELOG.md: complete the reasons and the effect on the indicators.")
    elif refresh:
        changelog.refresh_entry()
        say("The newest entry of data/CHANGELOG.md states the data as they are.")
    elif as_json:
        drafted = changelog.draft_entry(against=against) if faults else ""
        answer_json({"faults": faults, "entry": drafted})
    elif faults:
        say(changelog.draft_entry(against=against))
    else:
        say("Nothing to add: data/CHANGELOG.md states the data as they are.")
    return 0
