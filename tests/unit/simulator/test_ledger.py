from __future__ import annotations

from simulator.ledger import Ledger, digest_of

READER = 5_100_000_001


def filled(count: int, **options: int | bool) -> Ledger:
    ledger = Ledger(**options)  # type: ignore[arg-type]
    for number in range(count):
        ledger.accept(100.0 + number, "sendMessage", READER, number + 1, f"text {number}")
    return ledger


def test_entries_come_back_as_they_were_accepted() -> None:
    [first, second] = filled(2)

    assert (first.number, first.time, first.method, first.chat_id) == (0, 100.0, "sendMessage", READER)
    assert (second.number, second.message_id, second.text) == (1, 2, "text 1")
    assert second.digest == digest_of("text 1")


def test_reading_goes_on_where_it_stopped() -> None:
    ledger = filled(5)

    assert [entry.number for entry in ledger.entries(start=1, limit=2)] == [1, 2]
    assert [entry.number for entry in ledger.entries(start=3)] == [3, 4]
    assert list(ledger.entries(start=9)) == []


def test_texts_need_not_be_kept() -> None:
    [entry] = filled(1, keep_texts=False)

    assert entry.text is None
    assert entry.digest == digest_of("text 0")


def test_lost_and_doubled_are_counted_by_chat_and_text() -> None:
    ledger = filled(2)
    ledger.accept(1.0, "sendMessage", READER, 9, "text 0")
    ledger.accept(1.0, "sendMessage", READER + 1, 9, "text 0")
    ledger.accept(1.0, "editMessageText", READER, 9, "text 1")

    copies = ledger.copies()

    assert copies[READER, digest_of("text 0")] == 2
    assert copies[READER, digest_of("text 1")] == 1
    assert copies[READER + 1, digest_of("text 0")] == 1
    assert copies[READER, digest_of("never sent")] == 0


def test_beyond_its_bound_the_oldest_are_dropped_and_counted() -> None:
    ledger = filled(25, max_entries=20)

    assert ledger.dropped + len(ledger) == 25
    assert len(ledger) <= 20
    assert [entry.number for entry in ledger] == list(range(ledger.dropped, 25))
    assert [entry.text for entry in ledger.entries(start=24)] == ["text 24"]


def test_refusals_are_kept_and_counted_by_code() -> None:
    ledger = Ledger()
    ledger.refuse(5.0, "sendMessage", READER, 429)
    ledger.refuse(6.0, "sendMessage", READER, 429)
    ledger.refuse(7.0, "getChat", READER, 400)

    assert ledger.refused == {429: 2, 400: 1}
    assert [(refusal.time, refusal.code) for refusal in ledger.refusals] == [
        (5.0, 429),
        (6.0, 429),
        (7.0, 400),
    ]


def test_clearing_forgets_everything() -> None:
    ledger = filled(3)
    ledger.refuse(5.0, "sendMessage", READER, 429)

    ledger.clear()

    assert (len(ledger), len(ledger.refusals), ledger.refused.total()) == (0, 0, 0)
