"""`pillar diff`."""

from __future__ import annotations

import json
from pathlib import Path

from third_pillar.cli.answer import answer_json, say
from third_pillar.cli.archive_shown import locate
from third_pillar.cli.terminal import say_lines
from third_pillar.publishing.archive import Archive
from third_pillar.publishing.comparison import Side, compare_reports, read_side
from third_pillar.publishing.run_names import WORDS
from third_pillar.publishing.table_store import TableStore
from third_pillar.vocabulary.errors import ParameterFault

_LONGEST_PATH = 4_096


def compare_runs(before: str, after: str, *, html: Path | None, as_json: bool) -> int:
    """Exit code after two reports were compared, the earlier named first."""
    from third_pillar.briefing.changes import phrase_changes

    if html is not None and (not html.absolute().name or html.is_dir()):
        raise ParameterFault(
            f"--html {str(html)[:60]!r} is a folder: name the file that is to be written"
        )
    archive = Archive()
    sides = [_side(archive, text) for text in (before, after)]
    changes = compare_reports(sides[0], sides[1], store=TableStore(archive.folder))
    sentences = phrase_changes(changes)
    if html is not None:
        from third_pillar.evidence.files import replace_whole, storage_faults
        from third_pillar.publishing.comparison_page import export_comparison

        page = export_comparison(changes)
        with storage_faults(html, elsewhere="name another file with --html"):
            replace_whole(html.absolute(), page)
    if as_json:
        answer_json(
            {
                "matters": changes.matters,
                "sentences": sentences,
                "html": html.absolute() if html else None,
                **json.loads(changes.to_json()),
            }
        )
        return 0
    say_lines(sentences)
    if html is not None:
        say(f"Open {html.absolute()}")
    return 0


def _side(archive: Archive, text: str) -> Side:
    """A run of the archive; a folder where the text is a path to one."""
    is_path = 0 < len(text) <= _LONGEST_PATH and text.isprintable() and text not in WORDS
    folder = Path(text)
    if is_path and folder.is_dir():
        return read_side(folder)
    run = locate(archive, text)
    faults = archive.faults(run)
    if faults:
        raise ParameterFault(
            f"run {run.run_id} is damaged: {'; '.join(faults)}",
            hint="`pillar archive verify` names what changed; nothing can be concluded from it.",
        )
    return read_side(run.folder)
