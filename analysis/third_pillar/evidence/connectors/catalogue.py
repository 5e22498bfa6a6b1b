"""The sources there are: what each gives, on which terms, and where it is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

COMTRADE_KEY = "COMTRADE_KEY"


@dataclass(frozen=True)
class Source:
    """One public source.

    Attributes:
        id: Name on the command line.
        title: Name in messages.
        gives: What its rows are.
        key: Which key it needs, and how it is given.
        licence: Its terms, in short.
        may_redistribute: "yes", "no", or "not established": may its rows be shipped here.
        rhythm: How often it changes.
        base: Where it is asked; empty where a file or an address must be given.
        base_variable: Environment variable that names another base.
        accepts: Curated tables that `--accept` can write its rows to.
        by_hand: What to do with its rows where they cannot be accepted.
        pace_seconds: Least time between two requests.
    """

    id: str
    title: str
    gives: str
    key: str
    licence: str
    may_redistribute: str
    rhythm: str
    base: str = ""
    base_variable: str = ""
    accepts: tuple[str, ...] = ()
    by_hand: str = ""
    pace_seconds: float = 1

    def find_base(self, given: str | None, environment: Mapping[str, str] = os.environ) -> str:
        """The base address without its last slash: as given, as the environment says, or known."""
        named = given or (environment.get(self.base_variable, "") if self.base_variable else "")
        return (named or self.base).rstrip("/")


_CITE = (
    "Cite single values, each with its own source row in data/sources.csv, "
    "and leave the bulk in data/cache"
)
SOURCES = {
    source.id: source
    for source in (
        Source(
            id="comtrade",
            title="UN Comtrade",
            gives="imports and exports by reporter, partner and HS code, by year or month",
            key=f"none for the preview (500 rows an answer); {COMTRADE_KEY} lifts that",
            licence="UN Comtrade terms: internal use, no re-dissemination without permission",
            may_redistribute="no",
            rhythm="as countries report: months after the period",
            base="https://comtradeapi.un.org",
            base_variable="PILLAR_COMTRADE_BASE",
            by_hand=_CITE,
            pace_seconds=6,
        ),
        Source(
            id="usgs",
            title="USGS Mineral Commodity Summaries",
            gives="rare-earth mine production, reserves and United States import sources",
            key="none",
            licence="public domain (US Government work)",
            may_redistribute="yes",
            rhythm="each year, end of January or February",
            base="https://www.sciencebase.gov",
            base_variable="PILLAR_USGS_BASE",
            accepts=("mine_production", "reserves_resources", "import_shares"),
        ),
        Source(
            id="baci",
            title="CEPII BACI",
            gives="reconciled trade by exporter, importer and HS6 code, by year",
            key="none; the zip is given with --file or --address",
            licence="Etalab Open Licence 2.0: cite Gaulier and Zignago (2010)",
            may_redistribute="yes",
            rhythm="each January, to the year before last",
            by_hand=(
                "The annual table holds what each side reports and BACI reconciles the two; cite "
                "single figures, each with its row in data/sources.csv"
            ),
        ),
        Source(
            id="dataweb",
            title="USITC DataWeb",
            gives="United States imports and exports by partner and HTS code, from a workbook",
            key="a login on the site; the workbook is given with --file",
            licence="public domain (US Government work)",
            may_redistribute="yes",
            rhythm="each month, about six weeks after it",
            by_hand=(
                "Add the rows you need to data/curated/trade_annual.csv with the edition of the "
                "workbook, and a row in data/sources.csv; then pillar data validate"
            ),
        ),
        Source(
            id="drop",
            title="Drop folder",
            gives="files fetched by hand: China customs CSV, India tradestat page, Comext SDMX-CSV",
            key="none; the files lie in data/cache/drop, or --file names one",
            licence="that of each file's publisher",
            may_redistribute="not established",
            rhythm="when you put a file there",
            by_hand=_CITE,
        ),
        Source(
            id="gacc",
            title="China customs",
            gives="China's trade by eight-digit code and partner, by month, from a CSV",
            key="none; the site answers browsers only, so the CSV comes through the drop folder",
            licence="terms not established",
            may_redistribute="not established",
            rhythm="each month, about the 20th",
            by_hand=_CITE,
        ),
        Source(
            id="tradestat",
            title="India tradestat",
            gives="India's trade by eight-digit code and partner, by fiscal year, from a page",
            key="none; the saved page comes through the drop folder",
            licence="terms not established",
            may_redistribute="not established",
            rhythm="each month, six to eight weeks after it",
            by_hand=_CITE,
        ),
        Source(
            id="comext",
            title="Eurostat Comext",
            gives="trade of EU members by eight-digit code and partner, from an SDMX-CSV",
            key="none; the file comes through the drop folder",
            licence="reuse with attribution, as far as known; not established here",
            may_redistribute="not established",
            rhythm="each month, about eight weeks after it",
            by_hand=_CITE,
        ),
    )
}
ASKED_DIRECTLY = ("comtrade", "usgs", "baci", "dataweb", "drop")
"""What the command line takes; the others come through the drop folder."""


def find_source(name: str) -> Source:
    """The source of this name.

    Raises:
        ParameterFault: There is none; names the nearest, or the drop folder.
    """
    if name in ASKED_DIRECTLY:
        return SOURCES[name]
    if name in SOURCES:
        raise ParameterFault(
            f"{SOURCES[name].title} has no interface that a program may ask",
            hint=f"Save the file by hand into data/cache/drop, then: pillar data refresh drop. "
            f"{SOURCES[name].key.capitalize()}.",
        )
    raise ParameterFault(
        f"source {name!r} is unknown.{nearest(name, ASKED_DIRECTLY)} "
        f"Valid: {', '.join(ASKED_DIRECTLY)}",
        hint="`pillar data refresh --list` says what each gives.",
    )
