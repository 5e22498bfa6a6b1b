"""The closed list of metrics a claim may name: what each is asked with and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

UNIT_OF_ROW = ""
"""The unit is that of the row named; it is known only when the row is read."""


@dataclass(frozen=True)
class NamedMetric:
    """One metric as a claim may name it.

    Attributes:
        arguments: Name and kind of each argument: country, year, stage, when, month, number,
            code, word:a|b (a closed list) or row:table (the id of a row of that table).
        unit: Unit of the value in words; `UNIT_OF_ROW` where it depends on the row named.
    """

    arguments: tuple[tuple[str, str], ...]
    unit: str


def _named(unit: str, **arguments: str) -> NamedMetric:
    return NamedMetric(tuple(arguments.items()), unit)


_MAGNETS = "t NdFeB a year"
_OXIDE = "t NdPr oxide a year"
_POOL = {"pool": "word:pillars|partners|ex_china", "metal": "word:metal|no_metal"}

METRICS: Mapping[str, NamedMetric] = MappingProxyType(
    {
        "addition_cost": _named("USD m", place="word:equal|mine|separation|metal|magnet"),
        "arrives_in_window": _named(_MAGNETS, country="country", stage="stage"),
        "binding_stage": _named("stage", when="when"),
        "binding_stage_of": _named(
            "stage",
            pool="word:own|pillars|partners|ex_china",
            metal="word:metal|no_metal",
            layer="word:light|heavy",
            when="when",
        ),
        "breadth_chance": _named("%", country="country", when="when"),
        "breadth_shortfall": _named(_MAGNETS, country="country", stage="stage", when="when"),
        "breadth_stages": _named("stages", country="country", when="when"),
        "capital_cost": _named("USD a t NdFeB a year", stage="stage"),
        "chain_flow": _named(_MAGNETS, when="when"),
        "dytb_need": _named("t Dy and Tb oxide a year", when="when"),
        "dependence_criteria": _named("criteria", importer="country", line="code"),
        "destination_exports": _named(
            "t a month", destination="country", phase="word:before|onset|suspension"
        ),
        "export_change": _named("%", phase="word:onset|later|suspension"),
        "export_contrast": _named("%", phase="word:later|suspension"),
        "export_trend": _named("% a month"),
        "feed_gap": _named(_OXIDE, when="when"),
        "half_runs_by": _named("%", plant="row:projects", year="year"),
        "heavy_capacity": _named(_MAGNETS, country="country", stage="stage", when="when"),
        "home_need": _named(_MAGNETS, when="when"),
        "import_hhi": _named("HHI, 0 to 1", importer="country", line="code", year="year"),
        "import_share": _named("%", figure_id="row:import_shares"),
        "largest_share_outside_china": _named("%", stage="stage"),
        "linked_share": _named("%", **_POOL, links="word:free|binding"),
        "life_ratio": _named("times", country="country", year="year"),
        "magnet_demand_share": _named(
            "%", demand_id="row:magnet_demand", world_id="row:magnet_capacity"
        ),
        "magnet_exports_change": _named(
            "%", first="month", last="month", after="month", until="month"
        ),
        "magnet_exports_mean": _named("t a month", first="month", last="month"),
        "mine_output": _named("t REO", country="country", year="year"),
        "mine_rank": _named("rank", country="country", year="year"),
        "mine_share": _named("%", country="country", year="year"),
        "mirror_weight": _named("times", exporter="country", importer="country", line="code"),
        "months_of_import": _named("%", destination="country", figure_id="row:magnet_demand"),
        "n_minus_one_share": _named(
            "%", pool="word:members|ex_china", lost="country", joins="word:with|without"
        ),
        "net_import_reliance": _named("%", country="country"),
        "net_position": _named(_MAGNETS, rule="word:pro_rata|home_magnets|home_chain|others_first"),
        "oxide_balance": _named(
            _OXIDE, oxide_id="row:separation_capacity", magnets_id="row:projects"
        ),
        "oxide_coverage": _named(
            "%", oxide_id="row:separation_capacity", magnets_id="row:projects"
        ),
        "oxide_need": _named(_OXIDE, magnets_id="row:projects"),
        "partner_gain": _named(_MAGNETS, country="country", metal="word:metal|no_metal"),
        "partner_rank": _named("rank", metal="word:metal|no_metal"),
        "pillars_need": _named(_MAGNETS, when="when"),
        "programme_figure": _named(UNIT_OF_ROW, figure_id="row:national_programmes"),
        "resource_rank": _named("rank", country="country"),
        "served_gain": _named("percentage points", **_POOL, when="when"),
        "served_share": _named("%", **_POOL, joins="word:with|without", when="when"),
        "served_share_heavy": _named(
            "%", **_POOL, grades="word:mixed|apart", joins="word:with|without", when="when"
        ),
        "share_of_need": _named("%", country="country", stage="stage", when="when"),
        "shapley": _named(_MAGNETS, country="country", count_by="word:location|owner"),
        "shapley_rank": _named("rank", count_by="word:location|owner"),
        "smallest_addition": _named(_MAGNETS, place="word:equal|mine|separation|metal|magnet"),
        "specification_count": _named("definitions"),
        "specification_share": _named("%"),
        "specification_share_of": _named("%", reading="code"),
        "stage_capacity": _named(_MAGNETS, country="country", stage="stage", when="when"),
        "stage_hhi": _named("HHI, 0 to 1", stage="stage"),
        "stages_dominated": _named("stages", country="country", threshold_pct="number"),
        "starts_by": _named("%", plant="row:projects", year="year"),
        "supplier_share": _named(
            "%", importer="country", supplier="country", line="code", year="year"
        ),
        "utilisation": _named(
            "%", output_id="row:national_programmes", capacity_id="row:national_programmes"
        ),
        "world_share": _named("%", country="country", stage="stage"),
    }
)
