"""Matrix files: many questions in a few lines, each of them checked before the first is asked."""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from third_pillar import evidence
from third_pillar.execution.profiles import DEFAULT_PROFILE, load_profile
from third_pillar.execution.question import notebook_parameters, resolve
from third_pillar.execution.yaml_files import NoYaml, check_title, phrase_faults, read_yaml_file
from third_pillar.vocabulary.asked import phrase_asked
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ReportParameters, nearest

MATRICES = Path("reports") / "matrices"
MAX_REPORTS = 10_000
_MAX_BYTES = 1024 * 1024
_SHOWN_FAULTS = 20
_LONGEST_STEM = 255
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_OF_LINEAGE = ("candidate", "article", "language")
_VARIED = frozenset(ReportParameters.model_fields) - {"profile"}
# an editor that knows the schema then offers the names and marks one that is misspelt
_NAMES: Any = {"propertyNames": {"enum": sorted(_VARIED)}}
_ITEM = {"type": "object", "propertyNames": {"enum": sorted({*_VARIED, "profile"})}}
_NAMES_AND_PROFILE: Any = {"items": _ITEM}


def _texts_for_dates(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _texts_for_dates(part) for key, part in value.items()}
    return [_texts_for_dates(part) for part in value] if isinstance(value, list) else value


