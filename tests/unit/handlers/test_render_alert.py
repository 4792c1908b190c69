"""An alert as its editor and its readers see it."""

from __future__ import annotations

import pytest

from handlers.keyboards import Alert, AlertCountry, decode
from handlers.render_alert import (
    AlertText,
    Pace,
    parse_alert,
    render_alert,
    render_preview,
    render_progress,
)
from handlers.texts import LANGUAGES, Texts
from news.model import Audience, Broadcast, BroadcastState, Lane, Message, Progress
from tests.unit.handlers.builders import NOW
from tests.unit.handlers.referee import check, parse

READERS = Audience(12480, {"en": 1000, "kk": 1480, "ru": 10000})


def shown(message: Message) -> str:
    check(message)
    return parse(message.html).text


def labels(message: Message) -> list[list[str]]:
    return [[one.text for one in row] for row in message.buttons]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("Road closed.", AlertText("Road closed."), id="plain"),
        pytest.param(
            "Road closed.\nUntil 18:00.\nru: Дорога закрыта.\nДо 18:00.\nKK: Жол жабық.",
            AlertText("Road closed.\nUntil 18:00.", {"ru": "Дорога закрыта.\nДо 18:00.", "kk": "Жол жабық."}),
            id="translations",
        ),
        pytest.param(
            "ru: Дорога закрыта.",
            AlertText("Дорога закрыта.", {"ru": "Дорога закрыта."}),
            id="only-a-translation",
        ),
        pytest.param("Note: not a language", AlertText("Note: not a language"), id="not-a-language"),
        pytest.param("  ", AlertText(""), id="nothing"),
    ],
)
def test_what_an_editor_types(typed: str, expected: AlertText) -> None:
    assert parse_alert(typed) == expected


def test_each_reader_gets_a_translation_or_the_text() -> None:
    alert = AlertText("Road <closed>.", {"ru": "Дорога закрыта."})
    messages = render_alert(alert, ("KZ", "KG"), _texts())
    assert set(messages) == {*LANGUAGES, ""}
    assert messages[""] == messages["en"]
    assert (
        messages["ru"][0].html
        == "🔔 <b>Казахстан, " + _texts().of("ru").country("KG") + "</b>\nДорога закрыта."
    )
    assert messages["kk"][0].html.endswith("\nRoad &lt;closed&gt;.")


def test_a_correction_says_so() -> None:
    [message] = render_alert(AlertText("Road open."), (), _texts(), is_correction=True)["en"]
    assert shown(message) == "🔔 all countries\nRoad open.\n(corrected)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_alert_fits(language: str, texts: Texts) -> None:
    alert = AlertText("😀" * 5000)
    countries = ("KZ", "UZ", "KG", "TJ", "TM", "RU", "CN", "AF", "AZ", "TR", "IR", "MN")
    check(render_alert(alert, countries, texts, is_correction=True)[language][0])


def test_the_preview_as_in_the_look(texts: Texts) -> None:
    alert = AlertText("Border crossing closed until 18:00 after a rockslide.")
    message = render_preview(12, alert, ("KZ", "KG"), READERS, texts, rate=28)
    assert shown(message) == (
        "Preview · 🇰🇿 🇰🇬 · 12,480 readers · about 7 min\n"
        "────────\n"
        "🔔 Kazakhstan, Kyrgyzstan\n"
        "Border crossing closed until 18:00 after a rockslide.\n"
        "────────\n"
        "ru, kk: no translation given, the text above will be sent."
    )
    assert labels(message)[-3:] == [["Send to 12,480"], ["Edit", "Cancel"], ["Quiet hours: hold ▾"]]
    assert [decode(one.data or "") for row in message.buttons[-3:] for one in row] == [
        Alert("send", 12),
        Alert("edit", 12),
        Alert("cancel", 12),
        Alert("pierce", 12),
    ]
    assert labels(message)[0][:3] == ["🇰🇿 ✓", "🇰🇬 ✓", "🇺🇿"]
    assert decode(message.buttons[0][0].data or "") == AlertCountry(12, False, ("KZ",))
    assert decode(message.buttons[0][2].data or "") == AlertCountry(12, True, ("UZ",))


