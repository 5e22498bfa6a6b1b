"""Worked examples of every command, shown by its `--help` and run as printed by the tests."""

from __future__ import annotations

import typer

EXAMPLES: dict[str, tuple[str, ...]] = {
    "report": (
        "pillar report",
        "pillar report -p candidate=BRA -p horizon=2035",
        "pillar report claims --json",
    ),
    "batch": (
        "pillar batch reports/matrices/candidates.yml --dry-run",
        "pillar batch reports/matrices/candidates.yml --workers 2",
        "pillar batch reports/matrices/candidates.yml --resume",
    ),
    "approve": (
        'pillar approve latest --by "A. Reader"',
        'pillar approve full/BRA/latest --by "A. Reader" --publish --note "tables checked"',
        'pillar approve full/BRA/latest --by "A. Reader" --withdraw',
    ),
    "diff": (
        "pillar diff",
        "pillar diff full/IND/latest full/BRA/latest --html diff.html",
    ),
    "site": (
        "pillar site",
        "pillar site --out public --base-url https://example.org/reports/",
    ),
    "parameters": ("pillar parameters", "pillar parameters --json"),
    "lab": ("pillar lab",),
    "doctor": ("pillar doctor",),
    "archive list": ("pillar archive list", "pillar archive list --lineage full/BRA"),
    "archive show": ("pillar archive show", "pillar archive show full/BRA/latest"),
    "archive verify": ("pillar archive verify",),
    "archive prune": (
        "pillar archive prune --dry-run",
        "pillar archive prune --lineage full/IND --keep 5 --failed-days 7",
    ),
    "schedule list": ("pillar schedule list",),
    "schedule due": (
        "pillar schedule due",
        "pillar schedule due --since 2026-11-01T00:00+00:00",
    ),
    "schedule run": (
        "pillar schedule run",
        "pillar schedule run --entry weekly-india --quiet",
    ),
    "schedule install": (
        "pillar schedule install systemd",
        "pillar schedule install cron --every 15",
        "pillar schedule install github-actions --write",
    ),
    "data validate": ("pillar data validate",),
    "data trace": (
        "pillar data trace RES-BRA-MCS2026",
        'pillar data trace "mine_share(IND, 2025)"',
    ),
    "data conflicts": ("pillar data conflicts",),
    "data freshness": ("pillar data freshness", "pillar data freshness --on 2026-06-30"),
    "data gaps": ("pillar data gaps", "pillar data gaps -p candidate=BRA --all"),
    "data dictionary": ("pillar data dictionary --check",),
    "data corrections": ("pillar data corrections --check",),
    "data changelog": ("pillar data changelog", "pillar data changelog --check"),
    "data diff": ("pillar data diff HEAD .", "pillar data diff HEAD . --table projects"),
    "data overlay": ("pillar data overlay",),
    "claims list": (
        "pillar claims list --verdict contradicted",
        "pillar claims list -p as_of=2026-01-15",
    ),
    "claims show": ("pillar claims show C06",),
    "claims verify": ("pillar claims verify --article my-copy.txt",),
    "claims new": ("pillar claims new op-ed.html --id paper-2026-08-01",),
    "claims export": (
        "pillar claims export --format claimreview",
        "pillar claims export --format csv --out claims.csv",
    ),
    "claims agree": ("pillar claims agree",),
    "claims record": ("pillar claims record",),
    "forecasts register": ("pillar forecasts register",),
    "forecasts list": ("pillar forecasts list",),
    "forecasts score": ("pillar forecasts score",),
    "trade build": ("pillar trade build BACI_HS17_Y2022.csv BACI_HS17_Y2023.csv",),
    "trade query": ("pillar trade query --hs 850511 --importer JPN --year 2019-2023",),
    "trade dependence": ("pillar trade dependence --hs 850511 --importer IND",),
}
"""Path of a command to lines to copy; `data refresh` says more in an end of its own."""


def add_examples(app: typer.Typer) -> None:
    """Put the examples at the end of each command's help."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _add(group.typer_instance, f"{group.name} ")
    _add(app, "")


def _add(app: typer.Typer, above: str) -> None:
    for command in app.registered_commands:
        made = command.callback.__name__ if command.callback else ""
        shown = EXAMPLES.get(f"{above}{command.name or made}")
        if shown and not command.epilog:
            heading = "Example:" if len(shown) == 1 else "Examples:"
            # \b keeps the lines below it as they are
            command.epilog = "\n".join(("\b", heading, *(f"  {line}" for line in shown)))
