"""The narrowest stages of a chain: all that are equally narrow, not the first of them alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from third_pillar.model.sampling import Draws
from third_pillar.vocabulary.amounts import phrase_list

_MOST = 0.5


def find_narrowest(
    pooled: npt.NDArray[np.float64], binding_share: Draws, *, is_counted: npt.NDArray[np.bool_]
) -> tuple[int, ...]:
    """Places of the stage that binds in most draws, and of those as narrow as it in most draws.

    Args:
        pooled: Capacity of the whole pool, shape (draws, stages).
        binding_share: Share of draws in which each stage binds, ties given to the first.
        is_counted: Which stages constrain, shape (stages,).

    Returns:
        Places in the order of the chain: one, or several where capacity is the same, as it is
        where nothing runs at two stages.

    Method:
        §3.3 of docs/methods.md.
    """
    first = int(np.argmax(binding_share))
    as_narrow = (pooled == pooled[:, [first]]).mean(axis=0) >= _MOST
    return tuple(int(place) for place in np.flatnonzero(as_narrow & is_counted))


def name_narrowest(words: Sequence[str]) -> str:
    """The narrowest stages as one value, e.g. "metal" or "metal and magnet"."""
    return phrase_list(tuple(words))
