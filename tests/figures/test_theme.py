"""Roles can be told apart: by colour, by colour-blind eyes, and on grey paper."""

from __future__ import annotations

import itertools
import math

import pytest

from third_pillar.figures import theme

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green cones": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue cones": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.180437),
    (0.2126729, 0.7151522, 0.072175),
    (0.0193339, 0.119192, 0.9503041),
)
PLAYERS = ("china", "pillars", "candidate", "partners", "rest")


def _times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _lab(colour: str, vision: str):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    seen = [min(1, max(0, part)) for part in _times(VISION[vision], linear)]
    white = (0.95047, 1, 1.08883)
    x, y, z = (
        math.cbrt(part / full) if part / full > 0.008856 else 7.787 * part / full + 16 / 116
        for part, full in zip(_times(TO_XYZ, seen), white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("roles", [theme.ROLES, theme.ROLES_DARK], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_roles_are_apart_in_colour_for_every_eye(roles, vision):
    """Any two players differ clearly, whatever cones the reader has."""
    for one, two in itertools.combinations(PLAYERS, 2):
        distance = math.dist(_lab(roles[one], vision), _lab(roles[two], vision))
        assert distance >= 13, (one, two, distance)


@pytest.mark.parametrize("roles", [theme.ROLES, theme.ROLES_DARK], ids=["light", "dark"])
def test_roles_are_apart_in_lightness_on_grey_paper(roles):
    """Any two players differ in lightness too."""
    for one, two in itertools.combinations(PLAYERS, 2):
        difference = abs(_lab(roles[one], "usual")[0] - _lab(roles[two], "usual")[0])
        assert difference >= 8, (one, two, difference)


def test_what_is_unknown_is_hatched():
    """A stand-in never looks like a measured bar."""
    assert theme.stand_in_marker()["pattern"]["shape"] == "/"
    marker = theme.bar_marker(["candidate", "unknown"], stand_in=[False, True])
    assert marker["pattern"]["shape"] == ["", "/"]
    assert marker["color"] == [theme.ROLES["candidate"], theme.ROLES["muted"]]


def test_every_role_has_its_dark_counterpart_and_no_two_roles_share_a_colour():
    """The page can exchange colours one for one."""
    assert set(theme.ROLES) == set(theme.ROLES_DARK)
    assert len(set(theme.ROLES.values())) == len(theme.ROLES) == len(theme.SWAP)


def test_nothing_is_uploaded():
    """No address to send a chart to, no button to send it with."""
    assert theme.CONFIG["plotlyServerURL"] == ""
    assert theme.CONFIG["showSendToCloud"] is False
    assert theme.CONFIG["modeBarButtonsToRemove"] == ["sendChartToCloud"]


def test_an_unknown_role_is_refused_with_the_choices():
    """A misspelt role never becomes a default colour."""
    with pytest.raises(KeyError, match="china"):
        theme.role_colour("chinna")
