"""A realistic notebook and findings, built in code: shapes of a briefing, invented numbers."""

from __future__ import annotations

import datetime as dt
import html
import itertools
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from third_pillar.figures.theme import ROLES, bar_marker, stand_in_marker
from third_pillar.publishing.exhibits import EXHIBIT, FINDINGS, PLOTLY
from third_pillar.publishing.paper import slug
from third_pillar.vocabulary.codes import Confidence, Settled, Verdict
from third_pillar.vocabulary.findings import BottomLine, ClaimVerdict, DataRelease, Findings

GENERATED = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
RUN_ID = "20261122T093000Z-4f2a91c0"
STAGES = ["Mine", "Separation", "Metal and alloy", "Magnet"]
VERDICTS = [verdict.value for verdict in Verdict]


def number(text: str, source: str, value: float) -> str:
    """A number in prose as the briefing writes it."""
    return f'<data class="n" value="{value}" data-source="{source}">{text}</data>'


def chip(verdict: str) -> str:
    """A verdict as the briefing writes it."""
    return f'<span class="verdict verdict-{slug(verdict)}">{verdict}</span>'


def exhibit(name: str, title: str, figure: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """An exhibit of the notebook output contract."""
    return {
        "id": name,
        "title": title,
        "note": parts.get("note", "Tonnes a year. Source: <i>sample</i>, edition of 2026."),
        "alt": parts.get("alt", f"Chart. {title}"),
        "figure": figure,
        "table": parts["table"],
        "source_ids": ["SAMPLE"],
    }


def bar(names: list[str], values: list[float | None], **trace: Any) -> dict[str, Any]:
    """A lying bar trace."""
    return {"type": "bar", "orientation": "h", "y": names, "x": values, **trace}


def _shares() -> dict[str, Any]:
    shares = {"China": [69, 91, 92, 94], "Pillars": [13, 3, 4, 5]}
    shares |= {"India": [1, 1, 0.3, 0.2], "Rest of the world": [17, 5, 3.7, 0.8]}
    roles = ["china", "pillars", "candidate", "rest"]
    data = [
        bar(STAGES, list(values), name=name, marker={"color": ROLES[role]})
        for role, (name, values) in zip(roles, shares.items(), strict=True)
    ]
    layout = {
        "barmode": "stack",
        "height": 320,
        "xaxis": {"title": {"text": "Share of world output, %"}, "range": [0, 100]},
        "yaxis": {"autorange": "reversed", "showgrid": False},
    }
    rows = [[stage, *values] for stage, *values in zip(STAGES, *shares.values(), strict=True)]
    return exhibit(
        "fig-shares",
        "China's hold tightens at every step from ore to magnet: 69 % of mining, 94 % of magnets",
        {"data": data, "layout": layout},
        note="Share of world output in 2024, %. Mine: rare-earth oxide; later stages:"
        ' magnet rare earths. Source: <a href="https://example.org/outlook">Outlook 2026</a>'
        " and own derivation (§3.1).",
        table={"columns": ["Stage", *(f"{name} (%)" for name in shares)], "rows": rows},
    )


def _exports() -> dict[str, Any]:
    months = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(27)]
    tonnes = [4650 + 420 * ((m * 7) % 5 - 2) for m in range(27)]
    tonnes[15:18] = [2626, 1238, 3188]
    tonnes[13] = 3300
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": months,
            "y": tonnes,
            "line": {"color": ROLES["china"]},
            "hovertemplate": "%{x|%B %Y}: %{y:,} t<extra></extra>",
        }
    ]
    line = {"color": ROLES["emphasis"], "width": 1, "dash": "dot"}
    layout = {
        "height": 380,
        "yaxis": {"rangemode": "tozero", "title": {"text": "Tonnes a month"}, "range": [0, 6900]},
        "xaxis": {"type": "date"},
        "shapes": [
            {"type": "line", "x0": day, "x1": day, "yref": "paper", "y0": 0, "y1": 0.92}
            | {"line": line}
            for day in ("2025-04-04", "2025-11-10")
        ],
        "annotations": [
            {"x": day, "y": 1, "yref": "paper", "text": text, "xanchor": "right"}
            for day, text in (
                ("2025-04-04", "Licences required"),
                ("2025-10-09", "Wider rules announced"),
                ("2025-11-10", "Wider rules suspended"),
            )
        ],
    }
    return exhibit(
        "fig-exports",
        "China's magnet exports fell by three quarters within two months of the April 2025 licences"
        " and were back within six",
        {"data": data, "layout": layout},
        note="Exports of rare-earth permanent magnets (CN 85051110), tonnes a month.",
        table={
            "columns": ["Month", "Exports (t)"],
            "rows": [list(pair) for pair in zip(months, tonnes, strict=True)],
        },
    )


