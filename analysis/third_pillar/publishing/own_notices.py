"""What an exported page says where the reader's own figures entered, whatever its notebook."""

from __future__ import annotations

from markupsafe import Markup

from third_pillar.publishing.paper import Paper
from third_pillar.vocabulary.findings import OWN_FIGURES, OWN_MARK, Findings


def note_for_masthead(findings: Findings, paper: Paper) -> Markup:
    """The notice on page one, where own figures entered and the text has no notice of its own."""
    own = findings.data.own_figures
    if own is None or OWN_FIGURES in paper.body:
        return Markup("")
    touched = sum(bool(metric.own_figures) for metric in findings.metrics)
    return Markup(
        '<p class="banner {}">This page uses {} rows of the reader’s own, which are not part of '
        "the data release and which nobody else can check. {} of its {} numbers rest on them or "
        "are moved by them and carry the mark {}.</p>"
    ).format(OWN_FIGURES, own.rows, touched, len(findings.metrics), OWN_MARK)


def note_for_figures(findings: Findings) -> Markup:
    """What stands under every figure where own figures entered; else nothing."""
    if findings.data.own_figures is None:
        return Markup("")
    return Markup('<strong class="own">{} May include the reader’s own figures.</strong>').format(
        OWN_MARK
    )
