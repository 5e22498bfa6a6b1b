"""What makes a machine look at the schedule: systemd units, a crontab line, a CI workflow.

All three only call `pillar schedule run` every few minutes; what is due, in which zone, and
whether it was done, the schedule itself knows. Paths are those of this machine at this moment,
so the first two belong outside the repository.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from third_pillar.evidence.location import ROOT_VARIABLE
from third_pillar.publishing.atomic import REPORTS_VARIABLE, storage_faults, write_atomic
from third_pillar.vocabulary.errors import ParameterFault, StorageFault

Kind = Literal["systemd", "cron", "github-actions"]
KINDS: tuple[Kind, ...] = ("systemd", "cron", "github-actions")
_HOUR = 60
_MARK = "# pillar schedule of"
_NAME = "pillar-schedule"
_NO_CRONTAB = ("no crontab", "no such file")


@dataclass(frozen=True)
class Installation:
    """What is to be installed.

    Attributes:
        files: Where each text goes, in order; a crontab has no path.
        after: The command that makes it take effect.
    """

    files: Mapping[Path | None, str]
    after: str


def compose_installation(
    kind: Kind,
    *,
    root: Path,
    every: int,
    home: Path,
    reports: Path | None = None,
    is_named: bool = False,
) -> Installation:
    """The texts for this machine.

    Args:
        kind: For what.
        root: Absolute path of the project.
        every: Minutes between two looks; a divisor of 60.
        home: The user's folder.
        reports: Reports folder where it is not the project's own.
        is_named: Whether the project is another than the one the command is installed in, so
            that it must be named.

    Raises:
        ParameterFault: `every` does not divide the hour, or a path cannot be written there.
    """
    if not 1 <= every <= _HOUR or _HOUR % every:
        raise ParameterFault(
            f"--every {every}: should divide 60, as 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60"
        )
    for path in (root, reports):
        if path is not None and not str(path).isprintable():
            raise ParameterFault(f"{str(path)!r}: such a path cannot stand in a unit or a crontab")
    given = {ROOT_VARIABLE: root} if is_named else {}
    given |= {REPORTS_VARIABLE: reports} if reports else {}
    if kind == "systemd":
        return _systemd(root, every, home, given)
    if kind == "cron":
        return _cron(root, every, given)
    return _workflow(root, every)


def _command() -> list[str]:
    """The kit's own command, of the environment that is running now."""
    return [str(Path(sys.executable).parent / "pillar"), "schedule", "run", "--quiet"]


def _systemd(root: Path, every: int, home: Path, given: Mapping[str, Path]) -> Installation:
    program, *words = _command()
    words = [_quote_unit(program), *(_quote_unit(word, dollar="$$") for word in words)]
    environment = "".join(
        f"Environment={_quote_unit(f'{name}={path}')}\n" for name, path in given.items()
    )
    service = (
        "[Unit]\n"
        "Description=Run what is due of the pillar schedule\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        # a path here is taken as it stands, but for percent signs
        f"WorkingDirectory={str(root).replace('%', '%%')}\n"
        f"{environment}"
        f"ExecStart={' '.join(words)}\n"
    )
    timer = (
        "[Unit]\n"
        "Description=Look at the pillar schedule\n\n"
        "[Timer]\n"
        f"OnCalendar=*-*-* *:0/{every if every < _HOUR else 0}:00\n"
        "Persistent=true\n"
        "AccuracySec=1s\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    ).replace("*:0/0:00", "*:00:00")
    folder = home / ".config" / "systemd" / "user"
    return Installation(
        {folder / f"{_NAME}.service": service, folder / f"{_NAME}.timer": timer},
        f"systemctl --user daemon-reload && systemctl --user enable --now {_NAME}.timer",
    )


def _quote_unit(word: str, *, dollar: str = "$") -> str:
    """A word in quotes; a dollar sign stands for a variable in arguments, and there alone."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped.replace("$", dollar)}"'


def _cron(root: Path, every: int, environment: Mapping[str, Path]) -> Installation:
    minutes = "*" if every == 1 else f"*/{every}" if every < _HOUR else "0"
    given = "".join(f"{name}={shlex.quote(str(path))} " for name, path in environment.items())
    command = f"cd {shlex.quote(str(root))} && {given}{shlex.join(_command())}"
    # cron ends a command at a percent sign
    escaped = command.replace("%", r"\%")
    line = f"{_MARK} {root}\n{minutes} * * * * {escaped}\n"
    return Installation({None: line}, "crontab -l")


def _workflow(root: Path, every: int) -> Installation:
    """A workflow without a path of this machine; it goes into the repository."""
    step = max(every, 5)  # the service starts none more often
    text = f"""\
# Looks at reports/schedule.yml and makes what is due. Written by `pillar schedule install`.
name: Scheduled reports
on:
  schedule:
    - cron: "{f"*/{step}" if step < _HOUR else "7"} * * * *"
  workflow_dispatch: {{}}
concurrency:
  group: pillar-schedule
  cancel-in-progress: false
permissions:
  contents: read
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - uses: actions/cache/restore@v4
        with:
          path: |
            reports/archive
            reports/schedule
          key: pillar-reports-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
          restore-keys: pillar-reports-
      - run: make .venv/.run-ready
      - run: .venv/bin/pillar schedule run --since "$(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ)"
      - run: .venv/bin/pillar site --out reports/site
        if: ${{{{ !cancelled() }}}}
      # saved after a failure too: the ledger of what was done is in it
      - uses: actions/cache/save@v4
        if: ${{{{ !cancelled() }}}}
        with:
          path: |
            reports/archive
            reports/schedule
          key: pillar-reports-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}
      - uses: actions/upload-artifact@v4
        if: ${{{{ !cancelled() }}}}
        with:
          name: reports
          path: |
            reports/archive
            reports/outbox
            reports/site
"""
    path = root / ".github" / "workflows" / f"{_NAME}.yml"
    return Installation({path: text}, "git add .github/workflows && git commit")


def write_installation(installation: Installation) -> list[str]:
    """What was written, in words; a crontab keeps its other lines.

    Raises:
        StorageFault: A file or the crontab cannot be written.
    """
    written = []
    for path, text in installation.files.items():
        if path is None:
            _add_to_crontab(text)
            written.append("the user's crontab")
        else:
            with storage_faults(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, text)
            written.append(str(path))
    return written


def _read_crontab() -> list[str]:
    """Its lines; none where the user has none. What cannot be read is not to be overwritten."""
    plain = {**os.environ, "LC_ALL": "C"}
    read = subprocess.run(
        ["crontab", "-l"],  # noqa: S607  the user's own
        capture_output=True,
        text=True,
        check=False,
        env=plain,
    )
    said = read.stderr.casefold()
    if read.returncode and said.strip() and not any(none in said for none in _NO_CRONTAB):
        raise subprocess.CalledProcessError(
            read.returncode, "crontab", stderr=" ".join(read.stderr.split())
        )
    return [] if read.returncode else read.stdout.splitlines()


def _add_to_crontab(text: str) -> None:
    mark = text.splitlines()[0]
    try:
        lines = _read_crontab()
        kept: list[str] = []
        skip = False
        for line in lines:
            if line == mark or skip:
                skip = line == mark
            else:
                kept.append(line)
        new = "\n".join([*kept, text])
        subprocess.run(["crontab", "-"], input=new, text=True, check=True, capture_output=True)  # noqa: S607  same
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise StorageFault(
            f"the crontab cannot be written: {said}",
            hint="Print the line with `pillar schedule install cron` and add it yourself.",
        ) from None