def _served() -> dict[str, Any]:
    without, risked = [31, 22, 18, 24], [34, 23, 18.5, 27]
    data = [
        {"type": "bar", "x": STAGES, "y": without, "name": "United States and Japan alone"}
        | {"marker": {"color": ROLES["pillars"]}},
        {"type": "bar", "x": STAGES, "y": risked, "name": "With India, risk-adjusted"}
        | {"marker": {"color": ROLES["candidate"]}}
        | {"error_y": {"type": "data", "array": [4, 3, 2, 5], "arrayminus": [3, 2, 2, 3]}},
        {"type": "bar", "x": STAGES, "y": [40, 30, 21, 46], "name": "Everything announced"}
        | {"marker": stand_in_marker("candidate")},
    ]
    layout = {"barmode": "group", "yaxis": {"title": {"text": "Share of need served, %"}}}
    rows = [list(row) for row in zip(STAGES, without, risked, [40, 30, 21, 46], strict=True)]
    return exhibit(
        "fig-served",
        "India adds one to three points to what the pillars can serve without China; metal binds",
        {"data": data, "layout": layout},
        note="Share of the United States' and Japan's need met in 2030, %, range of 10,000 draws."
        " Hatched: announced, not built.",
        table={"columns": ["Stage", "Alone (%)", "With India (%)", "Announced (%)"], "rows": rows},
    )


def _balance() -> dict[str, Any]:
    names = ["Mine, IREL Odisha and Kerala", "Separation, Rare Earths Division Aluva"]
    names += ["Metal, Bhopal pilot (tonnage not published)", "Magnet, IREL Visakhapatnam"]
    names += ["Magnet, scheme awards of 2026", "Need of the country in 2030"]
    values = [1450, 1075, 300, 60, 1200, 8220]
    roles = ["candidate", "candidate", "unknown", "candidate", "candidate", "emphasis"]
    marker = bar_marker(roles, stand_in=[role == "unknown" for role in roles])
    texts = [f"{value:,}" for value in values]
    data = [bar(names, list(values), marker=marker, text=texts, textposition="outside")]
    layout = {
        "height": 400,
        "showlegend": False,
        "xaxis": {"title": {"text": "Tonnes of magnet equivalent a year"}, "range": [0, 9400]},
        "yaxis": {"autorange": "reversed", "showgrid": False},
    }
    return exhibit(
        "fig-balance",
        "India's chain narrows to almost nothing at metal, far below what its users will need",
        {"data": data, "layout": layout},
        table={
            "columns": ["Plant or need", "Tonnes of magnet equivalent", "First year"],
            "rows": [list(row) for row in zip(names, values, range(2020, 2026), strict=True)],
        },
    )


def _dependence() -> dict[str, Any]:
    names = ["European Union", "India", "Japan", "Republic of Korea", "United States", "Viet Nam"]
    before, after = [98, 95, 66, 88, 77, 94], [91, 93, 61, 84, 70, 92]
    common = {"type": "scatter", "mode": "markers", "y": names}
    data: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": [a, b], "y": [n, n], "showlegend": False}
        | {"line": {"color": ROLES["rest"], "width": 3}, "hoverinfo": "skip"}
        for n, a, b in zip(names, before, after, strict=True)
    ]
    data += [
        common | {"x": before, "name": "2022"} | {"marker": {"color": ROLES["rest"], "size": 12}},
        common | {"x": after, "name": "2025"} | {"marker": {"color": ROLES["china"], "size": 12}},
    ]
    layout = {
        "height": 380,
        "xaxis": {"title": {"text": "Share of magnet imports from China, %"}, "range": [50, 102]},
        "yaxis": {"autorange": "reversed"},
    }
    return exhibit(
        "fig-dependence",
        "Every large buyer leans on China a little less than in 2022, and still for most of it",
        {"data": data, "layout": layout},
        table={
            "columns": ["Importer", "2022 (%)", "2025 (%)"],
            "rows": [list(row) for row in zip(names, before, after, strict=True)],
        },
    )


def _concentration() -> dict[str, Any]:
    years = list(range(2018, 2026))
    series = {"Mine": 0.38, "Separation": 0.78, "Magnet": 0.86}
    roles = ["candidate", "partners", "china"]
    data = [
        {"type": "scatter", "mode": "lines+markers", "x": years, "name": name}
        | {"y": [round(level + 0.012 * ((y * 3) % 4), 3) for y in years]}
        | {"line": {"color": ROLES[role]}}
        for role, (name, level) in zip(roles, series.items(), strict=True)
    ]
    layout = {
        "yaxis": {"range": [0, 1], "title": {"text": "Herfindahl-Hirschman index, 0 to 1"}},
        "xaxis": {"dtick": 1},
    }
    rows = [[y, *(trace["y"][place] for trace in data)] for place, y in enumerate(years)]
    return exhibit(
        "fig-concentration",
        "Mining has spread since 2018; separation and magnets have not",
        {"data": data, "layout": layout},
        table={"columns": ["Year", *series], "rows": rows},
    )


