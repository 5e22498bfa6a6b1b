"""Rules of the claims ledger: locators, how each claim is settled, and its tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from third_pillar.evidence.location import claims_folder
from third_pillar.evidence.reading import Row, Table, read_yaml
from third_pillar.evidence.rules import Package, Rule, read_number
from third_pillar.vocabulary.amounts import counted
from third_pillar.vocabulary.claims import BadClaimTests, ClaimTest, EventTest, read_claim_tests
from third_pillar.vocabulary.codes import Settled, Verdict
from third_pillar.vocabulary.errors import DataFault
from third_pillar.vocabulary.parameters import nearest

MAX_FRAGMENT_WORDS = 12
_META_KEYS = ("id", "title", "publisher", "date", "url", "sha256", "subject")
_TESTED = frozenset({Settled.MEASURED.value, Settled.EVENT_TESTED.value})
_CLOSED = {
    "how": tuple(map(str, Settled)),
    "hand_verdict": tuple(map(str, Verdict)),
    "stance": ("supports", "refutes", "qualifies", "context"),
}


def articles_hold(package: Package) -> Iterator[DataFault]:
    """Every article folder has its head, its claims, its evidence and its tests in order."""
    for folder in sorted(path for path in claims_folder(package.root).glob("*") if path.is_dir()):
        base = f"claims/{folder.name}"
        claims = package.tables.get(f"{base}/claims")
        evidence = package.tables.get(f"{base}/evidence")
        yield from _head_faults(package, folder, claims)
        if claims is None or evidence is None:
            missing = "claims" if claims is None else "evidence"
            yield DataFault(f"{base}/{missing}.csv", "", "", "", "the table cannot be read")
            continue
        yield from _claim_faults(claims)
        yield from _closed_list_faults(claims)
        yield from _closed_list_faults(evidence)
        yield from _evidence_faults(evidence, claims)
        yield from _test_faults(package, folder, claims)


RULES: tuple[Rule, ...] = (articles_hold,)


def name_of_test(row: Row) -> str:
    """Id of the test that settles a claim: `test_id`, or the claim's own id."""
    return row.text("test_id") or row.text("claim_id")


def _head_faults(package: Package, folder: Path, claims: Table | None) -> Iterator[DataFault]:
    place = f"claims/{folder.name}/article.yml"
    head, faults = _read_mapping(folder / "article.yml", place, is_needed=True)
    yield from faults
    if faults:
        return
    for key in _META_KEYS:
        if not head.get(key):
            yield DataFault(place, "", key, "", "the key is missing or empty")
    if head.get("id") and head["id"] != folder.name:
        yield DataFault(place, "", "id", str(head["id"]), f"the folder is named {folder.name}")
    digest = str(head.get("sha256", ""))
    if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
        yield DataFault(place, "", "sha256", digest, "is not a sha256 of 64 hexadecimal digits")
    if not isinstance(head.get("synthetic", False), bool):
        rule = "must be true or false"
        yield DataFault(place, "", "synthetic", str(head["synthetic"]), rule)
    known = package.keys("countries", "country_iso3")
    subject = str(head.get("subject", ""))
    if subject and known and subject not in known:
        near = nearest(subject, known).strip()
        yield DataFault(place, "", "subject", subject, "unknown country", near)
    count = head.get("claims")
    if isinstance(count, int) and claims is not None and count != len(claims.rows):
        rule = f"{claims.path} holds {counted(len(claims.rows), 'claim')}"
        yield DataFault(place, "", "claims", str(count), rule)


def _claim_faults(claims: Table) -> Iterator[DataFault]:
    for row in claims.rows:
        fragment = row.text("fragment")
        if claims.has("fragment") and not fragment:
            yield claims.fault(row, "fragment", "a claim needs a fragment as locator")
        if len(fragment.split()) > MAX_FRAGMENT_WORDS:
            rule = f"has {len(fragment.split())} words; at most {MAX_FRAGMENT_WORDS} may be quoted"
            yield claims.fault(row, "fragment", rule, "shorten the locator")
        start, end = (read_number(row.text(name)) for name in ("char_start", "char_end"))
        if start is not None and end is not None and end - start != len(fragment):
            rule = f"char_end - char_start is {end - start:g}, the fragment has {len(fragment)}"
            yield claims.fault(row, "char_end", rule, "`pillar claims verify` shows where it is")
        # a test may measure what a reader by hand took for a value judgement
        is_opinion = row.text("how") == Settled.OPINION
        is_tested = row.text("how") in {Settled.MEASURED, Settled.EVENT_TESTED}
        reads_opinion = row.text("hand_verdict") == Verdict.OPINION
        has_both = claims.has("how", "hand_verdict")
        if has_both and is_opinion != reads_opinion and not (reads_opinion and is_tested):
            rule = (
                "how and hand_verdict must both be opinion, or neither, unless a test measures it"
            )
            yield claims.fault(row, "hand_verdict", rule)


