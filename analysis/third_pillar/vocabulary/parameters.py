"""The contract of a report: which parameters there are, and what each may be."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from third_pillar.vocabulary.codes import CHINA
from third_pillar.vocabulary.errors import ParameterFault

MAX_DRAWS = 1_000_000
LAST_HORIZON = 2050
TEXT_WANTED = "text: put it in quotes, as YAML takes a bare NO for false and a bare 1 for a number"
"""What to say where a file has another value than a word."""
DATA_DATE = "data"
TODAY = "today"


class ReportParameters(BaseModel):
    """The question a report answers. Values, never code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str = Field(
        default="IND", description="country put to the test, ISO 3166-1 alpha-3", examples=["BRA"]
    )
    pillars: tuple[str, ...] = Field(
        default=("USA", "JPN"), description="countries whose need is to be met without China"
    )
    partners: str | tuple[str, ...] = Field(
        default="none", description="other members of the network: a named set, or countries"
    )
    count_by: Literal["location", "owner"] = Field(
        default="location", description="whether a plant counts for its country or its owner's"
    )
    article: str = Field(default="newsx-2025-11-07", description="article whose claims are tested")
    as_of: str = Field(
        default=DATA_DATE, description='what was known when: "data", "today" or YYYY-MM-DD'
    )
    horizon: int = Field(
        default=2030, description="calendar year at whose end capacity is counted", le=LAST_HORIZON
    )
    scenario: str = Field(default="baseline", description="set of assumptions")
    draws: int = Field(
        default=10_000, ge=100, le=MAX_DRAWS, description="Monte Carlo draws over the ranges"
    )
    seed: int = Field(default=20251107, ge=0, le=2**32 - 1, description="seed of those draws")
    language: Literal["en"] = Field(default="en", description="language of the report")
    profile: str = Field(default="full", description="profile of reports/profiles/")

    @field_validator("pillars", "partners", mode="before")
    @classmethod
    def _split_list(cls, value: object, info: ValidationInfo) -> object:
        if value == "":
            return ()
        # partners may be one word, the name of a set; pillars are countries alone
        is_list = info.field_name == "pillars" or re.search(r",|^[A-Z]{3}$", str(value))
        if isinstance(value, str) and is_list:
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(value) if isinstance(value, list) else value

    @field_validator("draws", "seed", "horizon", mode="before")
    @classmethod
    def _refuse_booleans(cls, value: object) -> object:
        if isinstance(value, bool):
            msg = "should be a whole number, not true or false"
            raise ValueError(msg)  # noqa: TRY004  pydantic turns ValueError, not TypeError, into a fault
        return value


@dataclass(frozen=True)
class ParameterChoices:
    """What the data package and the profiles allow today.

    `country_sets` maps a set's name to its members; dates bound `as_of`; `country_names` maps a
    code to the country's name.
    """

    countries: tuple[str, ...]
    country_sets: Mapping[str, tuple[str, ...]]
    articles: tuple[str, ...]
    scenarios: tuple[str, ...]
    profiles: tuple[str, ...]
    first_date: dt.date
    data_date: dt.date
    today: dt.date
    country_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """Checked parameters with every name resolved.

    Attributes:
        parameters: As given.
        as_of: The date itself.
        members: Members of the network besides pillars and candidate.
        is_stale: Whether `as_of` lies after the date of the data.
    """

    parameters: ReportParameters
    as_of: dt.date
    members: tuple[str, ...]
    is_stale: bool


def check_parameters(given: Mapping[str, object], *, choices: ParameterChoices) -> Question:
    """The question these parameters put, or every reason why they put none.

    Args:
        given: Parameter name to value; text is accepted for every type.
        choices: What the data allow.

    Raises:
        ParameterFault: Unknown name, wrong type or impossible value; all of them at once,
            each with the valid choices and the nearest name.
    """
    faults = _unknown_names(given)
    known = {name: value for name, value in given.items() if name in ReportParameters.model_fields}
    try:
        parameters = ReportParameters.model_validate(known)
    except ValidationError as error:
        # what may be a word or a list is told once, as the word
        details = {detail["loc"][:1]: detail for detail in reversed(error.errors())}
        faults += [_type_fault(detail) for detail in reversed(details.values())]
        raise ParameterFault("\n".join(faults), hint=_SEE_PARAMETERS) from None
    as_of, date_faults = _resolve_date(parameters.as_of, choices)
    faults += _value_faults(parameters, choices) + date_faults
    if parameters.horizon < as_of.year:
        faults.append(
            f"horizon = {parameters.horizon}: lies before as_of ({as_of.isoformat()}); "
            f"valid: {as_of.year} to {LAST_HORIZON}"
        )
    if faults:
        raise ParameterFault("\n".join(faults), hint=_SEE_PARAMETERS)
    return Question(
        parameters=parameters,
        as_of=as_of,
        members=resolve_members(parameters, choices.country_sets),
        is_stale=as_of > choices.data_date,
    )


_SEE_PARAMETERS = "`pillar parameters` lists every parameter with its choices."