def _verdict_bar() -> dict[str, Any]:
    counts = [14, 9, 6, 4, 6, 4]
    roles = ["partners", "candidate", "rest", "china", "unknown", "pillars"]
    data = [
        bar(["Claims"], [count], name=verdict, text=[str(count)], textposition="inside")
        | {"marker": stand_in_marker() if role == "unknown" else {"color": ROLES[role]}}
        | {"insidetextanchor": "middle", "textangle": 0}
        for verdict, count, role in zip(VERDICTS, counts, roles, strict=True)
    ]
    layout = {
        "barmode": "stack",
        "height": 210,
        "yaxis": {"visible": False},
        "xaxis": {"title": {"text": "Number of claims"}},
    }
    return exhibit(
        "fig-verdicts",
        "A third of the article's 43 claims stand as written; four are contradicted",
        {"data": data, "layout": layout},
        note="Claims by verdict. Source: ledger of claims.",
        table={
            "columns": ["Verdict", "Claims"],
            "rows": [list(pair) for pair in zip(VERDICTS, counts, strict=True)],
        },
    )


def exhibits() -> list[dict[str, Any]]:
    """Seven exhibits: stacked, grouped and lying bars, lines, dots, hatching."""
    kinds = (_shares, _exports, _verdict_bar, _served, _balance, _dependence, _concentration)
    return [draw() for draw in kinds]


_CLAIMS = (
    "China mines about seventy per cent of the world's rare earths and refines some nine tenths.",
    "The pause agreed in late October 2025 gives importers one year before the wider rules return.",
    "India holds the third-largest reserves in the world, at about 6.9 million tonnes of oxide.",
    "The United States, Japan and India could serve most of their own needs by the end of 2030.",
)


def _claims_table() -> str:
    hows = itertools.cycle(["measured", "event-tested", "documented", "by hand"])
    verdicts = itertools.cycle(VERDICTS)
    rows = [
        f"<tr><td>C{n:02d}</td><td>{html.escape(_CLAIMS[n % 4])}</td>"
        f"<td>{chip(next(verdicts))}</td><td>{next(hows)}</td>"
        f"<td>{html.escape(_CLAIMS[(n + 2) % 4])}</td></tr>"
        for n in range(1, 44)
    ]
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("No.", "Claim", "Verdict", "How", "Why")
    )
    return (
        '<div class="table-wrap"><table class="data"><caption>The 43 claims of the article, in our'
        f" own words</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "</div>"
    )


_NUMBERS = {
    "M:served_with.IND.2030": ("Share of the pillars' need served with India", "18.5 %"),
    "M:served_without.2030": ("Share of the pillars' need served without India", "18 %"),
    "M:mine_share.IND.2025": ("India's share of world mine production", "0.7 %"),
    "F:EXP-2025-05": ("China's exports of rare-earth magnets, May 2025", "1,238 t"),
}


