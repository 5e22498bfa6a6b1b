"""One notebook becomes one HTML file that needs nothing else, or nothing at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from third_pillar.figures import theme
from third_pillar.publishing.exhibits import (
    EXHIBIT,
    FINDINGS,
    REMOVE_CELL,
    check_notebook,
    compose_data_table,
    read_exhibits,
    reads_the_same,
    safe_json,
    trace_types,
)
from third_pillar.publishing.offline_check import check_offline
from third_pillar.publishing.own_notices import note_for_figures, note_for_masthead
from third_pillar.publishing.paper import Paper, compose_paper
from third_pillar.publishing.plotly_bundle import PlotlyBundle, load_bundle
from third_pillar.vocabulary.errors import ReportFailed

if TYPE_CHECKING:
    from third_pillar.vocabulary.findings import Findings

_TEMPLATE = Path(__file__).parent / "template"
_SERIF = 'Charter, "Bitstream Charter", Georgia, "Noto Serif", "Liberation Serif", serif'
_MAX_SHOWN = 25
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""No page may hold these: controls, signs that turn the direction of the text after them, and
what is half a character or none."""


@dataclass(frozen=True)
class HtmlReport:
    """A report ready to be written.

    Attributes:
        html: The whole page.
        figures: Number of exhibits in it.
        bundle: Which plotly.js it carries, e.g. "partial 4.1.1 (plotly.js-basic-dist-min)".
    """

    html: str
    figures: int
    bundle: str


def export_html(
    notebook: Any,
    *,
    findings: Findings,
    generated: dt.datetime,
    run_id: str,
    bundle: PlotlyBundle | None = None,
) -> HtmlReport:
    """The executed notebook as one offline HTML file.

    Args:
        notebook: Executed; its outputs follow the notebook output contract. Left untouched.
        findings: What the run found; gives date, data release and parameters of the masthead.
        generated: When the run ended, UTC.
        run_id: Name of the run.
        bundle: The plotly.js to embed; by default the smallest that draws the figures.

    Raises:
        ReportFailed: A figure lacks its rendering, title, note, alt text or data; an output would
            be lost; a number leads nowhere; something would be fetched. All faults are named.
    """
    _refuse(check_notebook(notebook))
    exhibits = read_exhibits(notebook)
    bundle = bundle or load_bundle(needs=trace_types(exhibits))
    own_note = note_for_figures(findings)
    paper = compose_paper(_render_body(notebook, own_note))
    _refuse(list(paper.faults))
    html = _compose_page(
        paper, exhibits, findings=findings, generated=generated, run_id=run_id, bundle=bundle
    )
    _refuse(check_offline(html))
    return HtmlReport(html=html, figures=len(exhibits), bundle=str(bundle))


def _refuse(faults: list[str]) -> None:
    if not faults:
        return
    shown = faults[:_MAX_SHOWN]
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more")
    listed = "\n".join(f"  {fault}" for fault in shown)
    raise ReportFailed(
        f"the report may not be published:\n{listed}",
        hint="Mend the cell or figure named; the last good report stays.",
    )


@lru_cache(maxsize=1)
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATE), autoescape=True, undefined=StrictUndefined
    )


def _render_body(notebook: Any, own_note: Markup) -> str:
    """Prose and outputs in the notebook's order; code is never shown.

    nbconvert makes the same of the template beside this module; importing it costs more than all
    the rest of the page.
    """
    render = _markdown()
    numbers = iter(range(1, 1_000))
    parts = []
    for cell in notebook.cells:
        if REMOVE_CELL in cell.get("metadata", {}).get("tags", []):
            continue
        if cell.cell_type == "markdown":
            parts.append(str(render(cell.source)))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if EXHIBIT in data:
                parts.append(_render_exhibit(data[EXHIBIT], next(numbers), own_note))
            elif FINDINGS not in data and "text/html" in data:
                parts.append(data["text/html"])
            elif FINDINGS not in data and "text/markdown" in data:
                parts.append(str(render(data["text/markdown"])))
    return _UNSEEN.sub("", "".join(f"{part}\n" for part in parts))


@lru_cache(maxsize=1)
def _markdown() -> Callable[[str], Any]:
    import mistune  # noqa: PLC0415  not needed where nothing is exported

    plugins = ["strikethrough", "table", "url", "task_lists", "def_list"]
    return mistune.create_markdown(escape=False, plugins=plugins)


