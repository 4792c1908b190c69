"""Tokens: forms of one word meet, different words do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.text import analyse, contains, guess_language, token, variants, words

# Language → sets of forms that must come to one token.
FORMS = [
    ("en", "pipeline pipelines Pipeline’s"),
    ("en", "resume resumes resumed resuming"),
    ("ru", "спецодежда спецодежды спецодежду спецодеждой"),
    ("ru", "рабочий рабочие рабочих рабочими"),
    ("ru", "ёлка елка ёлки елку"),
    ("kk", "мектеп мектептер мектептерде мектептің мектепке"),
    ("kk", "көмек көмегі көмекке көмегінен"),
    ("kk", "Қазақстан Қазақстанда Қазақстанның Qazaqstan Qazaqstannyñ"),
    ("kk", "өндіріс өндірісі өндірісінен ondiris"),
    ("ky", "мектеп мектептер мектептерге мектептин"),
    ("ky", "шаар шаарда шаардын шаарга"),
    ("ky", "Кыргызстандын Кыргызстанга Кыргызстанда"),
    ("uz", "Toshkent Toshkentda Toshkentdan Toshkentning Тошкент Тошкентда"),
    ("uz", "O‘zbekiston Oʻzbekistonda O'zbekistonning Ўзбекистон Ўзбекистонда ozbekiston"),
    ("uz", "maktab maktablar maktablarda мактаб мактабларга"),
    ("uz", "yurak yuragi yuragida"),
    ("tg", "китоб китобҳо китобҳои китобро"),
    ("tk", "mekdep mekdepler mekdeplerde mekdepden"),
    ("tr", "okul okullar okullarda"),
    ("kk", "газ газды газға газдың"),
    ("kk", "жол жолда жолдар жолдардың"),
    ("kk", "кітап кітабы кітаптан"),
    ("ky", "жол жолдор жолдордун жолго"),
    ("ky", "баа баасы баанын баасына"),
    ("ky", "кызматкер кызматкерлери кызматкерлердин"),
    ("uz", "gaz gazning gazga gazni"),
    ("uz", "kitob kitobi kitoblarda китобнинг"),
    ("tg", "роҳ роҳҳо роҳро"),
    ("tk", "ýol ýollar ýolda"),
]


@pytest.mark.parametrize(
    ("language", "forms"), FORMS, ids=[f"{lang}-{forms.split()[0]}" for lang, forms in FORMS]
)
def test_forms_of_a_word_meet(language: str, forms: str) -> None:
    assert len({tuple(analyse(form, language)) for form in forms.split()}) == 1


APART = [
    ("ru", "газ газета"), ("ru", "мир мировой"), ("kk", "газ газет"), ("uz", "bank bahor"), ("en", "universe union"),
    ("ky", "шаар шайлоо"), ("en", "news newt"),
    ("ky", "оору ооруканага"), ("ky", "мекен мекеменин"), ("ky", "мас маселелерди"), ("ky", "алты алтын"), ("kk", "жер жергілікті"),
    ("uz", "bosh boshqa"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "two"), APART, ids=[two for _, two in APART])
def test_different_words_stay_apart(language: str, two: str) -> None:
    one, other = two.split()
    assert analyse(one, language) != analyse(other, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Pipeline operator resumes transit", "en"),
        ("Рабочие добились спецодежды", "ru"),
        ("Газ өндірісі төмендейді және", "kk"),
        ("Кыргызстанда өкмөт жаңы", "ky"),
        ("Ўзбекистонда янги метро", "uz"),
        ("O‘zbekistonda yangi metro", "uz"),
        ("Тоҷикистон ва ҳукумати", "uz"),  # ҳ comes first; a real headline brings its language
        ("Дар Душанбе роҷеъ ба об", "tg"),
        ("Türkmençe ýurt täze", "tk"),
        ("Yağmur bekleniyor çok", "tr"),
        ("", "en"),
        ("12 345", "en"),
    ],
    ids=range(12),
)
def test_guess_language_by_letters(text: str, language: str) -> None:
    assert guess_language(text) == language


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("The price of gas", "en", ["price", "gas"], id="stop-words"),
        pytest.param("Visa в Бишкеке", "ru", ["visa", "бишкек"], id="latin-inside-russian"),
        pytest.param("Гагарин square", "en", ["гагарин", "squar"], id="cyrillic-inside-english"),
        pytest.param("В 2026 году", "ru", ["2026", "год"], id="number"),
        pytest.param("東京 2026", "ja", ["東京", "2026"], id="unknown-language"),
        pytest.param("Газ қымбат", None, ["gaz", "qymbat"], id="guessed"),
    ],
)
def test_analyse(text: str, language: str | None, expected: list[str]) -> None:
    assert analyse(text, language) == expected


@pytest.mark.parametrize(
    ("language", "forms"), FORMS, ids=[f"{lang}-{forms.split()[0]}" for lang, forms in FORMS]
)
def test_a_question_without_language_has_the_token_of_every_language(language: str, forms: str) -> None:
    for word in words(forms):
        assert token(word.folded, language) in variants(word.folded)


def test_a_stop_word_of_any_language_is_not_demanded() -> None:
    assert variants("бар") == ()  # Kazakh "there is", Russian "bar"
    assert variants("the") == ()
    assert token("бар", "ru") == "бар"


@pytest.mark.parametrize(
    ("text", "language", "asked", "expected"),
    [
        pytest.param("Цены на газ вырастут", "ru", "газа цена", True, id="all-words"),
        pytest.param("Цены на газ вырастут", "ru", "газ нефть", False, id="one-missing"),
        pytest.param("Тошкентда янги метро", "uz", "Toshkent metrosi", True, id="other-script"),
        pytest.param("Футболдан ұлттық құрама", "kk", "футбол", True, id="russian-word-in-kazakh"),
        pytest.param("Цены на газ", "ru", "the", False, id="only-stop-words"),
        pytest.param("Цены на газ", "ru", "", False, id="nothing-asked"),
        pytest.param("Цены на газ", None, "газу", True, id="language-unknown"),
    ],
)
def test_contains(text: str, language: str | None, asked: str, expected: bool) -> None:
    assert contains(text, language, asked) is expected


@given(st.text(), st.sampled_from(["en", "ru", "kk", "ky", "uz", "tg", "tk", "tr", "ja", None]))
def test_tokens_are_letters_and_digits_whatever_the_text(text: str, language: str | None) -> None:
    assert all(found.isalnum() for found in analyse(text, language))
