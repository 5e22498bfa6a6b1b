"""The candidate in the network: additions, losses, who is served first, ties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from third_pillar.assessment.catalogue import measure
from third_pillar.assessment.links import read_links
from third_pillar.assessment.metrics_network import RULES, network_expressions, select_costly
from third_pillar.assessment.standing import (
    BURDEN,
    DEPENDS,
    EX_CHINA,
    MEMBERS,
    NEUTRAL,
    RELIEF,
    judge_burden,
)
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.errors import MissingEvidence, PillarError

POOLS = (MEMBERS, EX_CHINA)


@pytest.mark.parametrize(
    ("means", "word"),
    [
        ([-5, -2, 0, 0.5], BURDEN),
        ([5, 2, 0, 0], RELIEF),
        ([0.9, -0.9, 0, 0], NEUTRAL),
        ([-5, 0, 0, 1], DEPENDS),
        ([], None),
    ],
)
def test_a_burden_is_one_under_every_rule(means, word):
    """One rule that leaves more is enough against the word (§5.10)."""
    assert judge_burden([float(mean) for mean in means]) == word


def test_india_s_sign_is_a_choice_of_rule(india):
    assert india.results.standing.burden == DEPENDS


def test_shapley_values_add_to_what_all_serve_together(india):
    """Efficiency: nothing is handed out twice, nothing is left over."""
    for by in ("location", "owner"):
        found = india.results.standing.shapley(by)
        capacity = india.results.curve.bench.capacity(by, india.results.horizon.year)
        draws = len(found.tonnes)
        pooled = np.nan_to_num(capacity.of_members(found.members)[:draws]).sum(axis=1).min(axis=1)
        need = india.results.standing.need[:draws]
        np.testing.assert_allclose(found.tonnes.sum(axis=1), np.minimum(pooled, need), rtol=1e-9)
        assert np.all(found.tonnes >= 0)
        assert CHINA not in found.members


def test_a_loss_never_serves_more_and_a_member_never_less(india):
    standing = india.results.standing
    for pool in POOLS:
        whole = {joins: standing.share_of(pool, joins=joins) for joins in (False, True)}
        assert np.all(whole[True] >= whole[False] - 1e-12)
        for lost in standing.pool(pool):
            for joins, before in whole.items():
                after = standing.share_after_loss(pool, lost, joins=joins)
                assert np.all(after <= before + 1e-12), lost


def test_costly_losses_come_worst_first(india):
    shares = [
        india.results.standing.share_after_loss(EX_CHINA, country, joins=True).mean()
        for country in select_costly(india.results)
    ]
    assert shares == sorted(shares)
    assert shares


def test_the_rank_of_a_partner_agrees_with_the_gains(india):
    standing = india.results.standing
    for is_without_metal in (False, True):
        gains = standing.gains(is_without_metal=is_without_metal)
        means = {country: tonnes.mean() for country, tonnes in gains.items()}
        better = sum(mean > means["IND"] + 1e-6 for mean in means.values())
        assert standing.partner_rank(is_without_metal=is_without_metal) == 1 + better
        assert not {"USA", "JPN", CHINA} & set(gains)


@pytest.mark.parametrize("candidate", ["IND", "BRA", "AUS", "USA", "JPN"])
def test_every_candidate_gets_its_numbers_or_a_gap(case_of, candidate):
    """What is not stated is what the data do not carry: own need, or nobody left to fail."""
    case = case_of(candidate=candidate)
    missing = [e for e in network_expressions(case.results) if e not in case.metrics]
    assert all(e.startswith(("net_position", "partner_rank", "n_minus_one")) for e in missing)
    for expression in missing:
        with pytest.raises(MissingEvidence):
            measure(case.results, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "net_position(somehow)",
        "shapley(IND, colour)",
        "partner_rank(iron)",
        "n_minus_one_share(mars, USA, with)",
        "n_minus_one_share(members, USA, perhaps)",
        "linked_share(members, metal, loose)",
        "smallest_addition(port)",
    ],
)
def test_an_unknown_word_is_answered_with_the_known_ones(india, expression):
    with pytest.raises(PillarError, match="valid: "):
        measure(india.results, expression)


def test_net_positions_are_those_of_the_curve_s_rules(india):
    """Others first never takes; home first along the chain never draws on others' stages."""
    means = {rule: india.metric(f"net_position({rule})").value for rule in RULES}
    assert means["others_first"] >= max(means.values()) - 1e-9
    assert means["others_first"] >= 0


