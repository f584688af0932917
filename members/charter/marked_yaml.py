"""YAML as plain values that remember their lines; nothing that a charter has no use for."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import yaml

from .facts import CharterError, Problem

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 20
PREFIX = "tag:yaml.org,2002:"
PLAIN_TAGS = {PREFIX + name for name in ("null", "bool", "int", "float")}
# A date stays the text it is written as.
TEXT_TAGS = {PREFIX + name for name in ("str", "timestamp", "value")}


class Node:
    """A value, the line it starts on and, of a scalar, how it is written.

    `value` is text, number, bool, None, a list or a dict of Nodes.
    """

    __slots__ = ("line", "value", "written")

    def __init__(self, value: Any, line: int, written: str = "") -> None:
        self.value, self.line, self.written = value, line, written

    def plain(self) -> Any:
        """The value without its lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def load(text: str, file: str) -> tuple[Node, list[Problem]]:
    """The one document of a file, and the keys that stand twice in a mapping.

    Raises CharterError with the line: broken YAML, several documents, anchors and aliases (a small
    file could grow without bound), nesting deeper than any charter, tags of other languages.
    """
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise CharterError(file, f"broken YAML: the control character {odd.group()!r}", line)
    try:
        _refuse_excess(text, file)
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # An end that came too soon is marked behind the last line.
        end = min(mark.line + 1, len(text.splitlines())) if mark else None
        raise CharterError(file, f"broken YAML: {error.problem or error.context}", end) from error
    except yaml.YAMLError as error:
        raise CharterError(file, f"broken YAML: {error}") from error
    if root is None:
        raise CharterError(file, "empty")
    problems: list[Problem] = []
    return _node(root, file, problems), problems


def _refuse_excess(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        mark = event.start_mark
        line = mark.line + 1 if mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise CharterError(file, "anchors and aliases are not read; write it out", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise CharterError(file, f"nested deeper than {MAX_DEPTH} levels", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _node(node: yaml.Node, file: str, problems: list[Problem]) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode) and node.tag == PREFIX + "map":
        return Node(_mapping(node, file, problems), line)
    if isinstance(node, yaml.SequenceNode) and node.tag == PREFIX + "seq":
        return Node([_node(item, file, problems) for item in node.value], line)
    if isinstance(node, yaml.ScalarNode):
        return Node(_scalar(node, file, line), line, node.value)
    raise CharterError(file, f"the tag {node.tag} is not read", line)


def _mapping(node: yaml.MappingNode, file: str, problems: list[Problem]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise CharterError(file, "a key that is no text", line)
        key = key_node.value
        if key in found:
            first = found[key].line
            problems.append(
                Problem(file, line, f"the key {key!r} stands twice; line {first} is taken")
            )
            _node(value_node, file, problems)
            continue
        found[key] = _node(value_node, file, problems)
    return found


def _scalar(node: yaml.ScalarNode, file: str, line: int) -> Any:
    if node.tag in TEXT_TAGS:
        return node.value
    if node.tag not in PLAIN_TAGS:
        raise CharterError(file, f"the tag {node.tag} is not read", line)
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, KeyError):
        return node.value
    if isinstance(value, float) and not math.isfinite(value):
        return node.value
    return value


def items(node: Node, file: str, problems: list[Problem], what: str) -> Iterator[Node]:
    """Entries of a list; an empty value is an empty list, anything else a problem."""
    if node.value is None:
        return
    if not isinstance(node.value, list):
        problems.append(Problem(file, node.line, f"{what}: a list was expected"))
        return
    yield from node.value


def text_of(node: Node | None, file: str, problems: list[Problem], what: str) -> str:
    """One text as it is written (the login 007 is not the number 7); a structure is a problem."""
    if node is None or node.value is None:
        return ""
    if isinstance(node.value, list | dict):
        problems.append(Problem(file, node.line, f"{what}: one text was expected"))
        return ""
    return node.written.strip()


def dump(value: Any) -> str:
    """YAML of plain values: block style, in the given order, Chinese unescaped, never folded."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=2**31 - 1,
    )


class _Dumper(yaml.SafeDumper):
    """Writes no aliases: equal values are written out each time."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    # Line breaks of YAML 1.1 that PyYAML writes as they are and reads as a blank.
    if any(break_ in text for break_ in "\x85\u2028\u2029\ufeff"):
        style = '"'
    return dumper.represent_scalar(PREFIX + "str", text, style=style)


_Dumper.add_representer(str, _text)


def as_day(text: str) -> dt.date | None:
    """A `YYYY-MM-DD` text as a date, or None."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
