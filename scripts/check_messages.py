"""The English catalogue is complete: every Chinese text in the code has its English, and no more.

python -m scripts.check_messages            names what is missing, unsure or left over
python -m scripts.check_messages --update   collects the texts into locale/ (make messages)
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SOURCES = ["sigportal", "meetings", "reviews", "members", "gitee", "ledger", "templates"]
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
CHINESE = re.compile(r"[\u3400-\u9fff]")
TWO_LATIN_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|\{[^}]*\}")
# The language's own name is written in that language.
STAYS_CHINESE = {"简体中文"}
SAYS_ITS_LANGUAGE = re.compile(r"<[^>]*\blang=\"zh")
# Django renders it when nothing else works, without a request: both languages stand in it.
BILINGUAL = {Path("templates/500.html"), Path("templates/503.html")}

TRANSLATED = re.compile(
    r"{%-?\s*comment\b.*?endcomment\s*%}|{#.*?#}"
    r"|{%\s*(?:blocktranslate|blocktrans)\b.*?{%\s*end(?:blocktranslate|blocktrans)\s*%}"
    r"|{%\s*(?:translate|trans)\b.*?%}|_\((?:\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)


# ── what the code says ────────────────────────────────────────────────────────────────────────
def extract(sources: Path, into: Path) -> polib.POFile:
    """The texts that Django's makemessages finds in the sources, in a catalogue of a copy."""
    for name in SOURCES:
        if (sources / name).is_dir():
            shutil.copytree(sources / name, into / name, ignore=shutil.ignore_patterns("*.pyc"))
    (into / "locale").mkdir()
    make_messages(into)
    catalogue = into / CATALOGUE
    return polib.pofile(str(catalogue)) if catalogue.exists() else polib.POFile()


def make_messages(folder: Path) -> None:
    ignored = [word for name in (".venv", "var", "tests", "scripts") for word in ("-i", name)]
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en", "-v", "0"]
    command += ["--add-location", "file", *ignored]
    subprocess.run(command, cwd=folder, env=environ, check=True)


# ── what is wrong ─────────────────────────────────────────────────────────────────────────────
Key = tuple[str | None, str]


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def faults(wanted: polib.POFile, found: polib.POFile) -> Iterator[str]:
    """Every disagreement between the texts in the code and the catalogue, one line each."""
    texts = {key(entry): entry for entry in wanted if not entry.obsolete}
    known = {key(entry): entry for entry in found if not entry.obsolete}
    for name, entry in texts.items():
        where = f"{entry.msgid!r} ({_places(entry)})"
        if name not in known:
            yield f"missing: {where}"
        if not CHINESE.search(entry.msgid) and TWO_LATIN_WORDS.search(_words(entry.msgid)):
            yield f"message id is not Chinese: {where}"
    for name, entry in known.items():
        if name not in texts:
            yield f"no longer in the code: {entry.msgid!r}"
        else:
            yield from _faults_of(entry)
    yield from (f"obsolete: {entry.msgid!r}" for entry in found.obsolete_entries())


def _faults_of(entry: polib.POEntry) -> Iterator[str]:
    answers = list(entry.msgstr_plural.values()) or [entry.msgstr]
    if entry.fuzzy:
        yield f"fuzzy: {entry.msgid!r}"
    elif not all(answers):
        yield f"untranslated: {entry.msgid!r}"
    elif entry.msgid not in STAYS_CHINESE and any(map(CHINESE.search, answers)):
        yield f"English with Chinese in it: {entry.msgid!r}"


def _places(entry: polib.POEntry) -> str:
    return ", ".join(path for path, _line in entry.occurrences) or "place unknown"


def _words(text: str) -> str:
    return PLACEHOLDER.sub("", text)


def format_faults(catalogue: Path) -> list[str]:
    """What msgfmt finds: placeholders that differ between a text and its translation."""
    command = [str(BIN / "msgfmt"), "--check", "-o", os.devnull, str(catalogue)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines() if done.returncode else []


def untagged(sources: Path) -> Iterator[str]:
    """Chinese in a template outside of every translate tag: the English page would show it."""
    for path in sorted(sources.rglob("templates/**/*.html")):
        place = path.relative_to(sources)
        if ".venv" in place.parts or place in BILINGUAL:
            continue
        text = TRANSLATED.sub(lambda found: "\n" * found[0].count("\n"), path.read_text())
        for number, line in enumerate(text.splitlines(), 1):
            if CHINESE.search(line) and not SAYS_ITS_LANGUAGE.search(line):
                yield f"not marked for translation: {place}:{number}: {line.strip()}"


def check(root: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as copy:
        wanted = extract(root, Path(copy))
    catalogue = root / CATALOGUE
    found = polib.pofile(str(catalogue)) if catalogue.exists() else polib.POFile()
    problems = [*faults(wanted, found), *untagged(root)]
    return problems + (format_faults(catalogue) if catalogue.exists() else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    if parser.parse_args().update:
        make_messages(ROOT)
        return 0
    problems = check(ROOT)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} faults in {CATALOGUE}; make messages collects the texts")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