def test_translated_languages_and_sleepers_are_told(texts: Texts) -> None:
    alert = AlertText("Road closed.", {"ru": "Дорога закрыта.", "kk": "Жол жабық."})
    message = render_preview(12, alert, (), Audience(3, {"en": 1, "ru": 1, "kk": 1}, quiet=1), texts, rate=28)
    text = shown(message)
    assert text.startswith("Preview · all countries · 3 readers · about 1 s")
    assert "no translation" not in text
    assert "🔕 1 of them has quiet hours now and gets it afterwards." in text


def test_the_preview_of_an_alert_that_wakes_its_readers(texts: Texts) -> None:
    readers = Audience(3, {"en": 3}, quiet=2)
    message = render_preview(12, AlertText("x"), (), readers, texts, rate=28, pierces_quiet=True)
    assert "🔕 2 of them have quiet hours now and get it all the same." in shown(message)
    assert labels(message)[-1] == ["Quiet hours: at once ▾"]
    assert decode(message.buttons[-1][0].data or "") == Alert("hold", 12)


def test_readers_of_the_editors_language_need_no_translation(texts: Texts) -> None:
    message = render_preview(12, AlertText("Road closed."), ("KZ",), Audience(1, {"en": 1}), texts, rate=28)
    assert "no translation" not in shown(message)
    assert "1 reader ·" in shown(message)


@pytest.mark.parametrize(
    ("state", "progress", "pace", "expected", "buttons"),
    [
        pytest.param(
            BroadcastState.SENDING,
            Progress(12480, waiting=8233, sent=4210, gone=37),
            Pace(150, 28.2),
            "Sending · 4,210 of 12,480 · 28/s · 5 min left · 37 blocked",
            [["Stop"]],
            id="sending",
        ),
        pytest.param(
            BroadcastState.SENDING,
            Progress(10, waiting=10),
            Pace(),
            "Sending · 0 of 10 · 0/s · … left · 0 blocked",
            [["Stop"]],
            id="standing-still",
        ),
        pytest.param(
            BroadcastState.SENT,
            Progress(12480, sent=12401, gone=79),
            Pace(444),
            "Sent to 12,401 · 79 gone · 0 unknown · 7 min 24 s",
            [["Correct", "Retract"]],
            id="sent",
        ),
        pytest.param(
            BroadcastState.SENDING,
            Progress(10, sent=5, held=3, broken=2),
            Pace(),
            "Sent to 5 · 0 gone · 0 unknown · 2 refused · 3 held for quiet hours",
            [["Correct", "Retract"]],
            id="the-rest-sleeps",
        ),
        pytest.param(
            BroadcastState.STOPPED,
            Progress(10, sent=5, cancelled=5),
            Pace(),
            "Stopped. Sent to 5 · 0 gone · 0 unknown",
            [["Correct", "Retract"]],
            id="stopped",
        ),
        pytest.param(
            BroadcastState.DRAFT, Progress(), Pace(), "#1 is a draft. Nothing was sent.", [], id="draft"
        ),
        pytest.param(
            BroadcastState.CANCELLED,
            Progress(),
            Pace(),
            "#1 was thrown away. Nothing was sent.",
            [],
            id="cancelled",
        ),
        pytest.param(BroadcastState.RETRACTED, Progress(), Pace(), "#1 was retracted.", [], id="retracted"),
    ],
)
def test_progress(
    texts: Texts,
    state: BroadcastState,
    progress: Progress,
    pace: Pace,
    expected: str,
    buttons: list[list[str]],
) -> None:
    message = render_progress(Broadcast(1, Lane.ALERT, state, {}, (), NOW), progress, texts, pace)
    assert shown(message) == expected
    assert labels(message) == buttons


def _texts() -> Texts:
    return Texts(_Names())


class _Names:
    """A few names, so that the expected text stands in the test."""

    def country_name(self, code: str, language: str) -> str:
        return {"KZru": "Казахстан", "KGru": "Кыргызстан"}.get(code + language, code)
