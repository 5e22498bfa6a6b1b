"""Promises about a reading by hand from a file: read whole, or every fault by row."""

from __future__ import annotations

import pytest

from third_pillar.evidence import read_hand_reading
from third_pillar.vocabulary.codes import Verdict
from third_pillar.vocabulary.errors import ParameterFault


def test_verdicts_and_reasons_are_read_under_either_name(tmp_path):
    """Named verdict or hand_verdict, in any case, with or without reasons and byte-order mark."""
    path = tmp_path / "hand.csv"
    path.write_text("\ufeffclaim_id,verdict\nC01,Supported\nC02, opinion \n", encoding="utf-8")
    assert read_hand_reading(path) == {
        "C01": (Verdict.SUPPORTED, ""),
        "C02": (Verdict.OPINION, ""),
    }
    path.write_text('claim_id,hand_reason,hand_verdict\nC01,"so, no",contradicted\n')
    assert read_hand_reading(path) == {"C01": (Verdict.CONTRADICTED, "so, no")}


def test_every_fault_is_told_at_once_by_row(tmp_path):
    """A misspelt verdict with its neighbour, a claim twice, a row without a claim."""
    path = tmp_path / "hand.csv"
    path.write_text("claim_id,verdict\nC01,suported\nC02,opinion\nC02,opinion\n,supported\n")
    with pytest.raises(ParameterFault) as caught:
        read_hand_reading(path)
    for said in ("row 2: C01", "Did you mean 'supported'?", "row 4: C02", "row 5: no claim_id"):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "columns claim_id and verdict"),
        (b"claim_id,verdict\n", "rows below"),
        (b"claim_id,opinion\nC01,x\n", "columns claim_id and verdict"),
        (b"claim_id,verdict\nC01\n", "row 2: C01"),
        (b"\xff\xfe", "UTF-8"),
        (b'claim_id,verdict\n"C01,supported\n', "not CSV"),
    ],
)
def test_a_file_that_is_no_reading_is_said(tmp_path, content, said):
    """With what it needs."""
    (tmp_path / "hand.csv").write_bytes(content)
    with pytest.raises(ParameterFault, match=said):
        read_hand_reading(tmp_path / "hand.csv")


def test_a_file_that_is_not_there_is_said(tmp_path):
    """By name."""
    with pytest.raises(ParameterFault, match=r"none\.csv"):
        read_hand_reading(tmp_path / "none.csv")
