"""A form for JupyterLab, made from the parameter contract: choose, press, read.

from third_pillar.execution.form import show_form
form = show_form()      # after "Assess", form.case holds the case
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from third_pillar import evidence
from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.errors import PillarError
from third_pillar.vocabulary.parameters import (
    DATA_DATE,
    TODAY,
    ParameterChoices,
    ReportParameters,
)

_LEFT_OUT = ("profile", "language")
_WIDE = {"description_width": "9rem"}
_LAYOUT = widgets.Layout(width="34rem")


class Form(widgets.VBox):  # type: ignore[misc]  # ipywidgets is untyped
    """One field a parameter, a button, and the answer below it.

    Attributes:
        fields: Parameter to its widget.
        button: Asks the question.
        answer: Says the answer, or why there is none.
        case: The last case assessed; none before.
    """

    def __init__(
        self,
        choices: ParameterChoices,
        *,
        assess: Callable[..., Any],
        compose: Callable[[Any], str],
    ) -> None:
        self.fields = _make_fields(choices)
        self.button = widgets.Button(description="Assess", button_style="primary")
        self.answer = widgets.HTML()
        self.case: Any = None
        self._assess = assess
        self._compose = compose
        self.button.on_click(lambda _: self.ask())
        super().__init__([*self.fields.values(), self.button, self.answer])

    @property
    def parameters(self) -> dict[str, Any]:
        """The values as they stand, as `pillar report -p` and a notebook take them."""
        return {name: _value(widget) for name, widget in self.fields.items()}

    def ask(self) -> None:
        """Assess the question as it stands; a fault is said in place of the answer."""
        self.button.disabled = True
        self.answer.value = "<p>One moment.</p>"
        try:
            self.case = self._assess(**self.parameters)
            self.answer.value = self._compose(self.case)
        except PillarError as error:
            lines = "<br>".join(html.escape(line) for line in str(error).splitlines())
            self.answer.value = f"<p role='alert'>{lines}</p><p>{html.escape(error.hint)}</p>"
        finally:
            self.button.disabled = False


def show_form() -> Form:
    """A form of every parameter, with the choices that the data package allows today."""
    # the kit's models: loaded when a form is asked for, not by whoever imports this module
    from third_pillar import briefing  # noqa: PLC0415

    def compose(case: Any) -> str:
        return str(briefing.compose_headline(case).html)

    return Form(evidence.load_parameter_choices(), assess=briefing.open_case, compose=compose)


def _make_fields(choices: ParameterChoices) -> dict[str, Any]:
    fields = {}
    for name, field in ReportParameters.model_fields.items():
        if name in _LEFT_OUT:
            continue
        widget = _make_field(name, field, choices)
        widget.description = name
        widget.tooltip = str(field.description)
        widget.style, widget.layout = _WIDE, _LAYOUT
        fields[name] = widget
    return fields


def _make_field(name: str, field: Any, choices: ParameterChoices) -> Any:
    countries = tuple(country for country in choices.countries if country != CHINA)
    valid: dict[str, tuple[str, ...]] = {
        "candidate": countries,
        "article": choices.articles,
        "scenario": choices.scenarios,
        "partners": tuple(choices.country_sets),
        "count_by": ("location", "owner"),
    }
    if name in valid:
        return widgets.Dropdown(options=valid[name], value=field.default)
    if name == "pillars":
        return widgets.SelectMultiple(options=countries, value=field.default)
    if name == "as_of":
        return widgets.Combobox(
            options=(DATA_DATE, TODAY, choices.data_date.isoformat()), value=field.default
        )
    bounds = {type(rule).__name__: rule for rule in field.metadata}
    return widgets.BoundedIntText(
        value=field.default,
        min=getattr(bounds.get("Ge"), "ge", choices.first_date.year),
        max=getattr(bounds.get("Le"), "le", 10**9),
    )


def _value(widget: Any) -> Any:
    value = widget.value
    return list(value) if isinstance(value, tuple) else value
