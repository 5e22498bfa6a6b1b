"""YAML that people write: plain data, no key twice, no loops, and every fault in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from third_pillar.vocabulary.parameters import TEXT_WANTED

_MOST_PARTS = 100_000
"""A few lines of references to references can stand for more than any memory holds."""
_LONGEST_TITLE = 300


class NoYaml(Exception):
    """The text is not what these files hold; says why in one line."""


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: the second would silently win."""


def _build_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag != _MERGE:
            key = loader.construct_object(key_node, deep=True)
            if key in seen:
                raise NoYaml(f"{key} stands twice, the second time in line {_line(key_node)}")
            seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _build_date(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        said = f"line {_line(node)}: {node.value} is no date, as {error}"
        raise NoYaml(said) from None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


_MERGE = "tag:yaml.org,2002:merge"
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _build_mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _build_date)


def read_yaml_file(path: Path) -> Any:
    """The data of a YAML file.

    Raises:
        NoYaml: It is none, as `read_yaml` says, or no text in UTF-8.
        OSError: It cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoYaml(f"byte {error.start + 1} is no text in UTF-8; save it in that form") from None
    return read_yaml(text)


def read_yaml(text: str) -> Any:
    """The data of a YAML text.

    Raises:
        NoYaml: It is none, names a key twice, holds a part of itself, or a date that is none.
    """
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader
        _refuse_loops(content, (), iter(range(_MOST_PARTS)))
    except RecursionError:
        raise NoYaml("it is nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        raise NoYaml(_phrase_mark(error)) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise NoYaml(" ".join(str(error).split())) from None
    return content


def _phrase_mark(error: yaml.MarkedYAMLError) -> str:
    """The place first, then what is wrong there."""
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    if isinstance(error, yaml.constructor.ConstructorError) and "tag" in str(error.problem):
        tag = str(error.problem).split("'")[1].replace("tag:yaml.org,2002:", "!!")
        return f"{place}the tag {tag} is not allowed: values are plain data"
    said = ", ".join(str(part) for part in (error.problem, error.context) if part)
    return f"{place}{said}"


def _refuse_loops(value: Any, above: tuple[int, ...], left: Iterator[int]) -> None:
    if next(left, None) is None:
        raise yaml.YAMLError(f"it stands for more than {_MOST_PARTS:,} values")
    if isinstance(value, dict | list):
        if id(value) in above:
            raise yaml.YAMLError("a part of it holds itself")
        for part in value.values() if isinstance(value, dict) else value:
            _refuse_loops(part, (*above, id(value)), left)


def phrase_fault(said: str) -> str:
    """What pydantic says of a value, in the words of the file's writer."""
    plain = said.removeprefix("Value error, ").removeprefix("Input ")
    plain = plain.split(" or instance of")[0].removeprefix("String ")
    plain = plain.replace("valid tuple", "list").replace("valid dictionary", "mapping of keys")
    return plain.replace("a valid string", TEXT_WANTED).replace(
        "Extra inputs are not permitted", "unknown key"
    )


def phrase_faults(error: ValidationError) -> str:
    """Every fault of a file with its place."""
    faults = error.errors()
    inside = [fault["loc"][:-1] for fault in faults]
    return "; ".join(
        f"{'.'.join(str(part)[:60] for part in fault['loc']) or 'file'}: "
        f"{phrase_fault(fault['msg'])}"
        for fault in faults
        # a list of which every item is wrong is called too short as well
        if fault["type"] != "too_short" or fault["loc"] not in inside
    )


def check_title(title: str) -> str:
    """The title, which stands on pages and in lists: one short line without invisible signs.

    Raises:
        ValueError: It is not.
    """
    if not title.isprintable() or not title.strip() or len(title) > _LONGEST_TITLE:
        msg = f"should be one line without invisible signs, of 1 to {_LONGEST_TITLE} characters"
        raise ValueError(msg)
    return title
