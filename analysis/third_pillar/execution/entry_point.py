"""What papermill finds by the entry point `papermill.engine`: the engine, loaded when it is used.

papermill loads its entry points while it is itself being imported. This module therefore imports
nothing of papermill; were the engine named directly, importing it first would fail.
"""

from __future__ import annotations

from typing import Any


class PillarEntry:
    """Stands for `PillarEngine` until a notebook is run."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """The executed notebook, as papermill's `Engine.execute_notebook` gives it."""
        from third_pillar.execution.engine import PillarEngine  # noqa: PLC0415  see the module

        return PillarEngine.execute_notebook(nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, _nb: Any, _name: str | None = None) -> str:
        """Always the running interpreter's kernel."""
        return "python3"

    @classmethod
    def nb_language(cls, _nb: Any, _language: str | None = None) -> str:
        """The notebooks of the kit are Python."""
        return "python"