def _numbers_list() -> str:
    rows = "".join(
        f'<tr id="n-{slug(source)}"><td><code>{source}</code></td><td>{label}</td>'
        f'<td class="num">{value}</td><td>§3.3</td></tr>'
        for source, (label, value) in _NUMBERS.items()
    )
    head = "".join(f'<th scope="col">{n}</th>' for n in ("Id", "What", "Value", "Method"))
    return (
        f'<div class="table-wrap"><table class="data"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _opening() -> str:
    served = number("18.5 %", "M:served_with.IND.2030", 18.5)
    alone = number("18 %", "M:served_without.2030", 18)
    mined = number("0.7 %", "M:mine_share.IND.2025", 0.7)
    judgements = (
        f"Without China the pillars meet {alone} of their need by 2030; with India, {served}.",
        f"India mined {mined} of the world's rare earths in 2025; its reserves are not output.",
        "Metal-making binds: no plant of commercial size is published for India.",
        "The window that opened in November 2025 is shorter than any plant takes to build.",
    )
    listed = "".join(f"<li>{text}</li>" for text in judgements)
    return (
        '<section class="bottom-line"><h2>Bottom line</h2><p><strong>No, not by 2030.</strong>'
        " On the breadth reading India does not serve a tenth of the pillars' need in two of the"
        f" four stages: with it, the share served without China moves from {alone} to {served}."
        f'</p></section><ol class="judgements">{listed}</ol>'
    )


_CLOSING = (
    '<ul><li class="gap"><strong>Japan, metal.</strong> No national capacity is published since'
    " 2011; 5,000 to 6,000 tonnes of alloy stand in for it, rated red.</li>"
    '<li class="gap"><strong>India, reserves.</strong> The latest edition prints NA.</li></ul>'
)
_SOURCES = (
    '<ol class="sources"><li>Outlook 2026, Agency, 12 May 2026. '
    '<a href="https://example.org/a/very/long/address/that/has/no/place/to/break/outlook-2026.pdf">'
    "example.org/a/very/long/address/that/has/no/place/to/break/outlook-2026.pdf</a></li>"
    "<li>Summaries 2026, Survey, 3 February 2026.</li></ol>"
)
_STAMP = (
    '<section class="stamp"><h2>Run</h2><dl><dt>Candidate</dt><dd>IND</dd><dt>Pillars</dt>'
    "<dd>USA, JPN</dd><dt>Draws</dt><dd>10,000</dd></dl></section>"
)
_PROSE = (
    "Four rules of April 2025 remain in force; the six of October were suspended for a year. The"
    " exporters' own figures show what a licence does to a market with one supplier: shipments of"
    " May 2025 were a quarter of those of January, and prices outside China doubled before they"
    " eased. What follows the suspension is not known, and the briefing says so."
)


def html_cell(fragment: str) -> Any:
    """A cell whose output is a fragment composed by the briefing."""
    output = new_output("display_data", {"text/html": fragment, "text/plain": "fragment"})
    return new_code_cell("show(fragment)", outputs=[output], execution_count=1)


def exhibit_cell(item: dict[str, Any]) -> Any:
    """A cell whose output is an exhibit, with its JupyterLab form beside it."""
    data = {EXHIBIT: item, PLOTLY: item["figure"], "text/plain": "Exhibit"}
    output = new_output("execute_result", data, execution_count=1)
    return new_code_cell("show(exhibit)", outputs=[output], execution_count=1)


def build_notebook() -> nbformat.NotebookNode:
    """An executed briefing of seven figures, 43 claims, numbers and sources."""
    shown = {item["id"]: exhibit_cell(item) for item in exhibits()}
    mined = number("1,238 t", "F:EXP-2025-05", 1238)
    hidden = new_code_cell("secret_setup = 1", metadata={"tags": ["remove-cell"]})
    hidden.outputs = [new_output("display_data", {FINDINGS: {}, "text/plain": "findings"})]
    cells = [
        new_markdown_cell("# Can India become the third pillar of a magnet supply without China?"),
        new_code_cell('candidate: str = "IND"', metadata={"tags": ["parameters"]}),
        hidden,
        html_cell(
            '<p class="standfirst">Claims of one article put to the published figures, and the'
            " chain counted in tonnes from mine to magnet.</p>"
        ),
        html_cell(_opening()),
        new_markdown_cell("## The window\n\n" + _PROSE),
        shown["fig-exports"],
        html_cell(f"<p>In May 2025 China exported {mined} of magnets. {_PROSE}</p>"),
        new_markdown_cell("## The article against the evidence\n\n" + _PROSE),
        shown["fig-verdicts"],
        html_cell(_claims_table()),
        new_markdown_cell("## Where India stands, stage by stage"),
        *(shown[name] for name in ("fig-shares", "fig-balance", "fig-concentration")),
        new_markdown_cell("## Who depends on whom\n\n" + _PROSE),
        shown["fig-dependence"],
        new_markdown_cell("## The pillar test\n\n" + _PROSE),
        shown["fig-served"],
        new_markdown_cell("## What we do not know"),
        html_cell(_CLOSING),
        new_markdown_cell("## Numbers"),
        html_cell(_numbers_list()),
        new_markdown_cell("## Sources"),
        html_cell(_SOURCES + _STAMP),
    ]
    return new_notebook(cells=cells)


def build_findings() -> Findings:
    """Findings that fit the notebook."""
    claim = ClaimVerdict(
        verdict=Verdict.SUPPORTED,
        how=Settled.MEASURED,
        label="A claim",
        reason="measured",
        confidence=Confidence.MODERATE,
    )
    release = DataRelease(
        name="third-pillar-data",
        version="0.1.0",
        date="2026-11-22",
        sha256="9b1c" * 16,
        as_of="2026-11-22",
        is_stale=False,
    )
    return Findings(
        parameters={"candidate": "IND", "language": "en", "scenario": "baseline"},
        data=release,
        bottom_line=BottomLine(answer="no", reading="breadth", text="No, not by 2030."),
        key_judgements=("One.",),
        verdicts={"C01": claim},
        metrics=(),
        gaps=(),
    )
