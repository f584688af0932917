"""Only regular UTF-8 files of bounded size are read; every refusal names the file and the reason."""

import pytest

from members.charter.facts import CharterError
from members.charter.files import kind_of, read


def refused(path, kind="owners", max_bytes=1000):
    with pytest.raises(CharterError) as error:
        read(path, kind=kind, max_bytes=max_bytes)
    assert str(error.value).startswith(str(path))
    return str(error.value)[len(str(path)) :]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("README.md", "readme"),
        ("readme.md", "readme"),
        ("README_en.md", "readme-en"),
        ("README.en.md", "readme-en"),
        ("README_zh.md", "readme"),
        ("sig-info.yaml", "sig-info"),
        ("OWNERS", "owners"),
        ("notes.md", None),
        ("README", None),
    ],
)
def test_kind_of_goes_by_the_name(tmp_path, name, kind):
    assert kind_of(tmp_path / name) == kind


def test_read_gives_text_with_plain_line_ends(tmp_path):
    path = tmp_path / "OWNERS"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read(path, kind=None, max_bytes=100).text == "a\nb\nc\n"


def test_read_names_byte_and_line_of_a_wrong_encoding_and_hints_at_gbk(tmp_path):
    path = tmp_path / "OWNERS"
    path.write_bytes("approvers:\n- 蓝溪\n".encode("gbk"))
    assert refused(path) == (
        ":2: not UTF-8 at byte 13 (0xc0); it reads as GBK: convert it, iconv -f GBK -t UTF-8"
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a\n\xff\x00\xff", ":2: not UTF-8 at byte 2 (0xff); save it as UTF-8"),
        ("a".encode("utf-16"), ":1: UTF-16; save it as UTF-8"),
        (b"a\nb\0c", ":2: a NUL character"),
        (b"x" * 1001, ": larger than 1,000 bytes"),
    ],
)
def test_read_refuses_what_is_no_charter_text(tmp_path, data, told):
    path = tmp_path / "OWNERS"
    path.write_bytes(data)
    assert refused(path).startswith(told)


def test_read_accepts_exactly_the_limit(tmp_path):
    path = tmp_path / "OWNERS"
    path.write_bytes(b"x" * 1000)
    assert len(read(path, kind=None, max_bytes=1000).text) == 1000


def test_read_refuses_what_is_no_regular_file(tmp_path):
    target = tmp_path / "real"
    target.write_text("x")
    link = tmp_path / "OWNERS"
    link.symlink_to(target)
    assert "symbolic link" in refused(link)
    assert "a directory" in refused(tmp_path)
    assert "no such file" in refused(tmp_path / "absent")


def test_read_does_not_wait_for_a_pipe(tmp_path):
    import os

    path = tmp_path / "OWNERS"
    os.mkfifo(path)
    assert "not a regular file" in refused(path)


def test_read_asks_for_the_kind_of_an_unknown_name(tmp_path):
    path = tmp_path / "people.txt"
    path.write_text("x")
    assert "--as KIND" in refused(path, kind=None)
    assert read(path, kind="owners", max_bytes=10).kind == "owners"
