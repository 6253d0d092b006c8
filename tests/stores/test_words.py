"""What is a word, in any script: a text and a search always agree about it."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentkit.providers.store import Append, FindIncidents
from incidentkit.providers.words import LONGEST_WORD, is_said, words_in
from tests.stores.kinds import Home
from tests.stores.samples import INC_1, declared

TEXTS: dict[str, tuple[str, frozenset[str]]] = {
    "Turkish": ("İstanbul ISPARTA \u0131l\u0131k", frozenset({"istanbul", "isparta", "\u0131l\u0131k"})),
    "Lithuanian": ("I\u0307\u0301 i\u0307\u0301", frozenset({"í"})),
    "Vietnamese": ("Đường truyền bị đứt", frozenset({"đường", "truyền", "bị", "đứt"})),
    "accents": ("CAFE\u0301 café x\u0302y", frozenset({"café", "x\u0302y"})),
    "Greek": ("ΟΔΟΣ οδος Τεχνικός", frozenset({"οδοσ", "τεχνικόσ"})),
    "Hebrew": ("שָׁלוֹם עולם", frozenset({normalize("NFKC", "שָׁלוֹם"), "עולם"})),
    "Arabic": ("الخادِم مُعطَّل", frozenset({"الخادِم", normalize("NFKC", "مُعطَّل")})),
    "Persian": ("نمی\u200cشود", frozenset({"نمیشود"})),
    "Hindi": ("हिन्दी में त्रुटि", frozenset({"हिन्दी", "में", "त्रुटि"})),
    "Tamil": ("சேவை நிறுத்தம்", frozenset({"சேவை", "நிறுத்தம்"})),
    "Thai": ("เซิร์ฟเวอร์ล่ม", frozenset({"เซิร์ฟเวอร์ล่ม"})),
    "Khmer": ("សេវា\u200bកម្ម", frozenset({"សេវា", "កម្ម"})),
    "Burmese": ("ဆာဗာ", frozenset({"ဆာဗာ"})),
    "Korean": (normalize("NFD", "결제 서버"), frozenset({"결제", "서버"})),
    "Japanese": ("ﾃﾞｰﾀ 葛\U000e0100城 か\u3099", frozenset({"データ", "葛城", "が"})),
    "German": ("Straße STRASSE Pay\u00adment", frozenset({"strasse", "payment"})),
    "signs": (
        "data_base, -5 % & C++ ❤\ufe0f 1\ufe0f\u20e3 \u0301x\u0301",
        frozenset({"data", "base", "5", "c", "1", "x\u0301"}),
    ),
    "none": ("\u0301 \u200d \ufe0f _ 🚨", frozenset()),
}
"""Texts, and the words that they have."""


@pytest.mark.parametrize("script", TEXTS)
def test_words_are_whole_in_every_script(script: str) -> None:
    text, words = TEXTS[script]
    assert words_in(text) == words


@pytest.mark.parametrize(
    ("said", "sought"),
    [
        ("Users in İstanbul see errors", "istanbul"),
        ("Users in İstanbul see errors", "İSTANBUL"),
        ("Users in istanbul see errors", "İstanbul"),
        ("Users in ISTANBUL see errors", "i\u0307stanbul"),
        ("Cafe\u0301 zu", "café"),
        ("Café zu", "CAFE\u0301"),
        ("हिन्दी में त्रुटि", "हिन्दी"),
        ("हिन्दी में त्रुटि", "हि"),
        ("เซิร์ฟเวอร์ล่ม", "เซิร์ฟ"),
        ("نمی\u200cشود", "نمیشود"),
        ("नी", "न"),
    ],
)
def test_what_was_said_is_found_however_it_is_written(place: Home, said: str, sought: str) -> None:
    events = declared(title=said).timeline.events
    place.store.append(Append(incident=INC_1, events=events, expected_version=0))
    assert place.store.find(FindIncidents(text=sought, limit=1)) == (INC_1,)
    assert place.store.find(FindIncidents(text=f"{sought} elsewhere", limit=1)) == ()


def test_a_mark_makes_another_word_of_it(place: Home) -> None:
    events = declared(title="की x\u0302 \u0131l\u0131k").timeline.events
    place.store.append(Append(incident=INC_1, events=events, expected_version=0))
    for other in ("का", "x\u0303", "i", "ki"):
        assert place.store.find(FindIncidents(text=other, limit=1)) == ()


ODD = " _-İ\u0131\u017fẞΐ\u0345\u0307\u0323\u200b\u3099ﾞ"
MARKED = st.text(st.characters(categories=["L", "N", "M", "Cf"]) | st.sampled_from(ODD))


@given(st.text() | MARKED)
@example("İ\u0323")
@example("ᾳ\u0301")
@example("e\u200d\u0301")
@example("a" * (LONGEST_WORD - 1) + "e\u0302\u0323b")
def test_each_word_of_a_text_is_found_by_itself_and_by_the_whole_text(text: str) -> None:
    words = words_in(text)
    assert is_said(words_in(text), words)
    for word in words:
        assert 0 < len(word) <= LONGEST_WORD
        assert words_in(word) == {word}


@given(st.text() | MARKED)
def test_no_letter_or_digit_is_lost(text: str) -> None:
    letters = {letter for letter in text if letter.isalnum() and letter.isascii()}
    assert {*"".join(words_in(text))} >= {letter.lower() for letter in letters} or len(text) > LONGEST_WORD


@given(st.text() | MARKED)
def test_how_a_letter_is_composed_does_not_matter(text: str) -> None:
    assert words_in(normalize("NFC", text)) == words_in(normalize("NFD", text))
