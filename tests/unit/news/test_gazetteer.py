"""What readers may type for a country, and the data file that everything rests on."""

from __future__ import annotations

import pytest

from news.gazetteer import Gazetteer, load_gazetteer, parse_gazetteer

CENTRAL_ASIA = ["KZ", "KG", "TJ", "TM", "UZ"]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        pytest.param("Kazakhstan", ["KZ"], id="English"),
        pytest.param("қазақстан", ["KZ"], id="Kazakh, written small"),
        pytest.param("ӨЗБЕКСТАН", ["UZ"], id="Kyrgyz, in capitals"),
        pytest.param("o'zbekiston", ["UZ"], id="Uzbek with a plain apostrophe"),
        pytest.param("Oʻzbekiston", ["UZ"], id="Uzbek with its own apostrophe"),
        pytest.param("Ўзбекистон", ["UZ"], id="Uzbek in Cyrillic letters"),
        pytest.param("Тоҷикистон", ["TJ"], id="Tajik"),
        pytest.param("Türkmenistan", ["TM"], id="Turkmen"),
        pytest.param("соединенные штаты", ["US"], id="two words"),
        pytest.param("kz", ["KZ"], id="a code, written small"),
        pytest.param("  KG ", ["KG"], id="a code among blanks"),
        pytest.param("🇰🇬", ["KG"], id="a flag"),
        pytest.param("🇽🇽", [], id="a flag of nobody"),
        pytest.param("США", ["US"], id="an abbreviation"),
        pytest.param("сша", ["US"], id="an abbreviation, written small"),
        pytest.param("Central Asia", CENTRAL_ASIA, id="a region"),
        pytest.param("центральная азия", CENTRAL_ASIA, id="a region in Russian"),
        pytest.param("Markaziy Osiyo", CENTRAL_ASIA, id="a region in Uzbek"),
        pytest.param("Kazahstan", [], id="a misspelling"),
        pytest.param("", [], id="nothing"),
        pytest.param("   ", [], id="blanks"),
        pytest.param("<script>", [], id="markup"),
        pytest.param("Kazakhstan and Japan", [], id="more than one name"),
    ],
)
def test_find_country(gazetteer: Gazetteer, typed: str, wanted: list[str]) -> None:
    assert gazetteer.find_country(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("Kazahstan", "KZ", id="a letter missing"),
        pytest.param("Узбикистан", "UZ", id="a wrong vowel"),
        pytest.param("kirgizstan", "KG", id="an older spelling"),
        pytest.param("Jpan", "JP", id="a short name"),
    ],
)
def test_the_nearest_country_is_suggested_first(gazetteer: Gazetteer, typed: str, first: str) -> None:
    found = gazetteer.suggest_countries(typed)

    assert found[0] == first
    assert len(found) <= 3
    assert len(set(found)) == len(found)


def test_nothing_is_suggested_for_noise(gazetteer: Gazetteer) -> None:
    assert gazetteer.suggest_countries("qqqqqqqq") == []
    assert gazetteer.suggest_countries("") == []


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        pytest.param("KZ", "en", "Kazakhstan", id="English"),
        pytest.param("KZ", "kk", "Қазақстан", id="Kazakh"),
        pytest.param("KG", "ky", "Кыргызстан", id="Kyrgyz"),
        pytest.param("TJ", "tg", "Тоҷикистон", id="Tajik"),
        pytest.param("TM", "tk", "Türkmenistan", id="Turkmen"),
        pytest.param("HK", "en", "Hong Kong", id="without its administrative status"),
        pytest.param("KZ", "fr", "Kazakhstan", id="English for a language that is not kept"),
        pytest.param("QQ", "en", "QQ", id="an unknown code is its own name"),
    ],
)
def test_country_name(gazetteer: Gazetteer, code: str, language: str, name: str) -> None:
    assert gazetteer.country_name(code, language) == name


def test_every_country_has_a_name_that_finds_it(gazetteer: Gazetteer) -> None:
    found = {code: gazetteer.find_country(gazetteer.country_name(code, "en")) for code in gazetteer.countries}
    lost = {code: codes for code, codes in found.items() if code not in codes}

    assert len(gazetteer.countries) >= 250
    assert lost == {}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("Пожар в Алматы", "Алматыда өрт шықты", True, id="one city in two languages"),
        pytest.param("Пожар в Алматы", "Fire in Bishkek", False, id="two cities"),
        pytest.param("Казахстан и Япония", "Цены выросли", True, id="countries and nothing are no places"),
    ],
)
def test_places_are_the_same_across_languages(
    gazetteer: Gazetteer, one: str, other: str, is_same: bool
) -> None:
    assert (gazetteer.places(one) == gazetteer.places(other)) is is_same


def test_persons_count_as_places(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.places("Токаев прилетел в Бишкек")) == 2


def test_a_file_without_the_sections_is_refused() -> None:
    with pytest.raises(ValueError, match="build one"):
        parse_gazetteer(["# nothing here"])
