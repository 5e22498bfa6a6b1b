"""Text can be read: every pair of ink and ground holds the AA contrast of WCAG 2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import third_pillar.publishing

CSS = (Path(third_pillar.publishing.__file__).parent / "template/page.css").read_text("utf-8")
AA = 4.5
PAIRS = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "wash")] + [
    ("ink", "accent-wash"),
    ("soft", "accent-wash"),
    ("ink", "target"),
    ("accent", "paper"),
    *((f"{kind}-ink", kind) for kind in ("good", "part", "weak", "bad", "open", "view")),
]


def _palette(scheme: str) -> dict[str, str]:
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in _blocks())
    return light if scheme == "light" else light | dark


def _blocks() -> list[str]:
    return re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)[:2]


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_holds_the_contrast_of_wcag_aa(scheme, ink, ground):
    """4.5 to 1 or more, on a light and on a dark screen."""
    palette = _palette(scheme)
    low, high = sorted((_luminance(palette[ink]), _luminance(palette[ground])))
    assert (high + 0.05) / (low + 0.05) >= AA
