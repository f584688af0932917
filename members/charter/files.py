"""Charter files from disk: regular files of bounded size in UTF-8, or an error that says why not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .facts import OWNERS, README, README_EN, SIG_INFO, CharterError


@dataclass(frozen=True)
class SourceFile:
    """A file's text with line ends as `\\n`, and as it stands in it; `sha256` is of its bytes."""

    path: str
    kind: str
    text: str
    sha256: str
    raw: str = ""


def kind_of(path: Path) -> str | None:
    """What a file is by its name: README*.md, sig-info.yaml or OWNERS; else None."""
    name = path.name.lower()
    if name in ("owners", "owners.yaml"):
        return OWNERS
    if name in ("sig-info.yaml", "sig-info.yml", "sig_info.yaml"):
        return SIG_INFO
    if name.startswith("readme") and name.endswith(".md"):
        language = name[len("readme") : -len(".md")].strip("._-")
        return README_EN if language in ("en", "en-us", "en_us") else README
    return None


def read(path: Path, *, kind: str | None, max_bytes: int) -> SourceFile:
    """One file. Raises CharterError: missing, no regular file, too large, not UTF-8, NUL, unknown kind."""
    file = str(path)
    kind = kind or kind_of(path)
    if kind is None:
        raise CharterError(
            file, "not a README*.md, sig-info.yaml or OWNERS by its name; say which with --as KIND"
        )
    data = _bytes(path, file, max_bytes)
    text = decode(data, file)
    return SourceFile(file, kind, text, hashlib.sha256(data).hexdigest(), data.decode("utf-8"))


def _bytes(path: Path, file: str, max_bytes: int) -> bytes:
    if path.is_symlink():
        raise CharterError(file, "a symbolic link; name the file it leads to")
    if path.is_dir():
        raise CharterError(file, "a directory; name the files in it")
    try:
        if not path.exists():
            raise CharterError(file, "there is no such file")
        if not path.is_file():
            raise CharterError(file, "not a regular file")
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise CharterError(file, f"cannot be read: {error.strerror}") from error
    if len(data) > max_bytes:
        raise CharterError(file, f"larger than {max_bytes:,} bytes, no charter file is")
    return data


def decode(data: bytes, file: str) -> str:
    """Text of UTF-8 bytes, with or without a byte order mark. Raises CharterError with byte and line."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CharterError(file, "UTF-16; save it as UTF-8", 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte {error.start} (0x{data[error.start]:02x})"
        raise CharterError(file, f"not UTF-8 at {byte}{_gbk_hint(data)}", line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CharterError(file, "a NUL character; this is no text file", line)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _gbk_hint(data: bytes) -> str:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "; save it as UTF-8"
    return "; it reads as GBK: convert it, iconv -f GBK -t UTF-8"
