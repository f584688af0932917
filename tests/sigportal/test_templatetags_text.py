"""Markdown from anyone: safe, without third-party requests, with an outline that fits the page."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.passage import headings_of
from sigportal import text
from sigportal.text import to_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="javascript:alert(1)">x</a>',
    '<p onclick="alert(1)" style="position:fixed">x</p>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    '<iframe src="https://evil.example"></iframe>',
    "<style>*{display:none}</style>",
    '<form action="https://evil.example"><input name=password></form>',
    "![x](javascript:alert(1))",
    '<a href="x" target="_blank" id="content" class="button">x</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
]
KNOWN_ATTRIBUTES = {"class", "href", "lang", "rel", "scope", "start", "title"}


class Reader(HTMLParser):
    """Sees the markup as a browser does."""

    def handle_starttag(self, tag, attributes):
        assert tag in text.TAGS
        assert {name for name, _ in attributes} <= KNOWN_ATTRIBUTES
        for name, value in attributes:
            if name == "href":
                assert value.split(":")[0].lower() in {"http", "https", "mailto"}


def assert_safe(markup: str) -> None:
    Reader().feed(markup)


@pytest.mark.parametrize("attack", ATTACKS)
def test_to_html_neutralises_an_attack(attack):
    assert_safe(to_html(attack))
    assert_safe(to_html(f"text {attack} text"))
    assert_safe(to_html(f"| a |\n|---|\n| {attack} |"))


@given(st.lists(st.sampled_from([*ATTACKS, "*", "`", "[", "](", "<", ">", "\n", "|", " ", "词"])))
def test_to_html_is_safe_whatever_is_put_together(parts):
    assert_safe(to_html("".join(parts)))


def test_to_html_shows_raw_html_it_does_not_keep_as_written():
    assert to_html("List<int> a<br>b") == "<p>List&lt;int&gt; a<br>b</p>\n"


def test_to_html_leaves_comments_out():
    assert to_html("a <!-- template --> b\n\n<!-- more\nlines -->\n").strip() == "<p>a  b</p>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# a", ["h2"]),
        ("### a\n# b", ["h2", "h2"]),
        ("# a\n### b\n## c\n### d", ["h2", "h3", "h3", "h4"]),
        ("# a\n## b\n### c\n#### d\n##### e\n###### f", ["h2", "h3", "h4", "h5", "h6", "h6"]),
    ],
)
def test_to_html_keeps_the_outline_without_a_gap(written, shown):
    assert re.findall(r"<(h\d)>", to_html(written)) == shown


def test_to_html_starts_the_outline_where_the_page_says():
    assert "<h4>" in to_html("# a", top=4)


def test_to_html_turns_a_picture_into_a_link():
    rel = 'rel="nofollow noopener"'
    assert to_html("![build](https://ci.example/b.svg)") == (
        f'<p><a href="https://ci.example/b.svg" {rel}>build</a></p>\n'
    )
    assert to_html('<img src="https://e.example/a.png">').strip() == (
        f'<a href="https://e.example/a.png" {rel}>a.png</a>'
    )


def test_to_html_keeps_a_linked_picture_one_link():
    assert to_html("[![build](https://ci.example/b.svg)](https://ci.example/)") == (
        '<p><a href="https://ci.example/" rel="nofollow noopener">build</a></p>\n'
    )


def test_to_html_marks_table_heads_and_aligns_by_class():
    markup = to_html("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<th scope="col">b</th>' in markup
    assert '<td class="right">2</td>' in markup


def test_to_html_drops_addresses_relative_to_another_place():
    assert "href" not in to_html("[x](./README.md) [y](/etc) [z](#top)")


def test_to_html_shows_a_huge_text_as_it_was_written():
    huge = "# <b>" + "字" * 70_000
    assert to_html(huge) == f"<pre># &lt;b&gt;{'字' * 70_000}</pre>"
    assert to_html("# " + "字" * 60_000).startswith("<h2>")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://gitee.com/a/b/", "gitee.com/a/b"),
        ("http://example.org:8080/x?y=1", "example.org/x"),
        ("javascript:alert(1)", ""),
        ("//example.org/x", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_shown_address_is_host_and_path(url, shown):
    assert text.shown_address(url) == shown


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("甲小组做大模型。也做别的。", "甲小组做大模型。"),
        ("**甲** [小组](https://e.example)\n做事。", "甲 小组 做事。"),
        ("We build v1.2 of it. And more.", "We build v1.2 of it."),
        ("# 标题\n\n正文一句。", "正文一句。"),
        ("no full stop", "no full stop"),
        ("", ""),
    ],
)
def test_first_sentence_is_plain_text(description, sentence):
    assert text.first_sentence(description) == sentence


# ── names of headings ─────────────────────────────────────────────────────────────────────────
def test_to_html_names_headings_only_when_asked():
    assert to_html("# 行动项", top=3) == "<h3>行动项</h3>\n"
    assert to_html("# 行动项", top=3, named=True) == '<h3 id="text-行动项">行动项</h3>\n'


HEADED = ["# 甲\n", "甲\n===\n", "* # 甲\n", "> ## [甲](x)\n", "\n", "词 ", "```\n"]


def names_in(markup):
    return re.findall(r'<h\d id="([^"]*)"', markup)


@given(st.lists(st.sampled_from(HEADED)))
def test_to_html_names_the_headings_that_passages_link_to(parts):
    written = "".join(parts)
    assert names_in(to_html(written, named=True)) == [one.name for one in headings_of(written)]


@given(st.lists(st.sampled_from([*ATTACKS, *HEADED])))
def test_to_html_gives_each_name_at_most_once_and_no_other(parts):
    """Raw HTML with an open quote hides what follows, headings too."""
    written = "".join(parts)
    names = names_in(to_html(written, named=True))
    assert len(set(names)) == len(names)
    assert set(names) <= {one.name for one in headings_of(written)}


def test_to_html_lets_raw_html_neither_invent_nor_double_an_id():
    raw = '<h2 id="content" title="<">x</h2>\n\n<h2 id=text-a title="<">y</h2>\n\n<p id=text-a>z</p>\n'
    markup = to_html(f"# A\n\n{raw}", named=True)
    assert re.findall(r'id="([^"]*)"', markup) == ["text-a"]
    assert 'id="' not in to_html(raw, named=True)
