"""Options that several commands share, each worded once."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
AllowOverlay = Annotated[
    bool, typer.Option("--allow-overlay", help="Use own figures of data/overlay/, and say so.")
]
WithoutOverlay = Annotated[
    bool, typer.Option("--without-overlay", help="Leave them out: the data release alone.")
]
