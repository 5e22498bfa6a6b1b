"""Where the project and its folders are."""

from __future__ import annotations

import os
from pathlib import Path

import third_pillar
from third_pillar.vocabulary.errors import MissingEvidence, ParameterFault
from third_pillar.vocabulary.parameters import nearest

ROOT_VARIABLE = "PILLAR_ROOT"
DESCRIPTOR = "datapackage.json"


def project_root() -> Path:
    """The folder that holds `data/datapackage.json`, absolute.

    The environment variable PILLAR_ROOT names it; without it, the folder above `analysis/`
    of the editable install is taken.

    Raises:
        ParameterFault: No such folder holds a data package.
    """
    named = os.environ.get(ROOT_VARIABLE, "")
    root = Path(named) if named else installed_root()
    if not (root / "data" / DESCRIPTOR).is_file():
        said = f"{ROOT_VARIABLE} names {root}" if named else f"the package is installed at {root}"
        raise ParameterFault(
            f"No data package found: {said}, which holds no data/{DESCRIPTOR}",
            hint=f"Set {ROOT_VARIABLE} to the folder of the project, the one that holds data/.",
        )
    return root.resolve()


def installed_root() -> Path:
    """The folder above `analysis/` of the editable install, whether it holds data or not."""
    return Path(third_pillar.__file__).resolve().parents[2]


def file_state(path: Path) -> tuple[Path, int, int]:
    """Path, time of last change and size: a file is read again when one of them differs."""
    state = path.stat()
    return path, state.st_mtime_ns, state.st_size


def data_folder(root: Path | None) -> Path:
    """The folder `data/` of `root`, or of the project."""
    return (project_root() if root is None else root.resolve()) / "data"


def claims_folder(root: Path | None) -> Path:
    """The folder whose subfolders are articles."""
    return data_folder(root) / "claims"


def article_names(root: Path | None = None) -> tuple[str, ...]:
    """Names of the articles, sorted."""
    folders = claims_folder(root).glob("*/article.yml")
    return tuple(sorted(path.parent.name for path in folders))


def article_folder(article_id: str, root: Path | None = None) -> Path:
    """The folder of one article.

    Raises:
        MissingEvidence: No such article; names the nearest.
    """
    names = article_names(root)
    if article_id not in names:
        raise MissingEvidence(
            f"article {article_id!r} is not in data/claims.{nearest(article_id, names)} "
            f"Valid: {', '.join(names) or 'none'}",
            hint="An article is a folder data/claims/<name>/ with article.yml and claims.csv.",
        )
    return claims_folder(root) / article_id


def scenarios_folder(root: Path | None) -> Path:
    """The folder of scenario files."""
    return data_folder(root) / "scenarios"


def profiles_folder(root: Path | None) -> Path:
    """The folder of report profiles."""
    return data_folder(root).parent / "reports" / "profiles"


def cache_folder(root: Path | None) -> Path:
    """The folder of what may be deleted at any time; outside git."""
    return data_folder(root) / "cache"
