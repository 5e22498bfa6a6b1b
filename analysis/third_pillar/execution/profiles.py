"""Report profiles: which notebook answers, and with which parameters, by name."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from third_pillar import evidence
from third_pillar.execution.yaml_files import NoYaml, check_title, phrase_faults, read_yaml_file
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ReportParameters, nearest

PROFILES = Path("reports") / "profiles"
DEFAULT_PROFILE = "full"
_MAX_BYTES = 1024 * 1024
_SHOWN = 60
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def _as_in_the_file(schema: dict[str, Any]) -> None:
    """The file is named for the profile; the name is no key of it."""
    del schema["properties"]["name"]
    schema["required"].remove("name")
    names = sorted({*ReportParameters.model_fields} - {"profile"})
    schema["properties"]["parameters"]["propertyNames"] = {"enum": names}
    schema["description"] = "One file of reports/profiles/: which notebook answers, and how."


class Profile(BaseModel):
    """One file of `reports/profiles/`.

    Attributes:
        name: File name without its ending.
        notebook: Path below the project root.
        timeout_seconds: Longest run from kernel start to last cell.
        cell_timeout_seconds: Longest single cell; none means only the run is bounded.
        memory_mb: Memory the cells may hold beside what their process is given; none means half of
            the machine's.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", title="Profile of reports", json_schema_extra=_as_in_the_file
    )

    name: str
    title: str = Field(min_length=1)
    notebook: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=600, gt=0)
    cell_timeout_seconds: float | None = Field(default=None, gt=0)
    memory_mb: int | None = Field(default=None, ge=256)
    publish: Literal["draft", "published"] = "draft"

    @property
    def memory_bytes(self) -> int | None:
        """The bound in bytes."""
        return self.memory_mb * 2**20 if self.memory_mb else None

    @field_validator("title")
    @classmethod
    def _check_title(cls, title: str) -> str:
        return check_title(title)

    @field_validator("parameters", mode="before")
    @classmethod
    def _write_dates_as_text(cls, value: object) -> object:
        if not isinstance(value, dict):
            return {} if value is None else value
        return {
            name: part.isoformat() if isinstance(part, dt.date) else part
            for name, part in value.items()
        }


def list_profiles(*, root: Path | None = None) -> tuple[str, ...]:
    """Names of the profiles, sorted; a file whose name is no safe folder name is left out."""
    folder = (root or evidence.project_root()) / PROFILES
    return tuple(sorted(p.stem for p in folder.glob("*.yml") if _SAFE_NAME.fullmatch(p.stem)))


def load_profile(name: str, *, root: Path | None = None) -> Profile:
    """The profile of that name.

    Raises:
        ParameterFault: No such profile, or its file breaks the rules; names file and key.
    """
    root = root or evidence.project_root()
    valid = list_profiles(root=root)
    if name not in valid:
        asked, shown = name[:_SHOWN], ", ".join(valid) or "none"
        raise ParameterFault(
            f"profile = {asked!r}: not known.{nearest(asked, valid)} Valid: {shown}",
            hint=f"A profile is a file in {PROFILES.as_posix()}/.",
        )
    path = root / PROFILES / f"{name}.yml"
    if path.stat().st_size > _MAX_BYTES:
        raise _fault(path, "is larger than 1 MB: that is no profile")
    try:
        content = read_yaml_file(path)
        if not isinstance(content, dict):
            raise _fault(path, "holds no keys; at least title and notebook are needed")
        if "name" in content:
            raise _fault(path, "names itself: the file is named for the profile")
        return Profile.model_validate({**content, "name": name})
    except NoYaml as error:
        raise _fault(path, f"is no YAML of this form: {error}") from None
    except ValidationError as error:
        raise _fault(path, phrase_faults(error)) from None


def notebook_path(profile: Profile, *, root: Path | None = None) -> Path:
    """The profile's notebook, below the project root.

    Raises:
        ParameterFault: It lies outside the project, or is not there.
    """
    root = (root or evidence.project_root()).resolve()
    try:
        path = (root / profile.notebook).resolve()
        is_there = path.is_file()
    except (ValueError, OSError):  # a NUL, or a name longer than any file's
        path, is_there = root, False
    if not path.is_relative_to(root) or path.suffix != ".ipynb":
        raise _fault(
            root / PROFILES / f"{profile.name}.yml",
            f"notebook: {profile.notebook!r} is no .ipynb file inside the project",
        )
    if not is_there:
        raise _fault(
            root / PROFILES / f"{profile.name}.yml",
            f"notebook: {profile.notebook!r} does not exist",
        )
    return path


def _fault(path: Path, said: str) -> ParameterFault:
    return ParameterFault(
        f"{(PROFILES / path.name).as_posix()} {said}",
        hint="Keys of a profile: title, notebook, parameters, timeout_seconds, "
        "cell_timeout_seconds, memory_mb, publish (draft or published).",
    )
