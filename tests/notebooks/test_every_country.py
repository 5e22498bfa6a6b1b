"""Whoever is asked about gets an answer on every page, also where nothing is on record."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from third_pillar import evidence
from third_pillar.vocabulary.codes import CHINA

ROOT = Path(__file__).parents[2]
PAGES = (
    "10_claims",
    "20_supply_chain",
    "30_trade",
    "40_window",
    "60_network",
    "90_briefing",
)
COUNTRIES = [c for c in evidence.load_parameter_choices().countries if c != CHINA]
PLANTS = {row["country_iso3"] for row in evidence.load_evidence(
    evidence.load_parameter_choices().data_date).rows("projects")}  # fmt: skip


def show(page: str, **given: object) -> str:
    """All a page shows, its cells run one after the other with other parameters."""
    notebook = json.loads((ROOT / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    shown = []
    for cell in notebook["cells"]:
        code = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        if code.startswith("briefing."):
            made = eval(code, names)  # noqa: S307  the kit's own notebook
            bundle = made._repr_mimebundle_()
            data = bundle[0] if isinstance(bundle, tuple) else bundle
            shown.append(str(data.get("text/html", "")))
        else:
            exec(code, names)  # noqa: S102  same
        if "parameters" in cell["metadata"].get("tags", []):
            names |= given
    text = re.sub(r"<[^>]+>", " ", " ".join(shown))
    return " ".join(text.split())


@pytest.mark.slow
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_gets_a_briefing(country):
    said = show("90_briefing", candidate=country, draws=100)
    assert not re.search(
        r"\bnan\b|\bNone\b(?! stated| is settled)|Sources: \.|only under 0|\b0 % of 0\b", said
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_country_without_a_plant_on_record_gets_every_page_and_is_told_so(page):
    bare = next(country for country in COUNTRIES if country not in PLANTS)
    said = show(page, candidate=bare, draws=100)
    assert not re.search(
        r"\bnan\b|\bNone\b(?! stated| is settled)|Sources: \.|only under 0|under 1–under 1", said
    )
    if page in {"90_briefing", "20_supply_chain"}:
        assert "Nothing is on record of a mine or plant in" in said
        assert "the narrowest stages are mining, separation, metal and magnets" not in said
