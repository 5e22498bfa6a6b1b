"""What the data package and the profiles allow a question to be."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from third_pillar.evidence.descriptor import read_descriptor, read_resources
from third_pillar.evidence.location import article_names, profiles_folder, project_root
from third_pillar.evidence.reading import Table, read_table
from third_pillar.evidence.reads import accounted
from third_pillar.evidence.scenarios import scenario_names
from third_pillar.evidence.validation import check_package
from third_pillar.vocabulary.codes import AGGREGATES
from third_pillar.vocabulary.errors import DataFault, EvidenceFault
from third_pillar.vocabulary.parameters import ParameterChoices

NO_PARTNERS = "none"


def load_parameter_choices(
    *, root: Path | None = None, today: dt.date | None = None
) -> ParameterChoices:
    """Valid values of every parameter, read without pandas.

    `first_date` is the package's `answers_from`: the first day on which the need of the default
    pillars and every conversion factor were on record.

    Raises:
        EvidenceFault: The data package breaks its rules.
    """
    root = project_root() if root is None else root
    check_package(root)
    with accounted():
        tables = {
            resource.name: read_table(resource, root)
            for resource in read_resources(root).values()
            if resource.name in {"countries", "country_sets"}
        }
    return ParameterChoices(
        countries=tuple(
            row.text("country_iso3")
            for row in tables["countries"].rows
            if _is_country(row.text("country_iso3"))
        ),
        country_names={
            row.text("country_iso3"): row.text("name") for row in tables["countries"].rows
        },
        country_sets=_read_sets(tables["country_sets"]),
        articles=article_names(root),
        scenarios=scenario_names(root),
        profiles=tuple(sorted(path.stem for path in profiles_folder(root).glob("*.yml"))),
        first_date=_descriptor_date(root, "answers_from"),
        data_date=_descriptor_date(root, "created"),
        today=today or dt.datetime.now().astimezone().date(),
    )


def _is_country(code: str) -> bool:
    """Whether a code stands for one country; a union such as EU27 stands for several."""
    return code not in AGGREGATES and re.fullmatch(r"[A-Z]{3}", code) is not None


def _read_sets(table: Table) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = {NO_PARTNERS: []}
    for row in table.rows:
        members.setdefault(row.text("set_id"), []).extend(row.items("country_iso3"))
    return {name: tuple(dict.fromkeys(countries)) for name, countries in members.items()}


def _descriptor_date(root: Path, key: str) -> dt.date:
    descriptor = read_descriptor(root)
    if key not in descriptor:
        fault = DataFault("datapackage.json", "", key, "", "a date YYYY-MM-DD is missing")
        raise EvidenceFault([fault])
    return dt.date.fromisoformat(str(descriptor[key])[:10])