def warm_templates() -> None:
    """Read and compile what every page is made of."""
    _markdown()("## A *heading*")
    _long_date(dt.date.min)
    for name in ("exhibit.html.j2", "page.html.j2"):
        _pages().get_template(name)
    for name in ("page.css", "page.js"):
        _asset(name)


def _render_exhibit(exhibit: dict[str, Any], number: int, own_note: Markup) -> str:
    columns, rows = compose_data_table(exhibit["table"])
    parts = {key: exhibit[key] for key in ("id", "title", "note", "alt")}
    parts["note"] = f"{parts['note']} {own_note}".strip()
    page = _pages().get_template("exhibit.html.j2")
    return page.render(**parts, number=number, columns=columns, rows=rows)


def _compose_page(
    paper: Paper,
    exhibits: list[dict[str, Any]],
    *,
    findings: Findings,
    generated: dt.datetime,
    run_id: str,
    bundle: PlotlyBundle,
) -> str:
    citation = _compose_citation(paper.title, findings, generated, run_id)
    figures = {item["id"]: _carried(item) for item in exhibits}
    return (
        _pages()
        .get_template("page.html.j2")
        .render(
            paper=paper,
            language=str(findings.parameters.get("language", "en")),
            scenario=str(findings.parameters.get("scenario", "baseline")).replace("_", " "),
            generated=generated,
            published=_long_date(generated.date()),
            as_of=_long_date(findings.data.as_of),
            data=findings.data,
            own_notice=note_for_masthead(findings, paper),
            run_id=run_id,
            citation=citation,
            bundle=bundle,
            css=_asset("page.css"),
            script=_asset("page.js"),
            page_furniture=_page_furniture(paper.title, run_id),
            figures_json=_UNSEEN.sub("", safe_json(figures)),
            look_json=safe_json(_look(citation)),
        )
    )


def _look(citation: str) -> dict[str, Any]:
    """What the page script needs to draw and to sign a saved image."""
    return {
        "light": theme.LIGHT,
        "dark": theme.DARK,
        "swap": dict(theme.SWAP),
        "config": dict(theme.CONFIG),
        "serif": _SERIF,
        "sans": theme.SANS,
        "citation": citation,
    }


def _carried(item: dict[str, Any]) -> dict[str, Any]:
    """What the script needs of a figure, with its data where the page's cells do not say them."""
    if reads_the_same(item["table"]):
        return {"figure": _plain(item)}
    return {"figure": _plain(item), "table": item["table"]}


def _plain(exhibit: dict[str, Any]) -> dict[str, Any]:
    """Data and layout; a template of the figure's own would be a third look beside our two."""
    figure = exhibit["figure"]
    layout = {k: v for k, v in (figure.get("layout") or {}).items() if k != "template"}
    return {"data": figure["data"], "layout": layout}


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (_TEMPLATE / name).read_text(encoding="utf-8")


def _long_date(date: dt.date | str) -> str:
    if isinstance(date, str):
        try:
            date = dt.date.fromisoformat(date)
        except ValueError:
            return str(date)
    return f"{date.day} {date:%B %Y}"


def _compose_citation(title: str, findings: Findings, generated: dt.datetime, run_id: str) -> str:
    release = findings.data
    return (
        f"Third Pillar, \N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK}, "
        f"briefing of {_long_date(generated.date())}; evidence as of {_long_date(release.as_of)}, "
        f"{release.name} {release.version}; run {run_id}."
    )


def _page_furniture(title: str, run_id: str) -> str:
    """Running head and foot of the printed page."""
    face = "font: 7.5pt system-ui, 'Liberation Sans', sans-serif; color: #59626d;"
    return (
        "@page { margin: 19mm 18mm 18mm;"
        f' @top-left {{ content: "Third Pillar"; {face} }}'
        f' @top-right {{ content: "{_css_text(title)}"; {face} }}'
        f' @bottom-left {{ content: "Run {_css_text(run_id)}"; {face} }}'
        f' @bottom-right {{ content: counter(page) " / " counter(pages); {face} }} }}'
        "\n@page :first { @top-left { content: none; } @top-right { content: none; } }"
    )


def _css_text(text: str) -> str:
    """Text for a CSS string: every sign that could end it is written as its code point."""
    return re.sub(r"[^\w .,;:?!-]", lambda sign: f"\\{ord(sign[0]):x} ", text)
