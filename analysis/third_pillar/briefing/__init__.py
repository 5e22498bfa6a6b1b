"""From findings to sentences, tables and captions: no computing, no drawing.

The door for notebooks: `open_case` and one `compose_…` or `show_…` function a part. Each part is
loaded when it is first used, so that a page loads what it shows and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from third_pillar.assessment.case import assess as open_case
    from third_pillar.briefing.claim_ledger import compose_ledger
    from third_pillar.briefing.claim_levers import compose_recommendations
    from third_pillar.briefing.claim_map import compose_evidence, show_evidence_map
    from third_pillar.briefing.claim_page import (
        compose_ledger_headline,
        compose_ledger_judgements,
        compose_ledger_numbers,
        compose_ledger_sources,
        compose_ledger_title,
        compose_verdict_counts,
    )
    from third_pillar.briefing.claim_standing import compose_foundations, compose_standing
    from third_pillar.briefing.claims import compose_claims, show_verdicts
    from third_pillar.briefing.curve import compose_curve, show_curve
    from third_pillar.briefing.dependence import compose_dependence, show_import_shares
    from third_pillar.briefing.forecasts import compose_forecasts
    from third_pillar.briefing.headline import compose_headline, compose_judgements, compose_title
    from third_pillar.briefing.network import (
        compose_network_headline,
        compose_network_judgements,
        compose_network_numbers,
        compose_network_sources,
        compose_network_title,
        compose_shapley,
        show_shapley,
    )
    from third_pillar.briefing.network_additions import (
        compose_additions,
        compose_links,
        show_additions,
    )
    from third_pillar.briefing.network_rules import (
        compose_losses,
        compose_net_position,
        compose_partners,
        show_losses,
        show_net_position,
        show_partners,
    )
    from third_pillar.briefing.outlook import compose_outlook
    from third_pillar.briefing.pillar_test import (
        compose_pillar_test,
        show_breadth,
        show_served_shares,
    )
    from third_pillar.briefing.pipeline import (
        compose_arrivals,
        compose_plants,
        compose_window_headline,
        compose_window_limits,
        compose_window_sources,
        compose_window_title,
    )
    from third_pillar.briefing.promises import compose_promises
    from third_pillar.briefing.recording import compose_stamp, record
    from third_pillar.briefing.references import compose_numbers, compose_sources
    from third_pillar.briefing.stages import compose_stages, show_stage_capacity, show_stage_shares
    from third_pillar.briefing.supply_chain import (
        compose_chain_headline,
        compose_chain_judgements,
        compose_chain_numbers,
        compose_chain_sources,
        compose_chain_title,
        compose_concentration,
        show_chain_fans,
        show_chain_flows,
    )
    from third_pillar.briefing.supply_parts import (
        compose_heavy_layer,
        compose_scenarios,
        show_feed,
        show_stage_balance,
    )
    from third_pillar.briefing.trade_dependence import (
        compose_dependence_panel,
        show_dependence_tiles,
    )
    from third_pillar.briefing.trade_figures import show_export_course
    from third_pillar.briefing.trade_mirror import compose_mirror, show_mirror_ratios
    from third_pillar.briefing.trade_page import (
        compose_trade_headline,
        compose_trade_limits,
        compose_trade_numbers,
        compose_trade_sources,
        compose_trade_title,
    )
    from third_pillar.briefing.trade_study import compose_export_study
    from third_pillar.briefing.unknowns import compose_limits, compose_unknowns
    from third_pillar.briefing.window import compose_window, show_exports
    from third_pillar.briefing.window_figures import (
        show_candidate_fans,
        show_control_timeline,
        show_pillar_fans,
    )

__all__ = [
    "compose_additions",
    "compose_arrivals",
    "compose_chain_headline",
    "compose_chain_judgements",
    "compose_chain_numbers",
    "compose_chain_sources",
    "compose_chain_title",
    "compose_claims",
    "compose_concentration",
    "compose_curve",
    "compose_dependence",
    "compose_dependence_panel",
    "compose_evidence",
    "compose_export_study",
    "compose_forecasts",
    "compose_foundations",
    "compose_headline",
    "compose_heavy_layer",
    "compose_judgements",
    "compose_ledger",
    "compose_ledger_headline",
    "compose_ledger_judgements",
    "compose_ledger_numbers",
    "compose_ledger_sources",
    "compose_ledger_title",
    "compose_limits",
    "compose_links",
    "compose_losses",
    "compose_mirror",
    "compose_net_position",
    "compose_network_headline",
    "compose_network_judgements",
    "compose_network_numbers",
    "compose_network_sources",
    "compose_network_title",
    "compose_numbers",
    "compose_outlook",
    "compose_partners",
    "compose_pillar_test",
    "compose_plants",
    "compose_promises",
    "compose_recommendations",
    "compose_scenarios",
    "compose_shapley",
    "compose_sources",
    "compose_stages",
    "compose_stamp",
    "compose_standing",
    "compose_title",
    "compose_trade_headline",
    "compose_trade_limits",
    "compose_trade_numbers",
    "compose_trade_sources",
    "compose_trade_title",
    "compose_unknowns",
    "compose_verdict_counts",
    "compose_window",
    "compose_window_headline",
    "compose_window_limits",
    "compose_window_sources",
    "compose_window_title",
    "open_case",
    "record",
    "show_additions",
    "show_breadth",
    "show_candidate_fans",
    "show_chain_fans",
    "show_chain_flows",
    "show_control_timeline",
    "show_curve",
    "show_dependence_tiles",
    "show_evidence_map",
    "show_export_course",
    "show_exports",
    "show_feed",
    "show_import_shares",
    "show_losses",
    "show_mirror_ratios",
    "show_net_position",
    "show_partners",
    "show_pillar_fans",
    "show_served_shares",
    "show_shapley",
    "show_stage_balance",
    "show_stage_capacity",
    "show_stage_shares",
    "show_verdicts",
]

_CASE = "third_pillar.assessment.case"
_HOMES = {
    "compose_additions": "network_additions",
    "compose_arrivals": "pipeline",
    "compose_chain_headline": "supply_chain",
    "compose_chain_judgements": "supply_chain",
    "compose_chain_numbers": "supply_chain",
    "compose_chain_sources": "supply_chain",
    "compose_chain_title": "supply_chain",
    "compose_claims": "claims",
    "compose_concentration": "supply_chain",
    "compose_curve": "curve",
    "compose_dependence": "dependence",
    "compose_dependence_panel": "trade_dependence",
    "compose_evidence": "claim_map",
    "compose_export_study": "trade_study",
    "compose_forecasts": "forecasts",
    "compose_foundations": "claim_standing",
    "compose_headline": "headline",
    "compose_heavy_layer": "supply_parts",
    "compose_judgements": "headline",
    "compose_ledger": "claim_ledger",
    "compose_ledger_headline": "claim_page",
    "compose_ledger_judgements": "claim_page",
    "compose_ledger_numbers": "claim_page",
    "compose_ledger_sources": "claim_page",
    "compose_ledger_title": "claim_page",
    "compose_limits": "unknowns",
    "compose_links": "network_additions",
    "compose_losses": "network_rules",
    "compose_mirror": "trade_mirror",
    "compose_net_position": "network_rules",
    "compose_network_headline": "network",
    "compose_network_judgements": "network",
    "compose_network_numbers": "network",
    "compose_network_sources": "network",
    "compose_network_title": "network",
    "compose_numbers": "references",
    "compose_outlook": "outlook",
    "compose_partners": "network_rules",
    "compose_pillar_test": "pillar_test",
    "compose_plants": "pipeline",
    "compose_promises": "promises",
    "compose_recommendations": "claim_levers",
    "compose_scenarios": "supply_parts",
    "compose_shapley": "network",
    "compose_sources": "references",
    "compose_stages": "stages",
    "compose_stamp": "recording",
    "compose_standing": "claim_standing",
    "compose_title": "headline",
    "compose_trade_headline": "trade_page",
    "compose_trade_limits": "trade_page",
    "compose_trade_numbers": "trade_page",
    "compose_trade_sources": "trade_page",
    "compose_trade_title": "trade_page",
    "compose_unknowns": "unknowns",
    "compose_verdict_counts": "claim_page",
    "compose_window": "window",
    "compose_window_headline": "pipeline",
    "compose_window_limits": "pipeline",
    "compose_window_sources": "pipeline",
    "compose_window_title": "pipeline",
    "record": "recording",
    "show_additions": "network_additions",
    "show_breadth": "pillar_test",
    "show_candidate_fans": "window_figures",
    "show_chain_fans": "supply_chain",
    "show_chain_flows": "supply_chain",
    "show_control_timeline": "window_figures",
    "show_curve": "curve",
    "show_dependence_tiles": "trade_dependence",
    "show_evidence_map": "claim_map",
    "show_export_course": "trade_figures",
    "show_exports": "window",
    "show_feed": "supply_parts",
    "show_import_shares": "dependence",
    "show_losses": "network_rules",
    "show_mirror_ratios": "trade_mirror",
    "show_net_position": "network_rules",
    "show_partners": "network_rules",
    "show_pillar_fans": "window_figures",
    "show_served_shares": "pillar_test",
    "show_shapley": "network",
    "show_stage_balance": "supply_parts",
    "show_stage_capacity": "stages",
    "show_stage_shares": "stages",
    "show_verdicts": "claims",
}


def __getattr__(name: str) -> Any:
    if name == "open_case":
        return import_module(_CASE).assess
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
