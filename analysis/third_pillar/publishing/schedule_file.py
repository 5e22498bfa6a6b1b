"""Reads `reports/schedule.yml`; every fault at once, each with its place and the nearest name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from third_pillar.execution.yaml_files import NoYaml, phrase_fault, read_yaml_file
from third_pillar.publishing.slots import Timetable
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ReportParameters, nearest
from third_pillar.vocabulary.schedule import Mail, Retries, Schedule, ScheduleEntry

SCHEDULE = Path("reports") / "schedule.yml"
_LARGEST = 1_000_000
_MODELS: dict[str, type[BaseModel]] = {"retries": Retries, "mail": Mail}
_HINT = (
    "docs/how-to/publish-and-schedule.md explains the file; docs/schemas/schedule.schema.json is "
    "its form."
)


@dataclass(frozen=True)
class Entry:
    """One entry with its name and timetable."""

    name: str
    asked: ScheduleEntry
    timetable: Timetable


def load_schedule(root: Path) -> list[Entry]:
    """The entries, in the order of the file; none where there is no file.

    Raises:
        ParameterFault: The file breaks its form; every fault with its place and way out.
    """
    path = root / SCHEDULE
    try:
        if path.stat().st_size > _LARGEST:
            raise _fault(["is larger than a megabyte"])
        content = read_yaml_file(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _fault([f"cannot be read: {error}"]) from None
    except NoYaml as error:
        raise _fault([f"is no YAML of this form: {error}"]) from None
    try:
        schedule = Schedule.model_validate({} if content is None else content)
    except ValidationError as error:
        raise _fault([_phrase(dict(part)) for part in error.errors()]) from None
    entries = [
        Entry(name, asked, Timetable(asked.cron, asked.timezone))
        for name, asked in schedule.entries.items()
    ]
    faults = [fault for entry in entries for fault in _entry_faults(entry, root)]
    if faults:
        raise _fault(faults)
    return entries


def _entry_faults(entry: Entry, root: Path) -> Iterator[str]:
    asked, place = entry.asked, f"entries.{entry.name}"
    wrong = entry.timetable.check()
    if wrong.startswith("no such time zone"):
        from zoneinfo import available_timezones  # noqa: PLC0415  reads hundreds of files

        near = nearest(asked.timezone[:60], tuple(sorted(available_timezones())))
        yield f"{place}.timezone: {wrong}.{near}"
    elif wrong:
        yield f"{place}.cron: {asked.cron[:60]!r} {wrong}"
    profiles = tuple(sorted(p.stem for p in (root / "reports" / "profiles").glob("*.yml")))
    if asked.profile not in profiles:
        near = nearest(asked.profile[:60], profiles)
        yield (
            f"{place}.profile: {asked.profile[:60]!r} is not known.{near} "
            f"Valid: {', '.join(profiles) or 'none'}"
        )
    names = tuple(ReportParameters.model_fields)
    for name in asked.parameters:
        if name == "profile":
            yield f"{place}.parameters.profile: name it once, as the entry's profile"
        elif name not in names:
            near = nearest(str(name)[:60], names)
            yield (
                f"{place}.parameters.{str(name)[:60]}: unknown parameter.{near} "
                f"Valid: {', '.join(names)}"
            )


def _phrase(part: Mapping[str, Any]) -> str:
    """One fault of the form, with the nearest key where a key is unknown."""
    place = [str(one)[:60] for one in part["loc"] if one != "[key]"]
    said = phrase_fault(str(part["msg"]))
    if part["type"] == "extra_forbidden":
        parents = place[:-1]
        model = _MODELS.get(parents[-1] if parents else "", ScheduleEntry if parents else Schedule)
        names = tuple(field.alias or name for name, field in model.model_fields.items())
        said = f"unknown key.{nearest(place[-1], names)} Valid: {', '.join(names)}"
    elif part["type"] == "string_pattern_mismatch" and len(place) <= 2:  # noqa: PLR2004  a name
        said = "a name holds small letters, digits, - and _, at most 64"
    return f"{'.'.join(place) or 'the file'}: {said}"


def _fault(faults: list[str]) -> ParameterFault:
    if len(faults) == 1:
        return ParameterFault(f"{SCHEDULE.as_posix()}: {faults[0]}", hint=_HINT)
    listed = "\n".join(f"  {fault}" for fault in faults)
    return ParameterFault(f"{SCHEDULE.as_posix()}: {len(faults)} faults\n{listed}", hint=_HINT)