class Matrix(BaseModel):
    """One file that asks for many reports."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Matrix of reports")

    title: str = Field(min_length=1, description="what the batch is for")
    profiles: tuple[str, ...] = Field(
        default=(DEFAULT_PROFILE,), min_length=1, description="profiles every question is put to"
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="parameters that all reports share",
        json_schema_extra=_NAMES,
    )
    grid: dict[str, tuple[Any, ...]] = Field(
        default_factory=dict,
        description="parameter to values: every combination is a report",
        json_schema_extra=_NAMES,
    )
    include: tuple[dict[str, Any], ...] = Field(
        default=(),
        description="further reports, each its own parameters and, if need be, profile",
        json_schema_extra=_NAMES_AND_PROFILE,
    )
    exclude: tuple[dict[str, Any], ...] = Field(
        default=(),
        description="combinations of the grid to leave out",
        json_schema_extra=_NAMES_AND_PROFILE,
    )

    @field_validator("parameters", "grid", "include", "exclude", mode="before")
    @classmethod
    def _write_dates_as_text(cls, value: object) -> object:
        return _texts_for_dates(value)

    @field_validator("title")
    @classmethod
    def _check_title(cls, title: str) -> str:
        return check_title(title)

    @field_validator("grid")
    @classmethod
    def _refuse_empty_axes(cls, grid: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
        empty = [name for name, values in grid.items() if not values]
        if empty:
            raise ValueError(f"{empty[0]} has no values")
        return grid


@dataclass(frozen=True)
class Task:
    """One report of a batch.

    Attributes:
        number: Its place, from 1.
        profile: Profile it is made by.
        given: Parameters that differ from the profile's.
        label: What sets it apart from the others of the batch.
        departs: Parameters in which it differs from its profile's own question on its candidate.
    """

    number: int
    profile: str
    given: dict[str, Any]
    label: str
    departs: int = 0


def read_matrix(path: Path) -> Matrix:
    """The matrix of a file.

    Raises:
        ParameterFault: It cannot be read, or breaks the rules; names file and key.
    """
    if not _is_file(path):
        known = tuple(file.stem for file in (evidence.project_root() / MATRICES).glob("*.yml"))
        close = difflib.get_close_matches(path.stem[:_LONGEST_STEM], known, n=1)
        meant = f" Did you mean '{(MATRICES / close[0]).as_posix()}.yml'?" if close else ""
        raise ParameterFault(
            f"{path}: there is no such file.{meant}",
            hint=f"A matrix is a YAML file, such as those in {MATRICES.as_posix()}/.",
        )
    if path.stat().st_size > _MAX_BYTES:
        raise ParameterFault(f"{path.name} is larger than 1 MB: that is no matrix of reports")
    if not _SAFE_NAME.fullmatch(path.stem):
        raise ParameterFault(f"{path.name!r}: name it with letters, digits, - and _ only")
    try:
        content = read_yaml_file(path)
    except NoYaml as error:
        raise ParameterFault(f"{path.name} is no YAML of this form: {error}") from None
    if not isinstance(content, dict):
        raise ParameterFault(
            f"{path.name} holds no keys; at least `title` and `grid` or `include` are needed",
            hint=_HINT,
        )
    _refuse_unknown_keys(path, content)
    try:
        return Matrix.model_validate(content)
    except ValidationError as error:
        said = phrase_faults(error)
        raise ParameterFault(f"{path.name}: {said}", hint=_HINT) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


_HINT = f"Keys of a matrix: {', '.join(Matrix.model_fields)}; docs/how-to/run-many-reports.md."


def _refuse_unknown_keys(path: Path, content: Mapping[Any, Any]) -> None:
    valid = tuple(Matrix.model_fields)
    faults = [
        f"{path.name}: unknown key {key!r}.{nearest(str(key), valid)} Valid: {', '.join(valid)}"
        for key in content
        if key not in valid
    ]
    names = tuple(sorted(_VARIED))
    for part in ("parameters", "grid"):
        named = content.get(part)
        for key in named if isinstance(named, dict) else {}:
            if key not in _VARIED:
                extra = " Name profiles under `profiles`." if key == "profile" else ""
                faults.append(
                    f"{path.name}, {part}: unknown parameter {key!r}."
                    f"{nearest(str(key), names)}{extra} Valid: {', '.join(names)}"
                )
    if faults:
        raise ParameterFault("\n".join(faults), hint=_HINT)


def expand(matrix: Matrix) -> tuple[Task, ...]:
    """Every report the matrix asks for, without repeats, each question checked.

    Raises:
        ParameterFault: A question is wrong, an exclusion fits nothing, nothing is left, or there
            are too many; every fault at once.
    """
    count = len(matrix.profiles) * _product(len(values) for values in matrix.grid.values())
    if count + len(matrix.include) > MAX_REPORTS:
        raise ParameterFault(f"the matrix asks for {count:,} reports; at most {MAX_REPORTS:,}")
    both = [name for name in matrix.parameters if name in matrix.grid]
    if both:
        raise ParameterFault(
            f"{', '.join(both)}: stands under `parameters`, which all reports share, and is varied "
            "in the grid",
            hint="Leave it in one of the two.",
        )
    used = [False] * len(matrix.exclude)
    asked: list[tuple[str, dict[str, Any]]] = []
    for profile, point in _points(matrix):
        fits = [_fits(rule, profile, point) for rule in matrix.exclude]
        used = [was or now for was, now in zip(used, fits, strict=True)]
        if not any(fits):
            asked.append((profile, point))
    idle = [rule for rule, was in zip(matrix.exclude, used, strict=True) if not was]
    if idle:
        shown = "; ".join(f"{{{', '.join(f'{k}: {v}' for k, v in rule.items())}}}" for rule in idle)
        raise ParameterFault(
            f"exclude: {shown} fits no combination of the grid{_misspelt(idle)}",
            hint="An exclusion that leaves nothing out is most often misspelt.",
        )
    for extra in matrix.include:
        own = {**matrix.parameters, **extra}
        asked.append((str(own.pop("profile", matrix.profiles[0])), own))
    if not asked:
        raise ParameterFault("the matrix asks for no report", hint="Fill `grid` or `include`.")
    return _checked(asked)


def _misspelt(rules: Sequence[Mapping[str, Any]]) -> str:
    valid = (*sorted(_VARIED), "profile")
    unknown = [str(name) for rule in rules for name in rule if name not in valid]
    return f": unknown parameter {unknown[0]!r}.{nearest(unknown[0], valid)}" if unknown else ""


def _product(sizes: Iterator[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product


def _points(matrix: Matrix) -> Iterator[tuple[str, dict[str, Any]]]:
    if not matrix.grid and matrix.include:
        return
    for profile in matrix.profiles:
        for values in itertools.product(*matrix.grid.values()):
            yield profile, {**matrix.parameters, **dict(zip(matrix.grid, values, strict=True))}


def _fits(rule: Mapping[str, Any], profile: str, point: Mapping[str, Any]) -> bool:
    here = {**point, "profile": profile}
    return bool(rule) and all(
        name in here and _alike(here[name], value) for name, value in rule.items()
    )


def _alike(one: Any, other: Any) -> bool:
    return one == other or str(one) == str(other)


def _checked(asked: list[tuple[str, dict[str, Any]]]) -> tuple[Task, ...]:
    faults: list[str] = []
    seen: set[str] = set()
    kept: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    plain: dict[str, dict[str, Any]] = {}
    root = evidence.project_root()
    # read once: a matrix may ask for thousands
    choices = evidence.load_parameter_choices(root=root)
    load = cache(partial(load_profile, root=root))
    for profile, given in asked:
        try:
            question = resolve(given, load(profile), root=root, choices=choices)
            if profile not in plain:
                own = resolve({}, load(profile), root=root, choices=choices)
                plain[profile] = notebook_parameters(own)
        except ParameterFault as fault:
            faults += [line for line in str(fault).splitlines() if line not in faults]
            continue
        values = notebook_parameters(question)
        key = repr(sorted(values.items()))
        if key not in seen:
            seen.add(key)
            kept.append((profile, given, values))
    if faults:
        shown = faults[:_SHOWN_FAULTS]
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown)} more")
        raise ParameterFault(
            "the matrix asks what cannot be answered; nothing was run:\n"
            + "\n".join(f"  {fault}" for fault in shown),
            hint="`pillar parameters` lists every parameter with its choices.",
        )
    varied = _varied([values for _, _, values in kept])
    return tuple(
        Task(
            number,
            profile,
            given,
            phrase_asked(values, varied or ("candidate",)),
            _departs(values, plain[profile]),
        )
        for number, (profile, given, values) in enumerate(kept, start=1)
    )


def _departs(values: Mapping[str, Any], plain: Mapping[str, Any]) -> int:
    return sum(values[name] != plain[name] for name in plain if name not in _OF_LINEAGE)


def _varied(questions: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        name
        for name in ReportParameters.model_fields
        if len({str(question[name]) for question in questions}) > 1
    )
