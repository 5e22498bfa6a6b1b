"""Rules of what a claim rests on: its metrics and units, its evidence, its lever, its history."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from third_pillar.evidence.dates import last_day
from third_pillar.evidence.location import claims_folder
from third_pillar.evidence.reading import read_yaml
from third_pillar.evidence.rules import Package, Rule, find_table, read_number
from third_pillar.vocabulary.claims import BadClaimTests, MeasuredTest, read_claim_tests
from third_pillar.vocabulary.codes import STAGES, Settled
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.expressions import (
    PERCENT,
    RATIO,
    BadExpression,
    Call,
    combine_units,
    find_calls,
    is_same_unit,
    read_expression,
)
from third_pillar.vocabulary.metrics import METRICS, UNIT_OF_ROW, NamedMetric
from third_pillar.vocabulary.parameters import nearest

CANDIDATE = "CANDIDATE"
"""In the indicator of a lever, the country asked about."""

_KEYS = {"projects": "project_id", "policy_events": "event_id"}
_MOMENTS = ("now", "horizon")


def measured_tests_hold(package: Package) -> Iterator[DataFault]:
    """A measured test names metrics of the catalogue, their arguments and the unit they give."""
    for place, claim, test in _measured_tests(package):
        faults = [
            DataFault(place, claim, "metric", str(call), rule, mend)
            for call in find_calls(test.expression)
            for rule, mend in _call_faults(package, call)
        ]
        yield from faults or _unit_faults(package, place, claim, test)


def claims_have_evidence(package: Package) -> Iterator[DataFault]:
    """A claim that gets a verdict on truth has at least one row of evidence."""
    for folder in _folders(package):
        claims = package.tables.get(f"claims/{folder.name}/claims")
        known = set(package.keys(f"claims/{folder.name}/evidence", "claim_id"))
        if claims is None or not claims.has("claim_id", "how"):
            continue
        for row in claims.rows:
            if row.text("how") != Settled.OPINION and row.text("claim_id") not in known:
                mend = "write at least one row, or settle the claim as an opinion"
                yield claims.fault(row, "claim_id", "no row of evidence.csv names the claim", mend)


def levers_name_what_exists(package: Package) -> Iterator[DataFault]:
    """The indicator of a lever is a metric of the catalogue; its events are on record."""
    events = package.keys("policy_events", "event_id")
    for table, row in find_table(package, "levers"):
        for event in row.items("events"):
            if event not in events:
                near = nearest(event, events).strip()
                yield table.fault(row, "events", f"unknown event_id {event}", near)
        try:
            text = row.text("indicator")
            calls = tuple(find_calls(read_expression(text))) if text else ()
        except BadExpression as error:
            yield table.fault(row, "indicator", str(error))
            continue
        for call in calls:
            for rule, mend in _call_faults(package, call):
                yield table.fault(row, "indicator", rule, mend)


def history_only_grows(package: Package) -> Iterator[DataFault]:
    """Entries of a history are in the order of their days, one a claim and day."""
    for folder in _folders(package):
        table = package.tables.get(f"claims/{folder.name}/history")
        if table is None or not table.has("date", "claim_id", "verdict"):
            continue
        known = package.keys(f"claims/{folder.name}/claims", "claim_id")
        before, said = "", dict[tuple[str, str], str]()
        for row in table.rows:
            day, claim = row.text("date"), row.text("claim_id")
            if last_day(day) is None:
                yield table.fault(row, "date", "is not a date YYYY-MM-DD")
            elif day < before:
                rule = f"comes after an entry of {before}: a history only grows forward"
                yield table.fault(row, "date", rule, "append entries, never insert them")
            before = max(before, day)
            if claim not in known:
                yield table.fault(
                    row, "claim_id", "unknown claim_id", nearest(claim, known).strip()
                )
            if (day, claim) in said:
                rule = f"the claim has an entry of that day already ({said[day, claim]})"
                yield table.fault(row, "verdict", rule, "a claim has one verdict a day")
            said[day, claim] = row.text("verdict")


RULES: tuple[Rule, ...] = (
    measured_tests_hold,
    claims_have_evidence,
    levers_name_what_exists,
    history_only_grows,
)


def _folders(package: Package) -> list[Path]:
    return sorted(path for path in claims_folder(package.root).glob("*") if path.is_dir())


def _measured_tests(package: Package) -> Iterator[tuple[str, str, MeasuredTest]]:
    """Place, claim and test of each measured test that can be read; the rest is told elsewhere."""
    for folder in _folders(package):
        path = folder / "tests.yml"
        try:
            content = read_yaml(path) if path.is_file() else {}
        except ValueError:
            continue
        for claim, test in content.items() if isinstance(content, Mapping) else ():
            try:
                read = read_claim_tests({str(claim): test})[str(claim)]
            except BadClaimTests:
                continue
            if isinstance(read, MeasuredTest):
                yield f"claims/{folder.name}/tests.yml", str(claim), read


def _call_faults(package: Package, call: Call) -> Iterator[tuple[str, str]]:
    if call.name not in METRICS:
        if call.name == "claim":
            yield "a claim may not rest on another claim", "name the metrics themselves"
            return
        valid = tuple(METRICS)
        yield (
            f"unknown metric {call.name}",
            f"{nearest(call.name, valid)} Valid: {', '.join(valid)}",
        )
        return
    named = METRICS[call.name]
    if len(call.arguments) != len(named.arguments):
        yield f"{call.name} takes ({', '.join(name for name, _ in named.arguments)})", ""
        return
    for (name, kind), argument in zip(named.arguments, call.arguments, strict=True):
        rule, valid = _argument_fault(package, kind, str(argument))
        if rule:
            yield f"{name} = {argument}: {rule}", nearest(str(argument), valid).strip()


def _argument_fault(package: Package, kind: str, text: str) -> tuple[str, tuple[str, ...]]:
    """What is wrong with an argument, and the values it may have; nothing wrong is ""."""
    if kind.startswith("row:"):
        table = kind.removeprefix("row:")
        valid = package.keys(table, _KEYS.get(table, "figure_id"))
        return ("" if text in valid else f"{table} has no such row"), valid
    closed = {
        "country": (CANDIDATE, *package.keys("countries", "country_iso3")),
        "stage": tuple(map(str, STAGES)),
        "when": _MOMENTS,
    }
    if kind.startswith("word:"):
        closed[kind] = tuple(kind.removeprefix("word:").split("|"))
    if kind in closed:
        valid = closed[kind]
        return ("" if text in valid else f"is no {kind.partition(':')[0]} of the list"), valid
    patterns = {"year": r"(19|20)\d\d", "month": r"(19|20)\d\d-(0[1-9]|1[0-2])", "code": r"[\w-]+"}
    if kind == "number":
        return ("" if read_number(text) is not None else "is not a number"), ()
    return ("" if re.fullmatch(patterns[kind], text) else f"is not a {kind}"), ()


def _unit_faults(
    package: Package, place: str, claim: str, test: MeasuredTest
) -> Iterator[DataFault]:
    def unit_of(call: Call) -> str:
        return _unit(package, METRICS[call.name], call)

    expression = test.expression
    try:
        unit = combine_units(expression, unit_of)
    except BadExpression as error:
        yield DataFault(place, claim, "metric", test.metric, str(error), "name metrics of one unit")
        return
    if isinstance(expression, Call):
        unit = unit_of(expression)
    elif unit == RATIO and is_same_unit(test.unit, PERCENT):
        return
    if not is_same_unit(test.unit, unit):
        rule = f"{test.metric} is in {unit}"
        yield DataFault(place, claim, "unit", test.unit, rule, "state the unit it has")


def _unit(package: Package, named: NamedMetric, call: Call) -> str:
    if named.unit != UNIT_OF_ROW:
        return named.unit
    table = named.arguments[0][1].removeprefix("row:")
    rows = (row for _, row in find_table(package, table))
    code = next(row.text("unit") for row in rows if row.text("figure_id") == str(call.arguments[0]))
    for _, row in find_table(package, "units"):
        if row.text("unit") == code:
            return row.text("short") or row.text("label")
    return code
