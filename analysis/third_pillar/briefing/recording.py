"""Findings as data, and how to get them again."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from third_pillar import __version__
from third_pillar.assessment.case import Case
from third_pillar.assessment.summary import summarise_pillar_test
from third_pillar.briefing.headline import compose_bottom_line, compose_judgement_list
from third_pillar.briefing.markup import FINDINGS, Fragment, paragraph, section
from third_pillar.briefing.words import day
from third_pillar.vocabulary.findings import Findings


@dataclass(frozen=True)
class Record:
    """The findings of a run, carried in the notebook's output for the export to lift."""

    findings: Findings

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002  the protocol of IPython names these
        exclude: object = None,  # noqa: ARG002  same
    ) -> dict[str, object]:
        bottom = self.findings.bottom_line
        return {
            FINDINGS: self.findings.model_dump(mode="json"),
            "text/plain": f"{bottom.answer}: {bottom.text}",
        }


def record(case: Case) -> Record:
    """The findings of the case: what scripts read and later runs are compared with."""
    question = case.results.question
    parameters = question.parameters.model_dump(mode="json")
    parameters["as_of"] = question.as_of.isoformat()
    return Record(
        Findings(
            parameters=parameters,
            data=case.results.evidence.release,
            bottom_line=compose_bottom_line(case),
            key_judgements=tuple(str(j.striptags()) for j in compose_judgement_list(case)),
            verdicts=case.verdicts,
            metrics=tuple(case.metrics.values()),
            gaps=case.gaps,
            pillar_test=summarise_pillar_test(case.results),
        )
    )


def compose_stamp(case: Case) -> Fragment:
    """How to reproduce the report: parameters, data release and version."""
    parameters = case.results.question.parameters
    release = case.results.evidence.release
    fields = type(parameters).model_fields
    changed = {
        name: value
        for name, value in parameters.model_dump().items()
        if value != fields[name].default
    }
    profile = changed.pop("profile", "")
    given = (
        f"-p {name}={','.join(value) if isinstance(value, tuple) else value}"
        for name, value in changed.items()
    )
    command = " ".join(part for part in ("pillar report", profile, *given) if part)
    return section(
        "stamp",
        Markup("<h2>How to reproduce</h2>"),
        paragraph(
            Markup("Run <code>{}</code> with version {} of the kit and data release {} {} ").format(
                command, __version__, release.name, release.version
            )
            + Markup("(sha256 <code>{}</code>), as of {}, seed {}, {:,} draws.").format(
                release.sha256[:16],
                day(case.results.question.as_of),
                parameters.seed,
                parameters.draws,
            ),
            "The same parameters, data and seed give the same findings to the byte.",
        ),
    )
