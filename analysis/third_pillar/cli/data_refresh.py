"""`pillar data refresh …`: the words of the command; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_EPILOG = """\b
Examples:
  pillar data refresh --list
  pillar data refresh usgs
  pillar data refresh comtrade --reporter IND --reporter USA --period 2024
  pillar data refresh comtrade --reporter CHN --code 850511 --period 2025-05
  pillar data refresh baci --file BACI_HS17.zip --period 2023
  pillar data refresh dataweb --file imports.xlsx --code 8505
  pillar data refresh drop --flow export
  pillar data refresh --accept latest

\b
No other command asks a source of data, and curated data change by --accept
only. What a source sent is kept in data/cache, byte for byte.

\b
Environment:
  COMTRADE_KEY           key of UN Comtrade; sent as a header, never written
  PILLAR_COMTRADE_BASE   another address than https://comtradeapi.un.org
  PILLAR_COMTRADE_ROWS   rows a keyed answer may hold (100000)
  PILLAR_COMTRADE_CALLS  keyed calls a day (500)
  PILLAR_USGS_BASE       another address than https://www.sciencebase.gov
Proxy settings of the system are not read; where a proxy is needed, fetch the
file with a browser and give it with --file.
"""


def register_refresh(data: typer.Typer) -> None:
    """Add the command to `pillar data`."""
    data.command("refresh", epilog=_EPILOG)(refresh)


def refresh(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="comtrade, usgs, baci, dataweb or drop."),
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="What each source gives, its key, terms and rhythm.")
    ] = False,
    reporter: Annotated[
        list[str] | None,
        typer.Option(metavar="ISO3", help="Who declares (comtrade). May be repeated."),
    ] = None,
    code: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS", help="Customs code. May be repeated."),
    ] = None,
    period: Annotated[
        list[str] | None,
        typer.Option(metavar="YYYY[-MM]", help="Year or month. May be repeated."),
    ] = None,
    flow: Annotated[
        list[str] | None,
        typer.Option(metavar="FLOW", help="import or export; both where not given."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read this file (for drop: or folder), ask nobody."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Whole address of another release (usgs, baci)."),
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="URL", help="Another base address (comtrade, usgs).")
    ] = None,
    from_cache: Annotated[
        bool, typer.Option("--from-cache", "--offline", help="Read what was fetched last.")
    ] = False,
    accept: Annotated[
        str | None,
        typer.Option(metavar="PROPOSAL", help="Write its rows to the curated tables; or latest."),
    ] = None,
    package_date: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With --accept: new date of the data package."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> int:
    """Propose rows from a public source, with what they would change; accept them or not.

    A refresh fetches (or reads a file), checks, and writes a proposal below
    data/cache/proposals: the rows, and in words what is added, revised (old →
    new) or unchanged. Your tables stay as they are until you accept it.
    """
    from third_pillar.cli import data_refresh_shown as shown

    if show_list:
        return shown.list_sources(as_json=json)
    if accept is not None:
        return shown.accept_proposal(accept, package_date, as_json=json)
    wanted = {
        "reporters": tuple(reporter or ()),
        "codes": tuple(code or ()),
        "periods": tuple(period or ()),
        "flows": tuple(flow or ()),
        "file": file,
        "address": address,
        "base": base,
        "from_cache": from_cache,
    }
    return shown.refresh_source(source, wanted, as_json=json, quiet=quiet)
