"""Tokens: whatever a text holds is found by its tokens, and no tokenizer splits one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bigrams import CHARACTERS, WORDS, exact_token, fold, tokens_for, tokens_of, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("修复 Bug", "修复 bug"),
        ("ＭｉｎｄＳｐｏｒｅ　２．４", "mindspore 2.4"),
        ("  a\n\tb  ", "a b"),
        ("Straße ﬁx", "strasse fix"),
        ("a\0b", "a b"),
        ("", ""),
    ],
)
def test_fold_makes_one_width_one_case_and_single_spaces(text, folded):
    assert fold(text) == folded


def test_tokens_of_a_text_are_its_characters_and_pairs_once_each():
    assert tokens_of("修复 a1 a1") == ["u4fee", "u590d", "u4fee590d", "ba", "b1", "ba1"]


@pytest.mark.parametrize(
    ("word", "tokens"),
    [
        ("", []),
        ("图", ["u56fe"]),
        ("图算", ["u56fe7b97"]),
        ("图算融", ["u56fe7b97", "u7b97878d"]),
        ("abcd", ["bab", "bcd"]),
        ("%_", ["u0025005f"]),
    ],
)
def test_tokens_for_a_word_are_the_fewest_that_cover_it(word, tokens):
    assert tokens_for(word) == tokens


@given(st.text(max_size=60), st.data())
def test_whatever_a_text_holds_is_found_by_its_tokens(text, data):
    for word in fold(text).split():
        start = data.draw(st.integers(0, len(word) - 1))
        end = data.draw(st.integers(start + 1, len(word)))
        assert set(tokens_for(word[start:end])) <= set(tokens_of(fold(text)))


@given(st.text(max_size=60), st.text(max_size=20))
def test_tokens_are_plain_letters_and_digits_that_begin_with_a_letter(text, label):
    for token in [*tokens_of(fold(text)), exact_token("lb", label)]:
        assert token.isascii()
        assert token.isalnum()
        assert token[0].isalpha()


@given(st.text(max_size=60))
def test_fold_of_folded_text_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_words_of_a_question_are_bounded_in_number_and_length():
    assert words_of("b a b") == ["b", "a"]
    assert len(words_of(" ".join(map(str, range(50))))) == WORDS
    assert len(tokens_for("甲乙" * 500)) <= CHARACTERS


def test_exact_token_tells_values_and_kinds_apart_but_not_case_and_width():
    assert exact_token("lb", "Bug") == exact_token("lb", "ｂｕｇ")
    assert exact_token("lb", "bug") != exact_token("lb", "bugs")
    assert exact_token("lb", "bug") != exact_token("ms", "bug")
