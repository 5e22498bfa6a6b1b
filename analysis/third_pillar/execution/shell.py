"""One process runs the cells of a notebook and keeps what they show, as a kernel would.

No sockets, no second process, no history file: IPython's own shell, with its three ways out
(streams, displays, results) led into the outputs of the cell that runs.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

MAX_STREAM = 1024 * 1024
"""Signs of printed text kept of a run; what is beyond is counted and said, not kept."""
MAX_SHOWN = 64 * 1024 * 1024
"""Bytes of displayed data a run may hold; a cell that goes beyond fails."""


class OutputTooLarge(Exception):
    """A notebook displays more than a report can hold."""


class Outputs:
    """What the cell that runs has shown so far, in order."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self._named: dict[str, list[dict[str, Any]]] = {}
        self._stream_room = MAX_STREAM
        self._shown = 0
        self._dropped = 0
        self._clears = False

    def begin(self) -> None:
        """A new cell."""
        self.items, self.changed, self._dropped, self._clears = [], [], 0, False

    def end(self) -> list[dict[str, Any]]:
        """The outputs of the cell that ran."""
        if self._dropped:
            said = f"[{self._dropped:,} more characters were printed and not kept]\n"
            self.items.append({"output_type": "stream", "name": "stderr", "text": said})
        return self.items

    def stream(self, name: str, text: str) -> None:
        """Printed text; joins what the same stream printed just before."""
        kept = text[: self._stream_room]
        self._stream_room -= len(kept)
        self._dropped += len(text) - len(kept)
        if not kept:
            return
        self._clear_if_asked()
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            last["text"] += kept
        else:
            self.items.append({"output_type": "stream", "name": name, "text": kept})

    def show(self, kind: str, content: dict[str, Any], display_id: str | None = None) -> None:
        """A display or a result."""
        output = {"output_type": kind, **_plain(content)}
        self._shown += len(json.dumps(output["data"], ensure_ascii=False))
        if self._shown > MAX_SHOWN:
            raise OutputTooLarge(
                f"the notebook displays more than {MAX_SHOWN // 2**20} MB; "
                "a report shows results, not the data they rest on"
            )
        self._clear_if_asked()
        self.items.append(output)
        if display_id:
            self._named.setdefault(display_id, []).append(output)

    def update(self, content: dict[str, Any], display_id: str | None) -> None:
        """Replace what was displayed under a name, in whichever cell."""
        fresh = _plain(content)
        for output in self._named.get(display_id or "", []):
            output.update(data=fresh["data"], metadata=fresh["metadata"])
            self.changed.append(output)

    def clear(self, *, wait: bool) -> None:
        """Empty the cell, at once or with the next output."""
        self._clears = wait
        if not wait:
            self.items.clear()

    def _clear_if_asked(self) -> None:
        if self._clears:
            self.items.clear()
            self._clears = False


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = f"<{name}>"
        self._kind = name
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.stream(self._kind, text)
        return len(text)

    def close(self) -> None:
        """A cell that closes its output loses nothing: the next cell has it again."""


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: str | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_ignored: Any,
    ) -> None:
        del source
        content = {"data": data, "metadata": metadata or {}}
        name = (transient or {}).get("display_id")
        outputs = self.shell.outputs
        if update:
            outputs.update(content, name)
        else:
            outputs.show("display_data", content, name)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002  IPython's own
        self.shell.outputs.clear(wait=wait)


class _Hook(DisplayHook):
    shell: Any

    def start_displayhook(self) -> None:
        self._content: dict[str, Any] = {}

    def write_output_prompt(self) -> None:
        """The number stands on the output."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self._content = {"data": format_dict, "metadata": md_dict or {}}

    def finish_displayhook(self) -> None:
        if self._content.get("data"):
            number = {"execution_count": self.prompt_count}
            self.shell.outputs.show("execute_result", {**self._content, **number})


class ZMQInteractiveShell(InteractiveShell):
    """The shell of a notebook's cells.

    It bears the name of a kernel's shell, and has a `kernel`, because libraries look for these to
    learn that they run in a notebook and not on a terminal; else tables would come out otherwise.
    """

    kernel: Any = None

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs: Any

    def init_io(self) -> None:
        """Streams are set by `CellRunner`."""

    def init_readline(self) -> None:
        """There is no terminal."""

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window."""

    def ask_exit(self) -> None:
        """`quit()` in a cell ends the run, and the run says so."""
        raise SystemExit("the cell ended the program")

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.items.append(
            {
                "output_type": "error",
                "ename": etype.__name__,
                "evalue": _text(evalue),
                "traceback": [str(line) for line in stb],
            }
        )


class CellRunner:
    """A fresh namespace in which cells run one after the other."""

    def __init__(self) -> None:
        self.outputs = Outputs()
        no_file = Config({"HistoryManager": {"enabled": False}})
        self._shell: Any = ZMQInteractiveShell.instance(config=no_file)
        self._shell.outputs = self.outputs
        _set_for_notebooks()
        self._streams = {name: _Stream(name, self.outputs) for name in ("stdout", "stderr")}

    def run(self, source: str, settle: Callable[[], None]) -> tuple[list[dict[str, Any]], bool]:
        """The outputs of a cell, and whether it ended well.

        Args:
            source: Code of the cell.
            settle: Called once the code is over, before its outputs are looked at.
        """
        self.outputs.begin()
        sys.stdout, sys.stderr = self._streams["stdout"], self._streams["stderr"]
        result = self._shell.run_cell(source, store_history=True, silent=False)
        settle()
        error = result.error_before_exec or result.error_in_exec
        outputs = self.outputs.end()
        if error is not None and not any(o["output_type"] == "error" for o in outputs):
            # a usage error of a magic is shown without a trace
            said = {"ename": type(error).__name__, "evalue": _text(error), "traceback": []}
            outputs.append({"output_type": "error", **said})
        return outputs, error is None

    @property
    def count(self) -> int:
        """The number of the last cell run."""
        return int(self._shell.execution_count) - 1


def _set_for_notebooks() -> None:
    """What pandas decides when it is imported, in case it was before there was a shell."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and pandas.get_option("display.max_columns") == 0:
        pandas.set_option("display.max_columns", 20)


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001  an error whose words fail has none
        return ""


_JSON_HAS = frozenset({str, bool, int, float, type(None)})


def _plain(content: Any) -> Any:
    """What JSON can hold: bytes in base64, numbers of numpy as numbers, the rest as text."""
    if isinstance(content, dict):
        return {
            str(key): part if type(part) in _JSON_HAS else _plain(part)
            for key, part in content.items()
        }
    if isinstance(content, list | tuple):
        # most of what is shown are such lists, and thousands long
        return [part if type(part) in _JSON_HAS else _plain(part) for part in content]
    if isinstance(content, bytes):
        return base64.b64encode(content).decode("ascii")
    if content is None or isinstance(content, str | bool | int | float):
        return content
    if hasattr(content, "item"):
        return _plain(content.item())
    return content.isoformat() if hasattr(content, "isoformat") else repr(content)
