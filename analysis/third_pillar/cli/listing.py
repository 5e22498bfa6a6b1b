"""`pillar parameters` and `pillar data …`: what there is, and if it holds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.errors import EvidenceFault
from third_pillar.vocabulary.parameters import ParameterChoices, ReportParameters


def list_parameters(*, as_json: bool) -> int:
    """Exit code after every parameter is printed with its meaning, default and choices."""
    choices = evidence.load_parameter_choices()
    if as_json:
        answer_json(parameter_schema(choices))
        return 0
    valid = _choices_in_words(choices)
    for name, field in ReportParameters.model_fields.items():
        default = field.default
        shown = ",".join(default) if isinstance(default, tuple) else default
        say(f"{name} = {shown}\n    {field.description}")
        say(f"    choices: {valid[name]}\n")
    say("Set one with -p, such as: pillar report -p candidate=BRA -p pillars=USA,JPN")
    return 0


def parameter_schema(choices: ParameterChoices) -> dict[str, Any]:
    """The contract as JSON Schema, closed to what the data package allows today."""
    schema = ReportParameters.model_json_schema()
    fields = schema["properties"]
    countries = [country for country in choices.countries if country != "CHN"]
    fields["candidate"]["enum"] = countries
    fields["pillars"] |= {"items": {"enum": countries}, "minItems": 1, "uniqueItems": True}
    fields["partners"]["anyOf"] = [
        {"enum": sorted(choices.country_sets)},
        {"type": "array", "items": {"enum": countries}},
    ]
    fields["article"]["enum"] = list(choices.articles)
    fields["scenario"]["enum"] = list(choices.scenarios)
    fields["profile"]["enum"] = list(choices.profiles)
    fields["as_of"] |= {
        "anyOf": [{"enum": ["data", "today"]}, {"format": "date"}],
        "x-earliest": choices.first_date.isoformat(),
        "x-latest": choices.today.isoformat(),
        "x-data-date": choices.data_date.isoformat(),
    }
    return dict(schema)


def _choices_in_words(choices: ParameterChoices) -> dict[str, str]:
    countries = ", ".join(country for country in choices.countries if country != "CHN")
    sets = "; ".join(
        f"{name} ({', '.join(members) or 'nobody'})"
        for name, members in choices.country_sets.items()
    )
    bounds = parameter_schema(choices)["properties"]
    span = f"{choices.first_date.isoformat()} to {choices.today.isoformat()}"
    return {
        "candidate": countries,
        "pillars": f"one or more of the same, as in USA,JPN: {countries}",
        "partners": f"a set: {sets}; or countries, as in AUS,CAN",
        "count_by": ", ".join(bounds["count_by"]["enum"]),
        "article": ", ".join(choices.articles),
        "as_of": f"data (= {choices.data_date.isoformat()}), today, or a date from {span}",
        "horizon": f"a year from that of as_of to {bounds['horizon']['maximum']}",
        "scenario": ", ".join(choices.scenarios),
        "draws": f"{bounds['draws']['minimum']} to {bounds['draws']['maximum']}",
        "seed": f"{bounds['seed']['minimum']} to {bounds['seed']['maximum']}",
        "language": str(bounds["language"].get("const", "en")),
        "profile": ", ".join(choices.profiles),
    }


def validate_data(*, as_json: bool) -> int:
    """Exit code after the whole data package was checked anew; faults are printed at once."""
    faults = evidence.validate_package()
    own = evidence.find_overlay()
    if own is not None and not faults:
        from third_pillar.evidence.overlay_check import check_overlay_rows

        faults = check_overlay_rows(own)
    files = len(evidence.table_hashes())
    counts = None if faults else evidence.count_package()
    if as_json:
        answer_json(
            {
                "status": "failed" if faults else "valid",
                "files": files,
                "own_rows": 0 if own is None else own.rows,
                "counts": counts and asdict(counts),
                "sha256": evidence.package_sha256(),
                "faults": [vars(fault) for fault in sorted(faults)],
            }
        )
        return EvidenceFault.exit_code if faults else 0
    if faults:
        raise EvidenceFault(faults, hint="Mend the rows named above; nothing was published.")
    if counts is not None:
        say(f"The data package is valid: {counted(files, 'file')}.")
        say(
            f"{counted(counts.tables, 'table')}, "
            f"{counted(sum(counts.rows.values()), 'row')}, "
            f"{counted(counts.sources, 'source')} ({counts.cited_sources} named by a row), "
            "0 faults:"
        )
        say("\n".join(f"  {name:<42} {rows:>5}" for name, rows in counts.rows.items()))
    if own is not None:
        kept = counted(own.rows, "row of your own keeps", "rows of your own keep")
        say(f"{kept} the rules too, in data/overlay.")
    return 0
