"""Attribution by rules, each on a gazetteer small enough to read in the test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from news.attribute import attribute
from news.gazetteer import Gazetteer, load_gazetteer
from tests.unit.news.small_gazetteer import small_gazetteer

TABLE = """\
KZ	name	en:Kazakhstan ; ru:Казахстан ; kk:Қазақстан ; ky:Казакстан
KZ	adjective	en:Kazakh ; ru:казахский ; kk:~қазақ
KZ	leader	en:Tokayev ; ru:Токаев
KG	name	en:Kyrgyzstan ; ru:Кыргызстан ; ky:Кыргызстан
KG	abbreviation	ru:"КР"
JP	name	en:Japan ; ru:Япония ; ky:Япония
US	name	en:United States|"US"|~America ; ru:"США"
US	region	en:Texas
US	region	en:Georgia	with:Atlanta
GE	name	en:Georgia	without:Atlanta
FR	capital	en:Paris ; ru:Париж
JO	name	en:~Jordan ; ru:Иордания
TG	name	ru:~Того
RU	adjective	en:Russian ; ru:русский|российский
UZ	demonym	ru:~узбек ; uz:~o'zbek
KZ+RU	landmark	en:Baikonur
KZ	currency	ru:тенге
-	organisation	en:"NATO"|United Nations
-	source	en:Reuters|Paris Match
-	blocker	en:Turkey Point
TR	name	en:Turkey
KZ+KG	group	en:Central Asia
JP	name	*:🇯🇵
UA	city	ru:Тенге	with:Дрон
US	company	en:Ford
-	cue-vehicle	en:Ford
-	cue-crash	en:crashed
SA	city	ru:Мадина
BY	club	ru:~Гранит
-	cue-place	en:in|from ; ru:в
-	cue-language	en:language ; ru:язык
-	cue-language-preposition	en:in ; ru:на
-	cue-ethnic	en:ethnic ; ru:этнический
-	cue-first-name	en:"Jordan"
-	cue-first-name	en:"Michael"
-	cue-surname	en:"Jordan"|"Peterson"
-	cue-media	ru:СМИ
-	cue-report	ru:сообщили
-	cue-civic	ru:граница ; uz:chegarasi
-	cue-own	en:president|prime minister ; ru:президент ; ky:президент
-	cue-domestic	en:school|court ; ru:школа
-	cue-global	en:scientists ; ru:учёный
"""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return small_gazetteer(TABLE)


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        pytest.param("Kazakhstan builds a road", {"KZ"}, id="a name counts"),
        pytest.param("kazakhstan builds a road", {"KZ"}, id="a text without capitals may write names small"),
        pytest.param("He lives in kazakhstan", set(), id="a proper name needs its capital"),
        pytest.param("В Казахстане потеплело", {"KZ"}, id="Russian case"),
        pytest.param("Казахстанские горы", set(), id="a stem alone is no word"),
        pytest.param("Қазақстандық студент", {"KZ"}, id="from there, in Kazakh, written small or not"),
        pytest.param("Бир казакстандык келди", {"KZ"}, id="from there, in Kyrgyz, written small"),
        pytest.param("Japan and Kazakhstan sign", {"JP", "KZ"}, id="both ends of a relation"),
        pytest.param("Rocket leaves Baikonur", {"KZ", "RU"}, id="one name, two countries"),
        pytest.param(
            "Tenants of Paris Match celebrate",
            set(),
            id="a longer name that gives no country hides the shorter",
        ),
        pytest.param("Fire at Turkey Point plant", set(), id="a homonym of two words wins"),
        pytest.param("NATO meets", set(), id="an organisation gives none"),
        pytest.param("Central Asia needs water", set(), id="a region gives none"),
        pytest.param("Aid comes to us", set(), id="an abbreviation is met as written"),
        pytest.param("Aid comes from US", {"US"}, id="an abbreviation in capitals counts"),
        pytest.param("Paris, Texas, gets rain", {"US"}, id="the state says which Paris"),
        pytest.param("Paris, Japan agree", {"FR", "JP"}, id="a country after a comma settles nothing"),
        pytest.param("Storm over Georgia", {"GE"}, id="a homonym without context is the country"),
        pytest.param("Storm over Georgia floods Atlanta", {"US"}, id="a homonym with context is the state"),
        pytest.param("Talks held in America today", {"US"}, id="a doubtful name after a preposition"),
        pytest.param("Jordan Peterson speaks", set(), id="a first name before a known surname"),
        pytest.param("Jordan Whitfield speaks", set(), id="a first name before an unknown capitalised word"),
        pytest.param("Jordan closes border", {"JO"}, id="the same word as a country"),
        pytest.param("Shoes of Michael Jordan sold", set(), id="a surname after a first name"),
        pytest.param("Того не ждали", set(), id="a plain word at the start of a sentence"),
        pytest.param("Власти Того молчат", {"TG"}, id="the same word with a capital inside a sentence"),
        pytest.param("В Того жарко", {"TG"}, id="the same word after a preposition"),
        pytest.param("Учит русский язык", set(), id="a language gives none"),
        pytest.param("Выпущено на русском", set(), id="a language after its preposition"),
        pytest.param("Published in Russian, sold out", set(), id="a language in English before a comma"),
        pytest.param("Живёт на русском севере", {"RU"}, id="the same adjective before a noun counts"),
        pytest.param("Ethnic Russian villages", set(), id="an ethnic group gives none"),
        pytest.param("Российские СМИ сообщили о снеге", set(), id="press that only reports gives none"),
        pytest.param("Российские СМИ оштрафованы", {"RU"}, id="press that the story is about counts"),
        pytest.param("Узбек нашёл клад", {"UZ"}, id="a people alone is its citizens"),
        pytest.param(
            "Узбек нашёл клад в Казахстане", {"KZ"}, id="a people beside another country may be a minority"
        ),
        pytest.param("O‘zbek chegarasi yopildi", {"UZ"}, id="a people before a word of state is the state"),
        pytest.param("Mazali o‘zbek oshi", set(), id="a people before a dish is a culture"),
        pytest.param("Курс тенге вырос", {"KZ"}, id="a currency counts"),
        pytest.param("KAZAKHSTAN SIGNS DEAL", {"KZ"}, id="capitals only"),
        pytest.param("HELP US PLEASE", set(), id="a short word in capitals only is no abbreviation"),
        pytest.param("Кaзахстан", {"KZ"}, id="a Latin letter inside a Cyrillic word"),
        pytest.param("🇯🇵 wins", {"JP"}, id="a flag counts"),
        pytest.param("Картины Тенге проданы", set(), id="a currency with a capital is a surname"),
        pytest.param("Дрон летит к Тенге", {"UA"}, id="unless a place is called so"),
        pytest.param("Ford crashed in Kazakhstan", {"KZ"}, id="a crashed car is no company"),
        pytest.param("Ford 150 sold", set(), id="a model is no company"),
        pytest.param("Ford builds a plant", {"US"}, id="the maker is one"),
        pytest.param("Поёт певица Мадина Ахметова", set(), id="a first name before a surname is no city"),
        pytest.param(
            "Поэт Нурлан Токаев читает", set(), id="a surname after another first name is somebody else"
        ),
        pytest.param("Клуб «Гранит» выиграл", {"BY"}, id="a plain word in quotation marks is a club"),
        pytest.param("Учит гранит науки", set(), id="the same word is a plain one elsewhere"),
        pytest.param("", set(), id="nothing gives nothing"),
        pytest.param("«»—!!!", set(), id="punctuation gives nothing"),
    ],
)
def test_countries_of_a_title(gazetteer: Gazetteer, title: str, wanted: set[str]) -> None:
    assert {clue.country for clue in attribute(gazetteer, title).countries} == wanted


@pytest.mark.parametrize(
    ("title", "source", "countries", "implied"),
    [
        pytest.param("School closed", "KZ", set(), "KZ", id="domestic story"),
        pytest.param("School closed", None, set(), None, id="nobody's story without an outlet's country"),
        pytest.param("Scientists find water", "KZ", set(), None, id="science is nobody's"),
        pytest.param(
            "Scientists visit school, court", "KZ", set(), "KZ", id="home words outweigh world words"
        ),
        pytest.param("NATO meets", "KZ", set(), None, id="an organisation is nobody's"),
        pytest.param("Kazakhstan: school closed", "KZ", {"KZ"}, None, id="named is not implied"),
        pytest.param(
            "President meets envoy of Japan", "KZ", {"JP"}, "KZ", id="our president and their envoy"
        ),
        pytest.param("President of Japan resigns", "KZ", {"JP"}, None, id="their president, office first"),
        pytest.param("Japan’s president resigns", "KZ", {"JP"}, None, id="their president, country first"),
        pytest.param("Japan’s prime minister resigns", "KZ", {"JP"}, None, id="an office of two words"),
        pytest.param("Президент Японии прилетел", "KZ", {"JP"}, None, id="their president in Russian"),
        pytest.param(
            "Президент Япониянын элчисин кабыл алды",
            "KG",
            {"JP"},
            "KG",
            id="a Turkic genitive belongs to what follows",
        ),
        pytest.param(
            "Япониянын президенти келди", "KG", {"JP"}, None, id="a Turkic country stands before its office"
        ),
        pytest.param("President Tokayev resigns", "JP", {"KZ"}, None, id="an office before its holder"),
        pytest.param("Бюджет КР вырос", "KG", {"KG"}, None, id="the outlet's own abbreviation"),
    ],
)
def test_implied_by_source(
    gazetteer: Gazetteer, title: str, source: str | None, countries: set[str], implied: str | None
) -> None:
    found = attribute(gazetteer, title, source_country=source)

    assert ({clue.country for clue in found.countries}, found.implied_by_source) == (countries, implied)


@pytest.mark.parametrize(
    ("title", "summary", "wanted"),
    [
        pytest.param(
            "He lost control",
            "The bus fell near Paris. Japan sent help.",
            {"FR"},
            id="an empty title leaves it to the summary",
        ),
        pytest.param(
            "He lost control",
            "Nobody was hurt. It was in Japan.",
            {"JP"},
            id="sentences are read until one tells",
        ),
        pytest.param(
            "Japan wins", "The match was played in Paris.", {"JP", "FR"}, id="the first sentence adds a place"
        ),
        pytest.param(
            "Japan wins", "It was close. Last year Kazakhstan won.", {"JP"}, id="background adds nothing"
        ),
        pytest.param("Japan wins", "", {"JP"}, id="no summary"),
        pytest.param(
            "Japan wins again",
            "Japan wins again. Paris was sold out.",
            {"JP"},
            id="a title that the summary repeats is its first sentence",
        ),
        pytest.param(
            "He lost control",
            "He lost control. It was in Japan.",
            {"JP"},
            id="a repeated title that tells nothing leaves it to the next sentence",
        ),
        pytest.param(
            "Он устал",
            "ПАРИЖ, 2 апр – РИА Новости. Токаев отдыхает.",
            {"KZ"},
            id="a dateline is where the reporter sat",
        ),
        pytest.param("Он устал", "Никто не знает. И мы", set(), id="a summary may say nothing as well"),
    ],
)
def test_countries_with_a_summary(gazetteer: Gazetteer, title: str, summary: str, wanted: set[str]) -> None:
    assert {clue.country for clue in attribute(gazetteer, title, summary).countries} == wanted


def test_evidence_names_words_and_rule_strongest_first(gazetteer: Gazetteer) -> None:
    found = attribute(gazetteer, "Курс тенге в Казахстане и Париже", "Токаев доволен").countries

    assert [(clue.country, clue.words, clue.rule) for clue in found] == [
        ("KZ", "Казахстане", "name of KZ"),
        ("FR", "Париже", "capital of FR"),
    ]
    assert found[0].weight > found[1].weight > 0


def test_a_doubtful_word_counts_beside_a_sure_one(gazetteer: Gazetteer) -> None:
    found = attribute(gazetteer, "Texas: America first").countries

    assert [clue.country for clue in found] == ["US"]


def test_the_outlet_decides_doubtful_words_but_not_plain_ones() -> None:
    gazetteer = small_gazetteer("KZ\tname\tkk:~Елім\nKZ\tdistrict\tkk:Үйген\n", common="Үйген")

    weak = attribute(gazetteer, "Елім гүлденсін", source_country="KZ")
    plain = attribute(gazetteer, "Үйген адам", source_country="KZ")

    assert [clue.country for clue in weak.countries] == ["KZ"]
    assert plain.countries == ()


def test_a_city_of_the_world_list_is_a_surname_after_an_unknown_word() -> None:
    gazetteer = small_gazetteer("US\tcity\ten:Houston\n", place="city:US:1")

    assert attribute(gazetteer, "Singer Whitney Houston returns home after years").countries == ()
    assert attribute(gazetteer, "Rain floods Houston streets after years").countries != ()


def test_length_is_capped_so_that_hostile_text_costs_little(gazetteer: Gazetteer) -> None:
    found = attribute(gazetteer, "a " * 100_000 + "Japan", "b " * 100_000 + "Japan")

    assert found.countries == ()


def test_same_text_same_answer_in_any_order() -> None:
    titles = ["Kazakhstan and Japan", "Japan", "Узбек нашёл клад", "US court"]
    one, other = small_gazetteer(TABLE), small_gazetteer(TABLE)

    forward = [attribute(one, title) for title in titles]
    backward = [attribute(other, title) for title in reversed(titles)]

    assert forward == backward[::-1]


def test_language_is_accepted_and_changes_nothing(gazetteer: Gazetteer) -> None:
    plain = attribute(gazetteer, "В Казахстане потеплело")

    assert attribute(gazetteer, "В Казахстане потеплело", language="ru") == plain
    assert replace(plain) == plain


def test_every_headline_of_the_first_article_is_told_apart() -> None:
    found = attribute(
        load_gazetteer(), "KTZ Spends 79 Million Tenge on Uniforms for Mangystau Depots", source_country="KZ"
    )

    assert [clue.country for clue in found.countries] == ["KZ"]
    assert found.implied_by_source is None
