"""Markdown written by anyone becomes HTML that is safe on any page of the portal."""

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from meetings.passage import names_of

# Longer texts are shown as they were written: nothing a reader can use, and parsing takes seconds.
MAX_BYTES = 200_000
# So many brackets, tags and cells no document has; reading and cleaning them takes time by their square.
MAX_MARKS = 10_000

INLINE_TAGS = {"a", "abbr", "b", "br", "code", "del", "em", "i", "kbd", "s", "strong", "sub", "sup"}
BLOCK_TAGS = {
    *("blockquote", "dd", "details", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
HEADINGS = {f"h{level}" for level in range(1, 7)}
TAGS = INLINE_TAGS | BLOCK_TAGS | HEADINGS
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}
# Column alignment of tables: a class, since a strict policy blocks style attributes.
ALIGNED = {"text-align:center": "center", "text-align:right": "right", "text-align:left": "left"}

RAW_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
RAW_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
RAW_SOURCE = re.compile(r"""\bsrc\s*=\s*["']?(https?://[^\s"'>]+)""", re.IGNORECASE)


def to_html(text: str, *, top: int = 2, named: bool = False) -> str:
    """Safe HTML of Markdown (CommonMark and tables); its highest heading becomes `<h{top}>`.

    Pictures become links, so that no page asks a third party for anything. Raw HTML is kept where
    it is one of TAGS and shown as written otherwise. `named`: headings get the ids that a search over
    minutes links to (meetings.passage.names_of); for one text of a page only.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES or _marks(text) > MAX_MARKS:
        return f"<pre>{html.escape(text)}</pre>"
    names: list[str] = []
    markup = _PARSER.render(text, {"top": top, "named": named, "names": names})
    return _clean(markup, names)


def _marks(text: str) -> int:
    return sum(map(text.count, "[<|"))


def _clean(markup: str, names: list[str]) -> str:
    return nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES | {heading: {"id"} for heading in HEADINGS} if names else ATTRIBUTES,
        attribute_filter=_each_id_once(names),
        allowed_classes={"td": set(ALIGNED.values())},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="nofollow noopener",
    )


def _each_id_once(names: list[str]) -> Callable[[str, str, str], str | None]:
    """Only names given by us, each to one element: raw HTML can neither invent nor double an id."""
    left = set(names)

    def kept(_tag: str, attribute: str, value: str) -> str | None:
        if attribute != "id":
            return value
        if value not in left:
            return None
        left.remove(value)
        return value

    return kept


# ── rules added to the parser; each changes the tokens before they are written out ────────────
def _rank_headings(state: StateCore) -> None:
    """Keep the outline of a text without a gap below the page's own headings."""
    top = int(state.env.get("top", 2))
    above: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while above and above[-1] >= written:
                above.pop()
            above.append(written)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(top + len(above) - 1, 6)}"


def _name_headings(state: StateCore) -> None:
    if not state.env.get("named"):
        return
    headings = [n for n, token in enumerate(state.tokens) if token.type == "heading_open"]
    names = names_of(state.tokens[n + 1].content for n in headings)
    for n, name in zip(headings, names, strict=True):
        state.tokens[n].attrSet("id", name)
    state.env["names"] += names


def _link_pictures(state: StateCore) -> None:
    for block in state.tokens:
        if block.children:
            block.children = _without_pictures(block.children)


def _without_pictures(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    in_link = 0
    for token in tokens:
        in_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "image":
            kept.append(token)
            continue
        source = str(token.attrGet("src") or "")
        label = Token("text", "", 0, content=token.content or source.rsplit("/", 1)[-1])
        if in_link:
            kept.append(label)
        else:
            link = Token("link_open", "a", 1, attrs={"href": source})
            kept += [link, label, Token("link_close", "a", -1)]
    return kept


def _tame_raw_html(state: StateCore) -> None:
    for block in state.tokens:
        for token in [block, *(block.children or [])]:
            if token.type in {"html_block", "html_inline"}:
                token.content = _tamed(token.content)


def _tamed(raw: str) -> str:
    return RAW_TAG.sub(_kept_or_shown, RAW_COMMENT.sub("", raw))


def _kept_or_shown(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in INLINE_TAGS | BLOCK_TAGS:
        return tag[0]
    source = RAW_SOURCE.search(tag[3]) if name == "img" else None
    if source:
        address = html.escape(source[1])
        return f'<a href="{address}">{html.escape(source[1].rsplit("/", 1)[-1])}</a>'
    return html.escape(tag[0])


def _align_by_class(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "th_open":
            token.attrs = {"scope": "col"}
        if token.type == "td_open" and "style" in token.attrs:
            token.attrs = {"class": ALIGNED.get(str(token.attrs["style"]), "")}


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    for rule in (_rank_headings, _name_headings, _link_pictures, _tame_raw_html, _align_by_class):
        parser.core.ruler.push(rule.__name__.strip("_"), rule)
    return parser


_PARSER = _parser()


# ── addresses ─────────────────────────────────────────────────────────────────────────────────
def shown_address(url: str) -> str:
    """What a reader needs of an address: host and path. Empty when it is not http or https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    return (parts.hostname or "") + parts.path.rstrip("/")


# ── sentences ─────────────────────────────────────────────────────────────────────────────────
SENTENCE = re.compile(r"^.*?(?:[。！？]|[.!?](?=\s|$)|$)")


def first_sentence(text: str) -> str:
    """The first sentence of a Markdown text's first paragraph, as plain text."""
    tokens = _PARSER.parse(text[:MAX_BYTES])
    for n, token in enumerate(tokens):
        if token.type == "paragraph_open":
            found = SENTENCE.match(_plain(tokens[n + 1].children or []))
            return found[0].strip() if found else ""
    return ""


def _plain(tokens: list[Token]) -> str:
    breaks = {"softbreak", "hardbreak"}
    kept = (" " if t.type in breaks else t.content for t in tokens if t.type != "html_inline")
    return "".join(kept).strip()
