"""pyproject.toml, the lock files and environment.yml name one set of packages."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYTHON_311 = {"python_version": "3.11", "python_full_version": "3.11.0"}


def _locked(name):
    """Package → versions locked for Python 3.11, from one lock file."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?", line)
        if match and (not match[3] or Marker(match[3]).evaluate(PYTHON_311)):
            found[match[1].lower()] = match[2]
    return found


def _project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _direct(*extras):
    project = _project()
    named = project["dependencies"] + [
        requirement for extra in extras for requirement in project["optional-dependencies"][extra]
    ]
    return [Requirement(requirement) for requirement in named]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements.lock", ("build",)),
        ("requirements-test.lock", ("build", "test", "cluster", "scheduler")),
    ],
)
def test_every_direct_dependency_is_locked_within_its_bounds(lock, extras):
    locked = _locked(lock)
    for requirement in _direct(*extras):
        version = locked.get(requirement.name.lower())
        assert version, f"{requirement.name} is not in {lock}: run make lock"
        assert requirement.specifier.contains(version), f"{requirement} against {version}"


def test_both_locks_give_a_shared_package_the_same_version():
    run, test = _locked("requirements.lock"), _locked("requirements-test.lock")
    assert run
    assert {name: test.get(name) for name in run} == run


def test_conda_users_get_the_locked_versions_of_the_direct_dependencies():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    listed = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    conda = dict(entry.split("=", 1) for entry in listed if "=" in entry)
    assert conda.pop("python") == "3.11"
    pinned = [entry for entry in environment["dependencies"][-1]["pip"] if "==" in entry]
    conda |= dict(entry.split("==", 1) for entry in pinned)
    locked = _locked("requirements.lock")
    assert conda == {r.name.lower(): locked[r.name.lower()] for r in _direct("build")}


def test_the_conda_environment_ends_in_an_editable_install():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["dependencies"][-1]["pip"][-1] == "-e ."


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-test.lock", "requirements-uv.lock"]
)
def test_a_lock_holds_names_versions_and_hashes_only(name):
    for line in (ROOT / name).read_text().splitlines():
        assert re.fullmatch(
            r"#.*|[A-Za-z0-9._\[\]-]+==[^ ]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?",
            line,
        ), line
        assert "://" not in line
