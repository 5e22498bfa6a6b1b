"""A process that has imported all a report needs, and forks one child for each report asked of it.

It is spoken to in lines of JSON: a question a line on standard input, what happens to it a line
each on standard output. It holds one thread, so that its forks are sound, and ends when its input
does; its children end with it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import selectors
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from third_pillar.execution.bounds import give_back
from third_pillar.execution.cell_process import die_with, spare_collector
from third_pillar.execution.process import can_fork
from third_pillar.execution.progress import CellProgress
from third_pillar.execution.run_key import package_code_sha256
from third_pillar.publishing.atomic import REPORTS_VARIABLE

_CHUNK = 1 << 16


_AT_FIRST_USE = (
    "IPython.core.application",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "bdb",
    "resource",
    "third_pillar.briefing.changes",
    "third_pillar.evidence.read_digests",
    "third_pillar.evidence.synthetic",
)
"""Imported not by what needs them, but once it runs."""


_SHOWN_FIRST = (
    "show_curve",
    "show_exports",
    "show_import_shares",
    "show_stage_shares",
    "show_breadth",
    "compose_limits",
)
"""Parts of a report for which most is read or compiled where nothing was shown before."""


def warm_up() -> None:
    """Import what reports need, and do once what costs most the first time it is done."""
    from third_pillar import briefing, evidence  # noqa: PLC0415  all of this for its side effect
    from third_pillar.execution import run, shell  # noqa: F401, PLC0415
    from third_pillar.publishing import html_export, since_last  # noqa: F401, PLC0415
    from third_pillar.publishing.plotly_bundle import load_bundle  # noqa: PLC0415
    from third_pillar.publishing.provenance import installed_versions  # noqa: PLC0415

    for name in _AT_FIRST_USE:
        with contextlib.suppress(ImportError):  # what is not there will not be asked for
            importlib.import_module(name)
    load_bundle()
    installed_versions()
    html_export.warm_templates()
    for name in briefing.__all__:
        getattr(briefing, name)
    with contextlib.suppress(Exception):  # what is wrong with the data, each report says
        case = briefing.open_case()
        _ = case.metrics, case.verdicts, case.results.trade_panel, case.results.export_study
        for name in _SHOWN_FIRST:
            getattr(briefing, name)(case)._repr_mimebundle_()
        for scenario in evidence.scenario_names():
            evidence.load_evidence(case.results.question.as_of, scenario=scenario)


@dataclass
class _Worker:
    """One child at work on one report, or on several that share what is computed.

    Attributes:
        waiting: Reports it has not said the outcome of.
        pid: Its number.
        told: Descriptor of what it says.
        buffer: A line not yet at its end.
    """

    waiting: list[int]
    pid: int
    told: int
    buffer: bytearray = field(default_factory=bytearray)


class _Parent:
    """Reads questions, forks, passes on what the children say."""

    def __init__(self, answers: int, code: str) -> None:
        self._answers = answers
        self._code = code
        self._workers: dict[int, _Worker] = {}
        self._asked = bytearray()
        self._selector = selectors.DefaultSelector()
        self._is_asked = True

    def serve(self) -> None:
        self._selector.register(0, selectors.EVENT_READ)
        try:
            while self._is_asked or self._workers:
                for key, _ in self._selector.select():
                    if key.fd == 0:
                        self._read_questions()
                    else:
                        self._read_answers(self._workers[key.fd])
        finally:
            for worker in self._workers.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)

    def _read_questions(self) -> None:
        data = os.read(0, _CHUNK)
        if not data:
            # whoever asked is gone: nobody wants what is still being made
            raise SystemExit(0)
        self._asked += data
        *lines, rest = self._asked.split(b"\n")
        self._asked = bytearray(rest)
        for line in lines:
            if line.strip():
                self._start(json.loads(line))

    def _start(self, questions: list[dict[str, Any]]) -> None:
        told, tell = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            others = [told, *(w.told for w in self._workers.values())]
            _work(questions, self._code, tell, parent, others)
        os.close(tell)
        worker = _Worker([int(question["task"]) for question in questions], pid, told)
        self._workers[told] = worker
        self._selector.register(told, selectors.EVENT_READ)

    def _read_answers(self, worker: _Worker) -> None:
        data = os.read(worker.told, _CHUNK)
        worker.buffer += data
        *lines, rest = worker.buffer.split(b"\n")
        worker.buffer = bytearray(rest)
        for line in lines:
            if line.startswith(b'{"outcome"'):
                worker.waiting.remove(int(json.loads(line)["task"]))
            self._say(bytes(line))
        if data:
            return
        self._selector.unregister(worker.told)
        os.close(worker.told)
        del self._workers[worker.told]
        _, status = os.waitpid(worker.pid, 0)
        said = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "no signal"
        how = {"lost": f"the process that made the report ended by {said}, unfinished"}
        for place, task in enumerate(worker.waiting):
            # those it had not begun are not lost with the one it was making
            self._say(json.dumps({**how, "task": task, "begun": place == 0}).encode())

    def _say(self, line: bytes) -> None:
        data = line + b"\n"
        while data:
            data = data[os.write(self._answers, data) :]


def _work(
    questions: list[dict[str, Any]], code: str, tell: int, parent: int, others: list[int]
) -> None:
    """One report, or several that share what is computed, in a child; does not return."""
    try:
        die_with(parent)
        for descriptor in others:
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        for question in questions:
            asked = {**question, "code": code, "shares": len(questions) > 1}
            _say(tell, {"outcome": _answer(asked, tell), "task": question["task"]})
    except BaseException:  # noqa: BLE001  the parent says that the child was lost; this says why
        with contextlib.suppress(OSError):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(0)


def _answer(question: dict[str, Any], tell: int) -> dict[str, Any]:
    from third_pillar.publishing.earlier import Earlier  # noqa: PLC0415  imported by now
    from third_pillar.publishing.report import publish_report  # noqa: PLC0415  same
    from third_pillar.vocabulary.errors import PillarError, ReportFailed  # noqa: PLC0415  same

    def tell_step(step: CellProgress) -> None:
        _say(tell, {"step": [step.number, step.of, step.heading], "task": question["task"]})

    def announce(run_id: str) -> None:
        _say(tell, {"publishing": run_id, "task": question["task"]})

    began = _spent()
    earlier = question["earlier"]
    if question["reports"]:
        os.environ[REPORTS_VARIABLE] = question["reports"]
    try:
        if package_code_sha256() != question["code"]:
            raise ReportFailed(
                "the kit's code changed while the batch ran", hint="Run the batch again."
            )
        outcome = dataclasses.asdict(
            publish_report(
                question["profile"],
                question["given"],
                force=question["force"],
                timeout=question["timeout"],
                engine=question["engine"],
                own_figures=question["own_figures"],
                earlier=None if earlier is None else [Earlier(**one) for one in earlier],
                progress=tell_step,
                shares=question["shares"],
                announce=announce,
            )
        )
    except PillarError as error:
        outcome = {"status": "failed", "message": str(error), "hint": error.hint}
        outcome |= {"error": type(error).__name__}
    return {**outcome, "processor_seconds": round(_spent() - began, 3)}


def _spent() -> float:
    """Processor seconds of this process and of those it has waited for."""
    now = os.times()
    return time.process_time() + now.children_user + now.children_system


def _say(descriptor: int, message: dict[str, Any]) -> None:
    data = (json.dumps(message, default=str) + "\n").encode()
    while data:
        data = data[os.write(descriptor, data) :]


def main() -> None:
    """The process as a program."""
    code = package_code_sha256()
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever prints does not disturb the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    give_back()
    spare_collector()
    ready = {"ready": True, "code": code, "forks": can_fork(), "pid": os.getpid()}
    _say(answers, {**ready, "processor_seconds": round(time.process_time(), 3)})
    with contextlib.suppress(BrokenPipeError):
        _Parent(answers, code).serve()
    sys.stdout.flush()


if __name__ == "__main__":
    main()
