"""`pillar trade …`: the words of the commands; what they do is loaded when one is called."""

from __future__ import annotations

from typing import Annotated

import typer

from third_pillar.cli.options import Json

trade = typer.Typer(
    help="Bulk trade: yearly files of CEPII BACI, built once, asked by product and country.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Store = Annotated[
    str | None, typer.Option("--store", metavar="DIR", help="Folder of the store; else the cache.")
]


@trade.command("build")
def trade_build(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILES…", help="BACI_HS17_Y2022_V202501.csv …, or zips of them."),
    ],
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="DIR", help="Folder of the store; else the cache."),
    ] = None,
    memory: Annotated[
        int, typer.Option("--memory", metavar="MB", help="Bound for the engine; 64 or more.")
    ] = 160,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    json: Json = False,
) -> int:
    """Sort yearly files by product into one Parquet file; what cannot be read is counted."""
    from third_pillar.cli.trade_run import build_store

    return build_store(files, out, memory, quiet=quiet, as_json=json)


@trade.command("query")
def trade_query(
    hs: Annotated[
        str, typer.Option("--hs", metavar="CODES", help="Six digits each, such as 850511,284690.")
    ],
    importer: Annotated[
        str, typer.Option("--importer", metavar="ISO3", help="Such as JPN or JPN,KOR; else all.")
    ] = "",
    exporter: Annotated[
        str, typer.Option("--exporter", metavar="ISO3", help="Such as CHN; else all.")
    ] = "",
    year: Annotated[
        str, typer.Option("--year", metavar="YEARS", help="2023 or 2019-2023; else all.")
    ] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="G", help="exporter, importer, year or product.")
    ] = "exporter",
    table: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="One BACI file as it stands, not the store."),
    ] = None,
    store: Store = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")] = False,
    json: Json = False,
) -> int:
    """Value, weight and share by supplier, buyer, year or product."""
    from third_pillar.cli.trade_run import ask_store

    asked = {"hs": hs, "importer": importer, "exporter": exporter, "year": year, "by": by}
    return ask_store(asked, table, store, as_csv=csv, as_json=json)


@trade.command("dependence")
def trade_dependence(
    hs: Annotated[
        str, typer.Option("--hs", metavar="CODES", help="Six digits each, taken as one product.")
    ],
    importer: Annotated[str, typer.Option("--importer", metavar="ISO3", help="Such as IND.")],
    store: Store = None,
    json: Json = False,
) -> int:
    """The dependence test of CEPII's GeoDep on the newest three years of the store."""
    from third_pillar.cli.trade_run import apply_test

    return apply_test(hs, importer, store, as_json=json)
