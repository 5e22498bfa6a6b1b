"""From names and values as given to the question a report answers, before any kernel."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from third_pillar import evidence
from third_pillar.execution.profiles import Profile
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ParameterChoices, Question, check_parameters

SYNTHETIC_VARIABLE = "PILLAR_ALLOW_SYNTHETIC"
"""Set to 1 by tests alone: a briefing on an article that was made up is published nowhere."""


def resolve(
    given: Mapping[str, object],
    profile: Profile,
    *,
    root: Path | None = None,
    choices: ParameterChoices | None = None,
) -> Question:
    """The question that `given` and the profile put; `given` wins over the profile.

    Args:
        given: Parameter name to value; text is accepted for every type.
        profile: Supplies the parameters that are not given.
        root: Project root; found where not given.
        choices: What the data allow, where it was read already.

    Raises:
        ParameterFault: All faults at once, each with valid choices and the nearest name; or the
            article was written for tests.
        EvidenceFault: The data package cannot say what is valid.
    """
    if given.get("profile", profile.name) != profile.name:
        raise ParameterFault(
            f"profile = {given['profile']!r}: the report is already that of {profile.name!r}",
            hint="Name the profile once: `pillar report NAME`.",
        )
    merged = {**profile.parameters, **given, "profile": profile.name}
    allowed = choices or evidence.load_parameter_choices(root=root)
    question = check_parameters(merged, choices=allowed)
    _refuse_synthetic(question, root)
    return question


def _refuse_synthetic(question: Question, root: Path | None) -> None:
    article = question.parameters.article
    if os.environ.get(SYNTHETIC_VARIABLE) == "1":
        return
    if evidence.is_synthetic(article, root=root):
        raise ParameterFault(
            f"article = {article!r} was written for tests: no briefing is published on it",
            hint=f"Choose another article; a test of the kit sets {SYNTHETIC_VARIABLE}=1.",
        )


def notebook_parameters(question: Question) -> dict[str, Any]:
    """The values a notebook is given: plain text, numbers and lists, `as_of` as its date.

    A word such as "today" is resolved, so that a run across midnight states one date and the
    same question has the same key and the same findings however it was put.
    """
    values = question.parameters.model_dump(mode="json")
    return {**values, "as_of": question.as_of.isoformat()}