def resolve_members(
    parameters: ReportParameters, country_sets: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Members of the network besides pillars and candidate, without repeats."""
    partners = parameters.partners
    named = country_sets[partners] if isinstance(partners, str) else partners
    taken = {*parameters.pillars, parameters.candidate}
    return tuple(dict.fromkeys(country for country in named if country not in taken))


def nearest(name: str, valid: tuple[str, ...]) -> str:
    """A "did you mean" for a misspelt name, or nothing where none is near."""
    if len(name) > _LONGEST_NAME:
        return ""
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.6) or [
        choice for choice in valid if choice.casefold() == name.casefold()
    ]
    return f" Did you mean {close[0]!r}?" if close else ""


def _unknown_names(given: Mapping[str, object]) -> list[str]:
    valid = tuple(ReportParameters.model_fields)
    return [
        f"unknown parameter {_shown(name)}.{nearest(name, valid)} Valid: {', '.join(valid)}"
        for name in given
        if name not in valid
    ]


def _type_fault(detail: Any) -> str:
    place = str(detail["loc"][0]) if detail["loc"] else "parameters"
    known = ReportParameters.model_fields.get(place)
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if known and detail["type"] in _NOT_A_NUMBER:
        message = f"should be a whole number{_bounds(place, known)}"
    message = message.replace("a valid string", TEXT_WANTED)
    meaning = f" ({known.description})" if known else ""
    return f"{place} = {_shown(detail['input'])}: {message}{meaning}"


_NOT_A_NUMBER = frozenset(
    {"int_parsing", "int_parsing_size", "int_type", "int_from_float", "greater_than_equal",
     "less_than_equal"}
)  # fmt: skip


def _bounds(name: str, known: FieldInfo) -> str:
    """The bounds of a number in words, e.g. " from 100 to 1,000,000"; a year has no comma."""
    ends = {}
    for bound in known.metadata:
        for end in ("ge", "le"):
            if hasattr(bound, end):
                number = getattr(bound, end)
                ends[end] = str(number) if name == "horizon" else f"{number:,}"
    low, high = ends.get("ge"), ends.get("le")
    if low and high:
        return f" from {low} to {high}"
    return f" up to {high}" if high else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "..."


_SHOWN_LENGTH = 80
_LONGEST_NAME = 1000


def _value_faults(parameters: ReportParameters, choices: ParameterChoices) -> list[str]:
    pick = _choice_fault
    faults = [
        _country_fault("candidate", parameters.candidate, choices),
        pick("article", parameters.article, choices.articles),
        pick("scenario", parameters.scenario, choices.scenarios),
        pick("profile", parameters.profile, choices.profiles),
        *(_country_fault("pillars", country, choices) for country in parameters.pillars),
    ]
    if isinstance(parameters.partners, str):
        faults.append(_partners_fault(parameters.partners, choices))
    else:
        faults += [_country_fault("partners", country, choices) for country in parameters.partners]
    if not parameters.pillars:
        faults.append("pillars is empty: name at least one country")
    if len(set(parameters.pillars)) < len(parameters.pillars):
        faults.append(f"pillars = {','.join(parameters.pillars)}: a country is named twice")
    if CHINA in (parameters.candidate, *parameters.pillars, *_as_tuple(parameters.partners)):
        faults.append(_NO_CHINA)
    return [fault for fault in faults if fault]


def _as_tuple(partners: str | tuple[str, ...]) -> tuple[str, ...]:
    return () if isinstance(partners, str) else partners


_NO_CHINA = "CHN cannot be a member: the question is a network without China"


def _country_fault(name: str, value: str, choices: ParameterChoices) -> str:
    """China is known, and refused in words of its own: it is no valid choice to offer."""
    valid = tuple(country for country in choices.countries if country != CHINA)
    named = {known.casefold(): code for code, known in choices.country_names.items()}
    code = named.get(value.strip().casefold(), "")
    if value == CHINA:
        return ""
    if code == CHINA:
        return _NO_CHINA
    if code in valid:
        meant = f"write the code of the country. Did you mean {code!r}?"
        return f"{name} = {_shown(value)}: {meant} Valid: {', '.join(valid)}"
    return _choice_fault(name, value, valid)


def _partners_fault(value: str, choices: ParameterChoices) -> str:
    """One word is the name of a set, or a country misspelt."""
    code = nearest(value.upper(), choices.countries) if value.upper() in choices.countries else ""
    if code:
        sets = ", ".join(choices.country_sets)
        return f"partners = {_shown(value)}: not known.{code} Sets: {sets}"
    return _choice_fault("partners", value, tuple(choices.country_sets))


def _choice_fault(name: str, value: str, valid: tuple[str, ...]) -> str:
    if value in valid:
        return ""
    return f"{name} = {_shown(value)}: not known.{nearest(value, valid)} Valid: {', '.join(valid)}"


def _resolve_date(as_of: str, choices: ParameterChoices) -> tuple[dt.date, list[str]]:
    if as_of == DATA_DATE:
        return choices.data_date, []
    if as_of == TODAY:
        return choices.today, []
    span = f"valid: {choices.first_date.isoformat()} to {choices.today.isoformat()}"
    try:
        date = dt.date.fromisoformat(as_of)
    except ValueError:
        said = f'as_of = {_shown(as_of)}: no such date; write "data", "today" or YYYY-MM-DD; {span}'
        return choices.data_date, [said]
    if date > choices.today:
        return date, [f"as_of = {as_of}: lies in the future; {span}"]
    if date < choices.first_date:
        return date, [f"as_of = {as_of}: before the data can answer the question; {span}"]
    return date, []
