"""The form of `reports/schedule.yml`: what is made when, and what follows. Types only."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from third_pillar.vocabulary.parameters import ReportParameters

SLOT = "slot"
"""Value of `as_of` that stands for the date of the slot, in the entry's time zone."""

_NAMES: Any = {"propertyNames": {"enum": sorted({*ReportParameters.model_fields} - {"profile"})}}
EntryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Command = Annotated[list[Line], Field(min_length=1, max_length=100)]
_ADDRESS = re.compile(r"[^\s<>@,;:]+@[^\s<>@,;:]+|[^<>@\r\n]{1,100}<[^\s<>@,;:]+@[^\s<>@,;:]+>")


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retries(_Closed):
    """How often a slot is tried, and how long between tries; the wait doubles each time."""

    attempts: int = Field(default=2, ge=1, le=20, description="tries in all")
    wait_seconds: float = Field(default=30, ge=0, le=3_600, description="before the second try")
    max_wait_seconds: float = Field(default=900, ge=0, le=86_400)


class Mail(_Closed):
    """A message written to reports/outbox/ with the report attached; it is not sent."""

    sender: str = Field(alias="from", description="address, or name and address")
    to: list[str] = Field(min_length=1, max_length=100)
    subject: str = Field(
        default="{title}",
        min_length=1,
        max_length=200,
        description="may hold {title}, {entry}, {slot}, {state} and {answer}",
    )
    when: Literal["success", "failure", "always"] = "success"

    @field_validator("sender", "to")
    @classmethod
    def _check_addresses(cls, value: str | list[str]) -> str | list[str]:
        for address in [value] if isinstance(value, str) else value:
            if not address.isprintable() or not _ADDRESS.fullmatch(address.strip()):
                msg = f"{address[:60]!r} is no address such as desk@example.org"
                raise ValueError(msg)
        return value

    @field_validator("subject")
    @classmethod
    def _check_subject(cls, value: str) -> str:
        if not value.isprintable():
            msg = "should be one line"
            raise ValueError(msg)
        return value


class ScheduleEntry(_Closed):
    """One report that is made by itself."""

    cron: str = Field(
        description="minute, hour, day of month, month, day of week, as in 0 6 * * MON",
        max_length=200,
    )
    timezone: str = Field(default="UTC", description="IANA name, as in Asia/Kolkata")
    profile: str = Field(default="full", description="file of reports/profiles/")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="as for `pillar report -p`; `as_of: slot` is its date",
        json_schema_extra=_NAMES,
    )
    enabled: bool = True
    own_figures: Literal["refuse", "use", "leave_out"] = Field(
        default="refuse", description="what to do where data/overlay/ holds figures of your own"
    )
    retries: Retries = Retries()
    timeout_seconds: float | None = Field(default=None, gt=0, le=86_400)
    keep: int | None = Field(
        default=None, ge=1, description="newest runs kept of the lineage; all where left out"
    )
    on_success: list[Command] = Field(
        default_factory=list, description="commands as lists of words; no shell reads them"
    )
    on_failure: list[Command] = Field(default_factory=list, description="the same")
    command_timeout_seconds: float = Field(default=300, gt=0, le=86_400)
    mail: Mail | None = None

    @field_validator("on_success", "on_failure", mode="before")
    @classmethod
    def _refuse_text(cls, value: object) -> object:
        lines = value if isinstance(value, list) else [value]
        if any(isinstance(line, str) for line in lines):
            msg = (
                'should be a list of lists of words, as in [["rsync", "-a", "reports/site/", "…"]]'
            )
            raise ValueError(msg)
        return value

    @field_validator("parameters", mode="before")
    @classmethod
    def _write_dates_as_text(cls, value: object) -> object:
        if not isinstance(value, dict):
            return {} if value is None else value
        return {
            name: part.isoformat() if isinstance(part, dt.date) else part
            for name, part in value.items()
        }


class Schedule(_Closed):
    """The whole file: entries by name."""

    entries: dict[EntryName, ScheduleEntry] = Field(default_factory=dict, max_length=1_000)
