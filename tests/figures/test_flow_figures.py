"""The chain as flows: no ribbon wider than the narrowest stage, nothing hidden."""

import numpy as np
import pytest

from third_pillar.figures.flows import FlowColumn, OxideBar, draw_chain_flows, draw_oxide_bars
from third_pillar.figures.theme import role_colour

ROLES = {"A": "pillars", "B": "candidate", "Need": "emphasis"}
COLUMNS = [
    FlowColumn("Mine", {"A": 100.0, "B": 50.0}),
    FlowColumn("Metal", {"A": 30.0, "B": 10.0}, is_binding=True),
    FlowColumn("Need", {"Need": 80.0}),
]


def drawn(columns=COLUMNS, flow=40.0):
    return draw_chain_flows(columns, flow=flow, roles=ROLES)


def ribbons(figure):
    return [trace for trace in figure.data if trace.opacity == 0.28]


def test_ribbons_add_up_to_the_flow_between_every_two_columns():
    by_gap = {}
    for ribbon in ribbons(drawn()):
        half = len(ribbon.y) // 2
        size = ribbon.y[-1] - ribbon.y[0]
        assert np.allclose(np.array(ribbon.y[half:])[::-1] - np.array(ribbon.y[:half]), size)
        by_gap.setdefault(round(min(ribbon.x)), 0.0)
        by_gap[round(min(ribbon.x))] += size
    assert by_gap == {0: pytest.approx(40), 1: pytest.approx(40)}


def test_the_narrowest_stage_is_full_and_the_others_show_what_stays_idle():
    idle = [t for t in drawn().data if t.fillcolor == role_colour("unknown")]
    assert sorted(max(t.y) - min(t.y) for t in idle) == [pytest.approx(40), pytest.approx(110)]
    notes = [note.text for note in drawn().layout.annotations]
    assert any("narrowest" in note and "Metal" in note for note in notes)


def test_every_group_is_named_once_in_the_legend():
    named = [trace.name for trace in drawn().data if trace.showlegend]
    assert len(named) == len(set(named))
    assert {"A", "B", "Need"} <= set(named)


def test_a_chain_that_is_closed_draws_no_ribbon():
    closed = [FlowColumn("Mine", {"A": 100.0}), FlowColumn("Metal", {"A": 0.0}, is_binding=True)]
    assert ribbons(drawn(closed, flow=0.0)) == []


def test_only_scatter_is_drawn_which_the_partial_bundle_has():
    assert {trace.type for trace in drawn().data} == {"scatter"}


def test_oxide_needed_and_at_hand_are_apart_and_ranges_never_negative():
    figure = draw_oxide_bars(
        [
            OxideBar("needed", 2230, 2700, 3000, is_need=True),
            OxideBar("offered", 500, 500, 500, is_need=False),
        ]
    )
    assert [bar.name for bar in figure.data] == ["needed", "at hand"]
    assert all(end >= 0 for bar in figure.data for end in (*bar.error_x.array,))
    assert figure.layout.xaxis.range[1] > 3000
