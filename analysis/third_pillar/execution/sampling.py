"""Where the processor's time of a process goes, by sampling: imports, data, model, figures, rest.

Every few milliseconds of processor time, what was used since the last look is put to the innermost
frame that says what is being done. It costs next to nothing and holds however code is rearranged.
"""

from __future__ import annotations

import signal
import time
from collections import defaultdict
from types import FrameType

INTERVAL = 0.004
KINDS = ("imports", "data", "model", "figures", "text", "html", "engine")
_PLACES = (
    ("importlib._bootstrap", "imports"),
    ("third_pillar/evidence/", "data"),
    ("third_pillar/assessment/", "model"),
    ("third_pillar/model/", "model"),
    ("third_pillar/figures/", "figures"),
    ("/plotly/", "figures"),
    ("third_pillar/briefing/", "text"),
    ("third_pillar/publishing/", "html"),
    ("third_pillar/execution/", "engine"),
    ("third_pillar/cli/", "engine"),
)
_spent: defaultdict[str, float] = defaultdict(float)
_last = [0.0]


def sample_time() -> None:
    """Begin to count; does nothing where the system has no such timer."""
    if not hasattr(signal, "setitimer"):
        return
    _spent.clear()
    _last[0] = time.process_time()
    signal.signal(signal.SIGPROF, _note)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)


def time_spent() -> dict[str, float]:
    """Seconds of processor time by kind since `sample_time`, which ends here."""
    if not hasattr(signal, "setitimer"):
        return {}
    signal.setitimer(signal.ITIMER_PROF, 0)
    _note(0, None)
    return {kind: round(_spent[kind], 3) for kind in KINDS if _spent[kind]}


def _note(_signal: int, frame: FrameType | None) -> None:
    now = time.process_time()
    _spent[_kind(frame)] += now - _last[0]
    _last[0] = now


def _kind(frame: FrameType | None) -> str:
    while frame is not None:
        name = frame.f_code.co_filename
        for place, kind in _PLACES:
            if place in name:
                return kind
        frame = frame.f_back
    return "engine"


def add_times(*times: dict[str, float]) -> dict[str, float]:
    """The sum, kind by kind."""
    return {
        kind: round(sum(part.get(kind, 0.0) for part in times), 3)
        for kind in KINDS
        if any(kind in part for part in times)
    }
