"""`pillar data conflicts`, `freshness` and `overlay`: what is on record, listed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict
from typing import Any

from third_pillar import evidence
from third_pillar.cli.answer import answer_json, say, warn
from third_pillar.cli.terminal import lay_out_fields, say_lines, terminal_width
from third_pillar.evidence.overlay_check import check_overlay_rows
from third_pillar.evidence.overlay_files import find_overlay, overlay_folder
from third_pillar.evidence.tables import find_row, read_tables
from third_pillar.evidence.tracing import Disagreement, read_disagreements, unit_in_words
from third_pillar.vocabulary.amounts import attach_unit, counted, group_thousands
from third_pillar.vocabulary.errors import EvidenceFault, ParameterFault

_CHECK_FAILED = 1


def list_conflicts(*, as_json: bool) -> int:
    """Exit code after every disagreement between sources was listed."""
    evidence.check_package()
    tables = read_tables()
    rows = [_conflict_as_data(conflict, tables) for conflict in read_disagreements(tables)]
    if as_json:
        answer_json({"conflicts": rows})
        return 0
    width = terminal_width()
    for row in rows:
        span = " to ".join(group_thousands(end) for end in (row["low"], row["high"]) if end)
        readings = [
            (
                "",
                (
                    f"{attach_unit(_grouped(r['figure']) or 'no figure', r['unit'])}: {r['key']} "
                    f"({r['table']}; {r['source_id']}, {r['reliability']}{r['credibility']})"
                ),
            )
            for r in row["readings"]
        ]
        say_lines(
            [
                f"{row['conflict_id']}  {row['topic']}",
                *lay_out_fields(
                    [
                        ("range", attach_unit(span, row["unit"]) if span else ""),
                        *(("reading", text) for _, text in readings),
                        ("chosen", row["chosen"]),
                        ("why", row["why"]),
                    ],
                    width,
                ),
                "",
            ]
        )
    say(f"{counted(len(rows), 'conflict')}.")
    return 0


def _grouped(figure: str) -> str:
    """A figure with its ends, thousands apart."""
    return re.sub(r"\d{4,}", lambda found: group_thousands(found[0]), figure)


def _conflict_as_data(conflict: Disagreement, tables: Any) -> dict[str, Any]:
    return {
        "conflict_id": conflict.conflict_id,
        "topic": conflict.topic,
        "low": conflict.low,
        "high": conflict.high,
        "unit": unit_in_words(conflict.unit, tables),
        "readings": [_reading(figure, tables) for figure in conflict.figure_ids],
        "chosen": conflict.reading,
        "why": conflict.why,
    }


def _reading(figure_id: str, tables: Any) -> dict[str, str]:
    found = find_row(figure_id, tables)
    row = found.row
    figures = [row.text(name) for name in ("value", "low", "high")]
    value, ends = figures[0], " to ".join(filter(None, figures[1:]))
    source = next(
        (s for s in tables["sources"].rows if s.text("source_id") == row.text("source_id")), None
    )
    return {
        "key": figure_id,
        "table": found.table.resource.name,
        "figure": f"{value} ({ends})" if value and ends else value or ends,
        "unit": unit_in_words(row.text("unit"), tables),
        "source_id": row.text("source_id"),
        "reliability": source.text("reliability") if source else "",
        "credibility": source.text("credibility") if source else "",
    }


def show_freshness(on: str | None, *, check: bool, as_json: bool) -> int:
    """Exit code after each table was held against its rhythm; 1 where asked and one is overdue.

    Raises:
        ParameterFault: The day is no date, or lies before the first datum.
    """
    from third_pillar.assessment.case import ask

    day = ask(as_of="data").as_of if on is None else _read_day(on)
    known = evidence.load_evidence(min(day, dt.datetime.now().astimezone().date()))
    from third_pillar.evidence.freshness import assess_freshness

    ages = assess_freshness(known.tables, day)
    overdue = [age for age in ages if age.is_overdue]
    if as_json:
        answer_json(
            {
                "on": day.isoformat(),
                "overdue": [age.name for age in overdue],
                "tables": [
                    {**asdict(age), "is_overdue": age.is_overdue, "age_days": age.age_days}
                    for age in ages
                ],
            }
        )
    else:
        for age in ages:
            mark = "OVERDUE" if age.is_overdue else ""
            newest = "no row" if age.newest is None else age.newest.isoformat()
            days = "" if age.age_days is None else counted(age.age_days, "day")
            say(f"{mark:<8}{age.name:<22}{age.rhythm:<10}  newest {newest}  {days}")
        verb = "is" if len(overdue) == 1 else "are"
        say(f"\n{len(overdue)} of {counted(len(ages), 'table')} {verb} overdue on {day}.")
    return _CHECK_FAILED if check and overdue else 0


def _read_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterFault(
            f"--on {text!r} is not a date", hint="Write it as YYYY-MM-DD."
        ) from None


def show_overlay(*, as_json: bool) -> int:
    """Exit code after the reader's own rows were listed; 3 where they break a rule."""
    folder = overlay_folder()
    own = find_overlay()
    if own is None:
        if as_json:
            answer_json({"folder": folder, "rows": [], "faults": []})
        else:
            say(f"No own figures: {folder} holds no row.")
            say("docs/how-to/private-figures.md says how to add some.")
        return 0
    faults = check_overlay_rows(own)
    public = read_tables()
    rows = [
        {"table": name, "key": key, "does": "replaces" if key in known else "adds"}
        for name, keys in own.keys.items()
        for known in [
            {",".join(r.text(p) for p in t.resource.key) for r in t.rows} for t in [public[name]]
        ]
        for key in sorted(keys)
    ]
    if as_json:
        answer_json(
            {
                "folder": folder,
                "sha256": own.sha256,
                "rows": rows,
                "faults": [vars(fault) for fault in sorted(faults)],
            }
        )
        return EvidenceFault.exit_code if faults else 0
    for row in rows:
        say_lines([f"{row['does']:<9} {row['table']}:{row['key']}"])
    if faults:
        raise EvidenceFault(faults, hint="Mend the own rows named above.")
    warn("Nothing of this enters a report without `pillar report --allow-overlay`.")
    return 0
