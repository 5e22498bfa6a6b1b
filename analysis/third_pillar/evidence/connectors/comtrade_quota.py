"""What a Comtrade key allows, and how much of it a day has used."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass

from third_pillar.evidence.connectors.cache import Cache
from third_pillar.evidence.connectors.catalogue import SOURCES
from third_pillar.evidence.files import read_json, write_json
from third_pillar.vocabulary.errors import ParameterFault, SourceFault


@dataclass(frozen=True)
class Quota:
    """What a key allows; the publisher changes it, so the environment may (see --help)."""

    rows: int = 100_000
    calls_a_day: int = 500

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Quota:
        """The quota, with PILLAR_COMTRADE_ROWS and PILLAR_COMTRADE_CALLS where they are set.

        Raises:
            ParameterFault: One of them is not a whole number above zero.
        """
        chosen = {}
        for name, variable in (
            ("rows", "PILLAR_COMTRADE_ROWS"),
            ("calls_a_day", "PILLAR_COMTRADE_CALLS"),
        ):
            text = environment.get(variable, "")
            if text and not (text.isdigit() and int(text)):
                raise ParameterFault(f"{variable} is {text!r}, not a whole number above zero")
            if text:
                chosen[name] = int(text)
        return cls(**chosen)


def count_call(cache: Cache, quota: Quota) -> None:
    """Count a call of the key's day.

    Raises:
        SourceFault: The day's calls are used up.
    """
    path = cache.root / "quota" / "comtrade.json"
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    counted = read_json(path) or {}
    calls = int(counted.get("calls", 0)) if counted.get("day") == day else 0
    if calls >= quota.calls_a_day:
        raise SourceFault(
            f"{SOURCES['comtrade'].title}: "
            f"{calls} of {quota.calls_a_day} calls of {day} (UTC) are used",
            hint="Go on tomorrow, or set PILLAR_COMTRADE_CALLS if your key allows more.",
        )
    write_json(path, {"day": day, "calls": calls + 1})
