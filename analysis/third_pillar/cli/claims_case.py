"""The case a claims command speaks of, and a sign of life while it is assessed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from third_pillar.cli.answer import warn
from third_pillar.cli.reporting import read_assignments
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import ReportParameters

if TYPE_CHECKING:
    from third_pillar.assessment.case import Case

PATIENCE_SECONDS = 2.0
_PILLARS = "pillars"


def open_case(article_id: str | None, assignments: list[str]) -> Case:
    """The case that the article and the parameters describe.

    Where no candidate is given, it is the country the article is about.

    Raises:
        ParameterFault: Unknown name, wrong value, or two articles.
        EvidenceFault: The data package breaks its rules.
        MissingEvidence: A figure without which nothing can be said is not on record.
    """
    given = read_assignments(assignments)
    if article_id:
        if given.get("article", article_id) != article_id:
            raise ParameterFault(
                f"two articles: --id {article_id} and -p article={given['article']}"
            )
        given["article"] = article_id
    with say_if_slow("Putting the claims to the data …"):
        from third_pillar.assessment.case import assess

        # what these commands print, export and record is about the data release alone
        return assess(own_figures=False, **_with_subject(given))


@contextmanager
def say_if_slow(what: str) -> Iterator[None]:
    """A spinner on a terminal; elsewhere one line on stderr, if it takes over two seconds."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(what):
            yield
        return
    timer = Timer(PATIENCE_SECONDS, warn, (what,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _with_subject(given: dict[str, str]) -> dict[str, str]:
    """The parameters with the article's subject as candidate, where it can be one."""
    from third_pillar.evidence import article_names, load_article
    from third_pillar.vocabulary.codes import CHINA

    fields = ReportParameters.model_fields
    article = given.get("article", str(fields["article"].default))
    if "candidate" in given or article not in article_names():
        return given
    subject = str(load_article(article).meta["subject"])
    pillars = given.get(_PILLARS, ",".join(fields[_PILLARS].default)).split(",")
    if subject == CHINA or subject in pillars:
        return given
    return {**given, "candidate": subject}
