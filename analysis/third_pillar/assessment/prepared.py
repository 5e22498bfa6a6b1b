"""Cases assessed before their report runs, for the pages of one question that share them."""

from __future__ import annotations

import copy
import gc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from third_pillar.evidence import captured_reads, note_read, package_state
from third_pillar.vocabulary.parameters import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from third_pillar.assessment.case import Case

_State = tuple[object, ...]


@dataclass(frozen=True)
class _Held:
    """A case, what stood in the data when it was assessed, and the files it rests on."""

    question: Question
    state: _State
    case: Case
    reads: frozenset[str]


_last: list[_Held] = []
"""At most one: a process prepares for one question after the other."""


def hold(question: Question, overlay: Path | None, assess: Callable[[], Case]) -> None:
    """Assess a case in full and keep it, unless it is kept already.

    Args:
        question: What it answers; the page it is for does not count.
        overlay: Folder of the reader's own figures; where one is given, nothing is kept, as
            such a case is two.
        assess: Makes the case.
    """
    if overlay is not None or _answers(question) is not None:
        return
    # the last case goes first: two would take twice the memory, and parts of a case hold each
    # other, so that it does not go by itself
    _last.clear()
    gc.collect()
    state = package_state()
    with captured_reads() as reads:
        case = assess()
        # all that every page may state, and nothing of the page it is made for first: what is
        # found now is not found again
        _ = case.standard, case.verdicts, case.gaps
    _last[:] = [_Held(question, state, case, frozenset(reads))]


def find(question: Question, overlay: Path | None) -> Case | None:
    """The case kept for a question, as of the page asked; nothing where the data have changed.

    The files it rests on are noted as read: who is spared the reading depends on them too.
    """
    held = None if overlay is not None else _answers(question)
    if held is None:
        return None
    note_read(*held.reads)
    return _turn_to(held.case, question)


def _answers(question: Question) -> _Held | None:
    """What is kept, if it answers the question and the data stand as they stood."""
    for held in _last:
        if _less_page(held.question) == _less_page(question) and held.state == package_state():
            return held
    return None


def _less_page(question: Question) -> tuple[object, ...]:
    """What it asks, by the dates and members that words such as "data" stand for."""
    asked = question.parameters.model_dump(exclude={"profile", "as_of", "partners"})
    return tuple(asked.items()), question.as_of, question.members, question.is_stale


def _turn_to(case: Case, question: Question) -> Case:
    """The same case for another page: what was found stays, but what only a page states."""
    results = copy.copy(case.results)
    results.__dict__["question"] = question
    other = copy.copy(case)
    other.__dict__["results"] = results
    other.__dict__.pop("metrics", None)
    return other
