"""Entries added to and taken from lists of a YAML file by its lines; comments, order and quotes stay."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import yaml

from .marked_yaml import Loader, dump, load
from .target import EditRefused
from .text_lines import BOM, ENDS, YAML, Splice, spliced, split

Mapping = yaml.MappingNode


@dataclass
class Document:
    """A file that was checked and composed, and the splices wanted so far."""

    lines: list[str]
    root: yaml.Node
    mark: str = ""
    splices: list[Splice] = field(default_factory=list)

    def text(self) -> str:
        return self.mark + spliced(self.lines, self.splices)


def open_document(text: str, file: str) -> Document:
    """Raises CharterError for what no charter file is (see marked_yaml.load)."""
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    load(text, file)
    root = yaml.compose(text, Loader=Loader)
    if not isinstance(root, Mapping):
        raise EditRefused("no_mapping")
    return Document(split(text, YAML), root, mark)


def value_of(mapping: yaml.Node, key: str) -> yaml.Node | None:
    """The value of a key; of one that stands twice, the first."""
    if not isinstance(mapping, Mapping):
        return None
    return next((value for name, value in mapping.value if name.value == key), None)


def items_of(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def text_of(node: yaml.Node | None) -> str:
    return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""


def change_list(
    document: Document,
    mapping: yaml.Node,
    key: str,
    *,
    without: Sequence[yaml.Node] = (),
    entry: object = None,
    after: Sequence[str] = (),
) -> None:
    """Take the items `without` from the list under a key, and put `entry` at its end unless None.

    A list that is not there yet is made behind the last of the keys `after`. Raises EditRefused for
    a layout that cannot be changed by its lines.
    """
    node = value_of(mapping, key)
    if not without and entry is None:
        return
    if node is None:
        _new_list(document, mapping, key, entry, after)
    elif isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        _change_block(document, mapping, key, node, without, entry)
    elif isinstance(node, yaml.SequenceNode) and node.value:
        _change_flow(document, node, without, entry)
    elif entry is not None:
        _fill_empty(document, mapping, key, entry)


def _change_block(
    document: Document,
    mapping: yaml.Node,
    key: str,
    node: yaml.SequenceNode,
    without: Sequence[yaml.Node],
    entry: object,
) -> None:
    for item in without:
        _prefix(document, item)
        document.splices.append((item.start_mark.line, last_line(item) + 1, ()))
    last = node.value[-1]
    if entry is not None:
        at = last_line(last) + 1
        document.splices.append((at, at, _laid_out(entry, _prefix(document, last))))
    elif len(without) == len(node.value):
        _rewrite_key(document, mapping, key, " []")


def _prefix(document: Document, item: yaml.Node) -> str:
    """What stands before an item on its line: blanks and the dash, or the layout is not ours."""
    prefix = document.lines[item.start_mark.line][: item.start_mark.column]
    if prefix.strip() != "-":
        raise EditRefused("layout", line=str(item.start_mark.line + 1))
    return prefix


def last_line(node: yaml.Node) -> int:
    """Number (from 0) of the last line that belongs to a value, comments behind it left out."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        children: Iterable[yaml.Node] = (
            (value for _key, value in node.value) if isinstance(node, Mapping) else node.value
        )
        return max(last_line(child) for child in children)
    end = node.end_mark
    line: int = end.line if end.column or end.line == node.start_mark.line else end.line - 1
    return line


def _laid_out(entry: object, prefix: str) -> list[str]:
    """The entry behind a dash, its further lines below its first."""
    texts = dump(entry).rstrip("\n").split("\n")
    if isinstance(entry, str):
        # A document of one word ends in "...".
        texts = texts[:1]
    return [prefix + texts[0], *(" " * len(prefix) + text for text in texts[1:])]


def _change_flow(
    document: Document, node: yaml.SequenceNode, without: Sequence[yaml.Node], entry: object
) -> None:
    """`[a, b]` on one line is written anew with the items as they are spelled."""
    line = node.start_mark.line
    if node.end_mark.line != line or not (entry is None or isinstance(entry, str)):
        raise EditRefused("layout", line=str(line + 1))
    text = document.lines[line].rstrip(ENDS)
    gone = {id(item) for item in without}
    spelled = [
        text[item.start_mark.column : item.end_mark.column]
        for item in node.value
        if id(item) not in gone
    ]
    if isinstance(entry, str):
        spelled += _laid_out(entry, "")
    listed = f"[{', '.join(spelled)}]"
    text = text[: node.start_mark.column] + listed + text[node.end_mark.column :]
    document.splices.append((line, line + 1, [text]))


def _fill_empty(document: Document, mapping: yaml.Node, key: str, entry: object) -> None:
    """`key:` or `key: []` gets its first item."""
    line, column = _rewrite_key(document, mapping, key, "")
    prefix = " " * (column + _offset(document)) + "- "
    document.splices.append((line + 1, line + 1, _laid_out(entry, prefix)))


def _rewrite_key(document: Document, mapping: yaml.Node, key: str, value: str) -> tuple[int, int]:
    """The line of a key with nothing or `[]` behind it; its number and the key's column."""
    node = next(name for name, _value in mapping.value if name.value == key)
    line, column = node.start_mark.line, node.start_mark.column
    text = document.lines[line].rstrip(ENDS)
    before, behind = text[: node.end_mark.column], text[node.end_mark.column :]
    match = re.fullmatch(r"(\s*:)\s*(?:\[\s*\]|~|null)?(\s+#.*|\s*)", behind)
    if match is None:
        raise EditRefused("layout", line=str(line + 1))
    if before + match[1] + value + match[2] != text:
        document.splices.append((line, line + 1, [before + match[1] + value + match[2]]))
    return line, column


def _offset(document: Document) -> int:
    """How much further than its key the file indents a list's dash: as its first list does."""
    stack: list[yaml.Node] = [document.root]
    while stack:
        node = stack.pop(0)
        for key, value in node.value if isinstance(node, Mapping) else ():
            if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
                prefix = _prefix(document, value.value[0])
                return max(0, prefix.index("-") - key.start_mark.column)
            stack.append(value)
    return 0


def _new_list(
    document: Document, mapping: yaml.Node, key: str, entry: object, after: Sequence[str]
) -> None:
    if entry is None or not mapping.value:
        return
    column = mapping.value[0][0].start_mark.column
    above = [node for name, node in mapping.value if name.value in after]
    last = above[-1] if above else mapping.value[-1][1]
    at = last_line(last) + 1
    prefix = " " * (column + _offset(document)) + "- "
    texts = [" " * column + f"{key}:", *_laid_out(entry, prefix)]
    document.splices.append((at, at, texts))