def _closed_list_faults(table: Table) -> Iterator[DataFault]:
    for field, valid in _CLOSED.items():
        for row in table.rows if table.has(field) else ():
            value = row.text(field)
            if value not in valid:
                mend = f"{nearest(value, valid).strip()} Valid: {', '.join(valid)}".strip()
                yield table.fault(row, field, "not in the closed list", mend)


def _evidence_faults(evidence: Table, claims: Table) -> Iterator[DataFault]:
    known = tuple(row.text("claim_id") for row in claims.rows)
    for row in evidence.rows if claims.has("claim_id") else ():
        if row.text("claim_id") not in known:
            near = nearest(row.text("claim_id"), known).strip()
            yield evidence.fault(row, "claim_id", "unknown claim_id", near)


def _test_faults(package: Package, folder: Path, claims: Table) -> Iterator[DataFault]:
    place = f"claims/{folder.name}/tests.yml"
    content, faults = _read_mapping(folder / "tests.yml", place, is_needed=False)
    yield from faults
    if faults:
        return
    tests, faults = _read_tests(content, place)
    yield from faults
    for row in claims.rows if claims.has("how", "claim_id") else ():
        yield from _pairing_faults(claims, row, tests, content)
    used = {name_of_test(row) for row in claims.rows if row.text("how") in _TESTED}
    for name in content:
        if str(name) not in used:
            rule = "no claim that is measured or event-tested uses this test"
            yield DataFault(place, str(name), "", "", rule, "name it in test_id, or take it out")
    known = package.keys("policy_events", "event_id")
    for name, test in tests.items():
        for event in test.events() if isinstance(test, EventTest) else ():
            if event not in known:
                near = nearest(event, known).strip()
                yield DataFault(place, name, "events", event, "unknown event_id", near)


def _pairing_faults(
    claims: Table, row: Row, tests: Mapping[str, ClaimTest], content: Mapping[Any, Any]
) -> Iterator[DataFault]:
    how, name = row.text("how"), name_of_test(row)
    if how in _TESTED:
        if name not in map(str, content):
            rule = f"the claim is {how}, but tests.yml has no test {name!r}"
            yield claims.fault(row, "test_id", rule, "write the test, or change how")
        elif name in tests and tests[name].kind != how:
            rule = f"the claim is {how}, its test {name!r} is {tests[name].kind}"
            yield claims.fault(row, "how", rule)
    elif row.text("test_id"):
        rule = f"a claim settled by {how or 'nothing'} has no test"
        yield claims.fault(row, "test_id", rule, "empty it, or change how")


def _read_tests(
    content: Mapping[Any, Any], place: str
) -> tuple[dict[str, ClaimTest], list[DataFault]]:
    tests: dict[str, ClaimTest] = {}
    faults: list[DataFault] = []
    for name, test in content.items():
        try:
            tests |= read_claim_tests({str(name): test})
        except BadClaimTests as error:
            faults += [DataFault(place, claim, "", "", text) for claim, text in error.faults]
    return tests, faults


def _read_mapping(
    path: Path, place: str, *, is_needed: bool
) -> tuple[Mapping[Any, Any], list[DataFault]]:
    if not path.is_file():
        missing = [DataFault(place, "", "", "", "the file is missing")]
        return {}, missing if is_needed else []
    try:
        content = read_yaml(path)
    except ValueError as error:
        return {}, [DataFault(place, "", "", "", str(error))]
    if content is None and not is_needed:
        return {}, []
    if not isinstance(content, dict):
        return {}, [DataFault(place, "", "", "", "is empty or not a mapping")]
    return content, []
