"""What imports cannot show, the syntax tree can."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "analysis" / "third_pillar"
PURE = ("model", "vocabulary")


def _calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", None) or getattr(node.func, "attr", None), node.lineno


def _opened_in(folder):
    forbidden = {
        "open",
        "read_csv",
        "to_csv",
        "read_text",
        "write_text",
        "__import__",
        "eval",
        "exec",
    }
    return [
        f"{path.name}:{line} {name}"
        for path in sorted(folder.rglob("*.py"))
        for name, line in _calls(ast.parse(path.read_text(encoding="utf-8")))
        if name in forbidden
    ]


def test_the_model_and_the_vocabulary_open_no_file():
    assert [_opened_in(PACKAGE / layer) for layer in PURE] == [[], []]


def test_the_search_for_open_would_find_one(tmp_path):
    (tmp_path / "leaky.py").write_text("def load():\n    return open('x').read()\n")
    assert _opened_in(tmp_path) == ["leaky.py:2 open"]


def test_no_module_lies_beside_the_notebooks():
    """A module there would shadow the package for whoever opens a notebook."""
    assert [path.name for path in (ROOT / "notebooks").rglob("*.py")] == []


def test_no_top_level_package_shadows_a_folder_of_the_project():
    assert not (ROOT / "analysis" / "__init__.py").exists()


def test_imports_point_only_downward():
    result = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def test_a_new_folder_of_the_package_must_take_its_place_among_the_layers():
    config = (ROOT / "pyproject.toml").read_text()
    assert "exhaustive = true" in config
