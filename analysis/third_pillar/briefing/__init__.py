"""From findings to sentences, tables and captions: no computing, no drawing.

The door for notebooks: `open_case` and one `compose_…` or `show_…` function a part.
"""

from third_pillar.assessment.case import assess as open_case
from third_pillar.briefing.claims import compose_claims, show_verdicts
from third_pillar.briefing.curve import compose_curve, show_curve
from third_pillar.briefing.dependence import compose_dependence, show_import_shares
from third_pillar.briefing.headline import compose_headline, compose_judgements, compose_title
from third_pillar.briefing.outlook import compose_outlook
from third_pillar.briefing.pillar_test import compose_pillar_test, show_breadth, show_served_shares
from third_pillar.briefing.record import compose_stamp, record
from third_pillar.briefing.references import compose_numbers, compose_sources
from third_pillar.briefing.stages import compose_stages, show_stage_capacity, show_stage_shares
from third_pillar.briefing.unknowns import compose_limits, compose_unknowns
from third_pillar.briefing.window import compose_window, show_exports

__all__ = [
    "compose_claims",
    "compose_curve",
    "compose_dependence",
    "compose_headline",
    "compose_judgements",
    "compose_limits",
    "compose_numbers",
    "compose_outlook",
    "compose_pillar_test",
    "compose_sources",
    "compose_stages",
    "compose_stamp",
    "compose_title",
    "compose_unknowns",
    "compose_window",
    "open_case",
    "record",
    "show_breadth",
    "show_curve",
    "show_exports",
    "show_import_shares",
    "show_served_shares",
    "show_stage_capacity",
    "show_stage_shares",
    "show_verdicts",
]
