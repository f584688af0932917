"""Index tokens of Chinese and English text, so that two characters, or one, find it on any database.

Word splitters know no Chinese and trigrams no two-character words. So each pair of neighbouring
characters, and each character, becomes a token of ASCII letters and digits alone, which every
tokenizer takes whole. Tokens only narrow down: the caller looks for the word in the folded text too.
"""

import hashlib
import unicodedata
from collections.abc import Iterator

# Beyond this many words, or characters of a word, a question is not narrowed further by its tokens.
WORDS = 8
CHARACTERS = 40


def fold(text: str) -> str:
    """The text as searching compares it: one width, one case, single spaces, no byte of zero."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.replace("\0", " ").split())


def words_of(question: str) -> list[str]:
    """The folded words of a question, each once; more than WORDS are cut off."""
    return list(dict.fromkeys(fold(question).split()))[:WORDS]


def tokens_of(folded: str) -> list[str]:
    """Every token of a folded text, each once, in order of appearance."""
    return list(dict.fromkeys(_tokens(folded)))


def tokens_for(word: str) -> list[str]:
    """The fewest tokens that a text holding this folded word must have; [] of an empty word."""
    word = word[:CHARACTERS]
    if len(word) < 2:
        return [_token(word)] if word else []
    starts = [*range(0, len(word) - 2, 2), len(word) - 2]
    return list(dict.fromkeys(_token(word[start : start + 2]) for start in starts))


def exact_token(kind: str, value: str) -> str:
    """One token for a whole value (a label, a number), whatever it holds. `kind`: two ASCII letters."""
    digest = hashlib.blake2b(fold(value).encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{kind}{digest}"


def _tokens(folded: str) -> Iterator[str]:
    for word in folded.split():
        yield from (_token(character) for character in word)
        yield from (_token(word[start : start + 2]) for start in range(len(word) - 1))


def _token(characters: str) -> str:
    """`b` before plain letters and digits, `u` before code points. A letter first: never a number."""
    if characters.isascii() and characters.isalnum():
        return f"b{characters}"
    return "u" + "".join(f"{ord(character):04x}" for character in characters)