# Ties


def effects(evidence, pool, **asked):
    found = read_links(evidence, pool, **{"count_by": "location", "year": 2030, **asked})
    return {record.row["link_id"]: record.effect for record in found}


def test_a_tie_binds_only_with_a_tonnage_and_an_origin_in_the_network(india):
    evidence = india.results.evidence
    everyone = (*india.results.standing.pool(EX_CHINA), "IND")
    said = effects(evidence, everyone)
    assert [name for name, effect in said.items() if effect == "binds"] == ["LNK-MYS-JPN-JARE"]
    assert said["LNK-IND-JPN-TOYOTSU"] == "what it holds of NdPr is not known"
    assert said["LNK-CHN-WLD-2025-18"] == "its origin is not in the network"
    assert said["LNK-BRA-CHN-SERRAVERDE"] == "has ended by then"
    assert effects(evidence, everyone, year=2026)["LNK-BRA-CHN-SERRAVERDE"] == (
        "its tonnage is not known"
    )
    assert effects(evidence, ("USA", "JPN"))["LNK-MYS-JPN-JARE"] != "binds"
    assert effects(evidence, ("AUS",), count_by="owner")["LNK-MYS-JPN-JARE"] == "binds"


def test_no_tie_is_known_before_its_source(case_of):
    early = case_of(as_of="2026-03-15").results.evidence.table("links")
    assert "LNK-MYS-JPN-JARE" not in set(early["link_id"])
    assert len(early)


def test_ties_never_serve_more_than_free_movement(india):
    for pool in POOLS:
        for metal in (False, True):
            found = india.results.standing.linked_share(pool, is_without_metal=metal)
            assert found.bound[0] <= found.free[0] + 1e-9


def test_the_programme_and_the_closed_form_give_the_same_share(india):
    """The two engines on the real data (§3.6)."""
    standing = india.results.standing
    for pool in POOLS:
        free = standing.linked_share(pool, is_without_metal=False).free[0]
        closed = standing.share_of(pool, joins=True)[:200].mean()
        assert free == pytest.approx(closed, rel=1e-9)


def link(**cells):
    row = {
        "link_id": "LNK-TEST", "label": "Test", "exporter_iso3": "USA", "owner_iso3": "USA",
        "destination_iso3": "CHN", "stage": "separation", "kind": "offtake", "covers": "part",
        "tonnes": 1e6, "unit": "t_ndpr_oxide", "effective_from": pd.NaT, "effective_to": pd.NaT,
        "known_from": pd.Timestamp("2026-01-01"), "event_id": "", "source_id": "SMM-2026-03",
        "note": "",
    }  # fmt: skip
    return {**row, **cells}


def add(row):
    return lambda table: pd.concat([table, pd.DataFrame([row])], ignore_index=True)


def test_oxide_sold_out_of_the_network_is_lost_to_it(results_with):
    """All oxide of the United States promised to China leaves the pillars what Japan separates."""
    tied = results_with(links=add(link())).standing
    found = tied.linked_share(MEMBERS, is_without_metal=True)
    assert "LNK-TEST" in found.binding
    assert found.bound[0] < found.free[0] / 2


def test_a_ban_on_all_trade_closes_the_way_for_every_country(results_with):
    """With nothing leaving the United States, each country is left to itself."""
    row = link(kind="ban", covers="all", destination_iso3="WLD", stage="mine;separation;metal")
    tied = results_with(links=add(row)).standing.linked_share(MEMBERS, is_without_metal=False)
    assert tied.bound[0] < tied.free[0]


def test_a_ban_on_part_of_the_trade_closes_nothing(results_with):
    row = link(kind="ban", covers="part", destination_iso3="JPN")
    assert (
        "LNK-TEST"
        not in results_with(links=add(row))
        .standing.linked_share(MEMBERS, is_without_metal=False)
        .binding
    )
