"""YAML that people write: plain data, no key twice, no loops, and every fault in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

_MOST_PARTS = 100_000
"""A few lines of references to references can stand for more than any memory holds."""


class NoYaml(Exception):
    """The text is not what these files hold; says why in one line."""


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: the second would silently win."""


def _build_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = sorted({str(key) for key in keys if keys.count(key) > 1})
    if twice:
        line = node.start_mark.line + 1
        raise yaml.YAMLError(f"{', '.join(twice)} stands twice, below line {line}")
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _build_mapping)


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
    except (yaml.YAMLError, ValueError) as error:
        raise NoYaml(" ".join(str(error).split())) from None
    return content


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
    plain = plain.split(" or instance of")[0]
    return plain.replace("valid tuple", "list").replace("valid dictionary", "mapping of keys")


def phrase_faults(error: ValidationError) -> str:
    """Every fault of a file with its place."""
    return "; ".join(
        f"{'.'.join(str(part)[:60] for part in fault['loc']) or 'file'}: "
        f"{phrase_fault(fault['msg'])}"
        for fault in error.errors()
    )


def check_title(title: str) -> str:
    """The title, which stands on pages and in lists: one line without invisible signs.

    Raises:
        ValueError: It is not.
    """
    if not title.isprintable():
        msg = "should be one line without invisible signs"
        raise ValueError(msg)
    return title
