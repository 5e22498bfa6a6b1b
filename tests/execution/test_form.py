"""Promises about the form: made from the contract, its values are those of a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from third_pillar import evidence
from third_pillar.assessment.case import ask
from third_pillar.execution.form import Form
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ReportParameters


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def form(toy_package: Path, monkeypatch: pytest.MonkeyPatch, asked: list[dict[str, Any]]) -> Form:
    """A form over the toy package whose assessment is the check of the question."""
    monkeypatch.setenv("PILLAR_ROOT", str(toy_package))

    def assess(**parameters: Any) -> Any:
        asked.append(parameters)
        return ask(**parameters)

    def compose(question: Any) -> str:
        return f"<p>{question.parameters.candidate}</p>"

    return Form(evidence.load_parameter_choices(), assess=assess, compose=compose)


def test_every_parameter_of_the_contract_has_a_field_with_its_default_and_meaning(
    form: Form,
) -> None:
    """All but the profile and the language, of which there is one each in a notebook."""
    fields = ReportParameters.model_fields
    assert set(form.fields) == set(fields) - {"profile", "language"}
    for name, widget in form.fields.items():
        assert widget.value == fields[name].default
        assert widget.tooltip == fields[name].description
        assert widget.description == name
    assert "CHN" not in form.fields["candidate"].options


def test_a_click_asks_the_question_as_it_stands(form: Form, asked: list[dict[str, Any]]) -> None:
    """The values chosen reach the assessment; its answer stands below; the case is kept."""
    form.fields["candidate"].value = "BRA"
    form.fields["pillars"].value = ("USA",)
    form.fields["draws"].value = 200
    form.button.click()
    assert asked == [form.parameters]
    assert (asked[0]["candidate"], asked[0]["pillars"], asked[0]["draws"]) == ("BRA", ["USA"], 200)
    assert form.answer.value == "<p>BRA</p>"
    assert form.case.parameters.pillars == ("USA",)
    assert not form.button.disabled


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("as_of", "<script>alert(1)</script>", "&lt;script&gt;"),
        ("as_of", "2050-01-01", "lies in the future"),
        ("pillars", (), "name at least one country"),
    ],
)
def test_a_wrong_value_is_said_in_place_of_the_answer(
    form: Form, name: str, value: Any, said: str
) -> None:
    """Never as markup, and the form can be used again."""
    form.fields[name].value = value
    form.button.click()
    assert said in form.answer.value
    assert "<script>" not in form.answer.value
    assert form.case is None
    form.fields[name].value = ReportParameters.model_fields[name].default
    form.button.click()
    assert form.case is not None


def test_numbers_stay_within_the_contract(form: Form) -> None:
    """Below the least and above the most the widget itself takes the bound."""
    form.fields["draws"].value = 1
    assert form.fields["draws"].value == 100
    form.fields["horizon"].value = 9999
    assert form.fields["horizon"].value == 2050
    with pytest.raises(ParameterFault):
        ask(**{**form.parameters, "draws": 1})
