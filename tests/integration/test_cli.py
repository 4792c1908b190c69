"""The command line as a stranger uses it: arguments in, text and exit status out, a real database in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main

ARTICLE = """Tashkent and Almaty agree on a night train
Photo: railway press service
The train will leave Tashkent at 21:00 and reach Almaty in the morning, Sample.kz reports.
Tickets go on sale in May.
Original Author: Nobody
Latest news
- Bishkek opens a second trolleybus depot
- Tenge firms to a three-month high
- How to choose winter tyres
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Sample</title><link>https://sample.example/</link>
<item><title>Dushanbe plants ten thousand trees</title><link>https://sample.example/1</link><guid>1</guid></item>
</channel></rss>"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def jarchi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_BOT_TOKEN", "DATABASE_URL", "ADMIN_IDS", "WEBHOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JARCHI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JARCHI_ENCODER", "none")

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main(arguments)
        except SystemExit as stopped:  # argparse
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return str(path)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_article_and_its_list_become_headlines_once(jarchi: Run, article: str):
    first = lines(jarchi("import", "--json", article)[1])
    again = lines(jarchi("import", "--json", article)[1])
    assert [(row["source"], row["found"], row["added"]) for row in first + again] == [
        ("Sample.kz", 4, 4),
        ("Sample.kz", 4, 0),
    ]


def test_lines_may_say_whose_headlines_they_are_unless_the_operator_does(jarchi: Run, tmp_path: Path):
    path = tmp_path / "many.jsonl"
    path.write_text(
        '{"title": "Osh counts its walnut trees", "source": "Walnut Daily"}\n'
        '{"title": "Naryn opens a school of eagles", "source": "24.kg"}\n'
        '{"title": "Batken dries apricots"}\n',
        encoding="utf-8",
    )
    rows = lines(jarchi("import", "--json", str(path))[1])
    again = lines(jarchi("import", "--json", "--source", "Archive", str(path))[1])
    assert [(row["source"], row["added"]) for row in rows] == [
        ("Walnut Daily", 1),
        ("24.kg", 1),
        ("many", 1),
    ]
    assert [(row["source"], row["found"]) for row in again] == [("Archive", 3)]


def test_an_unreadable_file_is_named_and_the_rest_is_imported(jarchi: Run, article: str, tmp_path: Path):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(b"\x00\x01\x02\x03" * 10)
    status, out, err = jarchi("import", "--json", str(broken), str(tmp_path / "absent"), article)
    assert status == 1
    assert [row["added"] for row in lines(out)] == [4]
    assert [line.split(":")[0] for line in err.splitlines()] == [str(broken), str(tmp_path / "absent")]


def test_a_digest_groups_by_country_in_the_order_asked(jarchi: Run, article: str):
    jarchi("import", article)
    status, out, _err = jarchi("digest", "uz", "Kyrgyzstan", "қазақстан", "--format", "json")
    told = {(row["country"], row["title"]) for row in lines(out)}
    assert status == 0
    assert told == {
        ("UZ", "Tashkent and Almaty agree on a night train"),
        ("KG", "Bishkek opens a second trolleybus depot"),
        ("KZ", "Tashkent and Almaty agree on a night train"),
        ("KZ", "Tenge firms to a three-month high"),
    }
    order = list(dict.fromkeys(row["country"] for row in lines(out)))
    assert order == ["UZ", "KG", "KZ"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("text", "Tashkent and Almaty agree on a night train", id="plain text"),
        pytest.param("html", "<b>", id="Telegram HTML"),
    ],
)
def test_a_digest_has_forms(jarchi: Run, article: str, form: str, expected: str):
    jarchi("import", article)
    assert expected in jarchi("digest", "kz", "--format", form)[1]
    assert ("<b>" in jarchi("digest", "kz", "--format", form)[1]) is (form == "html")


def test_an_unknown_country_is_wrong_use_with_a_suggestion(jarchi: Run):
    assert jarchi("digest", "Kazahstn") == (2, "", "I know no country “Kazahstn”. Did you mean Kazakhstan?\n")


def test_countries_explains_in_words(jarchi: Run):
    status, out, _err = jarchi("countries", "New workwear after complaints from Mangystau")
    assert (status, out) == (0, "KZ Kazakhstan — Mangystau: region of KZ\n")
    assert jarchi("countries", "How to choose winter tyres")[1] == "No country.\n"


def test_countries_labels_a_file(jarchi: Run, tmp_path: Path):
    path = tmp_path / "headlines.jsonl"
    path.write_text(
        '{"id": "a", "title": "Tenge falls"}\n\n{"id": "b", "title": "Winter tyres"}\n', encoding="utf-8"
    )
    assert lines(jarchi("countries", "--jsonl", str(path))[1]) == [
        {"id": "a", "countries": ["KZ"], "implied_by_source": None},
        {"id": "b", "countries": [], "implied_by_source": None},
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param('{"id": 1}\nnonsense\n', "line 2 is not JSON", id="not JSON"),
        pytest.param("[]\n", "line 1 is not a JSON object", id="not an object"),
        pytest.param(None, "cannot be read", id="no such file"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    jarchi: Run, tmp_path: Path, content: str | None, complaint: str
):
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status, _out, err = jarchi("stories", "--jsonl", str(path))
    assert status == 1
    assert err.startswith(f"{path}: {complaint}")


def test_stories_of_a_file(jarchi: Run, tmp_path: Path):
    path = tmp_path / "headlines.jsonl"
    same = "Almaty opens two new metro stations"
    records = [
        {"id": "1", "title": same, "published": "2026-03-20T06:00:00Z"},
        {"id": "2", "title": f"{same} a year early", "published": "2026-03-20T07:00:00"},
        {"id": "3", "title": "Dushanbe plants ten thousand trees", "published": "2026-03-20T07:00:00Z"},
    ]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    stories = {row["id"]: row["story"] for row in lines(jarchi("stories", "--jsonl", str(path))[1])}
    assert stories["1"] == stories["2"] != stories["3"]
    explained = jarchi("stories", "--jsonl", str(path), "--explain", "1", "2", "--json")[1]
    assert sum(value for value in lines(explained)[0].values() if isinstance(value, float)) > 0
    assert jarchi("stories", "--jsonl", str(path), "--explain", "1", "9")[0] == 2


def test_search_finds_another_ending_and_more_finds_alike(jarchi: Run, article: str):
    jarchi("import", article)
    found = lines(jarchi("search", "--json", "depots", "--country", "kg", "--since", "7d")[1])
    assert [row["title"] for row in found] == ["Bishkek opens a second trolleybus depot"]
    status, _out, _err = jarchi("more", str(found[0]["id"]))
    assert status == 0
    assert jarchi("more", "--text", "a trolleybus depot in Bishkek", "--json")[1].count("trolleybus") == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(("more",), 2, id="neither id nor text"),
        pytest.param(("more", "999"), 1, id="no such headline"),
        pytest.param(("search", "x", "--since", "soon"), 2, id="no span"),
        pytest.param(("headlines", "fix", "999", "kz"), 1, id="nothing to fix"),
        pytest.param(("sources", "add"), 2, id="no address"),
        pytest.param(("sources", "pause", "absent"), 1, id="no such source"),
        pytest.param(("sources", "add", "http://127.0.0.1/feed"), 1, id="a private address"),
        pytest.param(("alert", "show", "7"), 1, id="no such alert"),
        pytest.param(("run", "--only", "fetch"), 2, id="a role without a token"),
        pytest.param(("dance",), 2, id="no such command"),
    ],
)
def test_wrong_use_and_failure_have_their_status(jarchi: Run, arguments: tuple[str, ...], status: int):
    given, out, err = jarchi(*arguments)
    assert given == status
    assert out == ""
    assert "Traceback" not in err
    assert err.strip()


def test_an_editors_correction_survives_reattribution(jarchi: Run, article: str):
    jarchi("import", article)
    number = lines(jarchi("search", "tyres", "--json")[1])[0]["id"]
    assert lines(jarchi("headlines", "fix", str(number), "Tajikistan", "--json")[1]) == [
        {"headline": number, "countries": ["TJ"]}
    ]
    assert lines(jarchi("headlines", "reattribute", "--json")[1])[0]["headlines"] == 4
    assert lines(jarchi("search", "tyres", "--json")[1])[0]["countries"] == ["TJ"]


def test_the_catalogue_goes_out_and_in_as_opml(jarchi: Run, tmp_path: Path):
    added = lines(jarchi("sources", "add", "--bundled", "--country", "kg", "--json")[1])[0]["added"]
    assert added > 5
    opml = tmp_path / "catalogue.opml"
    assert jarchi("sources", "export-opml", str(opml))[0] == 0
    listed = lines(jarchi("sources", "list", "--json")[1])
    assert len(listed) == added
    jarchi("sources", "remove", str(listed[0]["id"]))
    assert lines(jarchi("sources", "import-opml", str(opml), "--json")[1])[0] == {
        "added": 1,
        "already_there": added - 1,
    }
    assert jarchi("sources", "export-opml")[1].startswith("<opml")
    assert jarchi("sources", "pause", str(listed[1]["id"]))[0] == 0


def test_an_alerts_life_from_a_terminal(jarchi: Run):
    drafted = lines(jarchi("alert", "draft", "Korday crossing closed in Kazakhstan", "--json")[1])[0]
    assert (drafted["countries"], drafted["readers"]) == (["KZ"], 0)
    number = str(drafted["alert"])
    assert lines(jarchi("alert", "send", number, "--json")[1])[0]["send"] == 0
    assert jarchi("alert", "correct", number, "Korday open again")[0] == 0
    assert [row["text"] for row in lines(jarchi("alert", "list", "--json")[1])] == ["Korday open again"]
    assert lines(jarchi("alert", "show", number, "--json")[1])[0]["sent"] == 0
    assert jarchi("alert", "draft", " ")[0] == 2
    loud = lines(jarchi("alert", "draft", "Flood in Osh", "--pierce-quiet", "--json")[1])[0]
    assert lines(jarchi("alert", "show", str(loud["alert"]), "--json")[1])[0]["pierces_quiet"] is True


def test_the_counts_as_a_picture(jarchi: Run, article: str, monkeypatch: pytest.MonkeyPatch):
    jarchi("import", article)
    status, out, _ = jarchi("stats", "--png", "stats.png", "--json")
    assert (status, lines(out)[0]["picture"]) == (0, "stats.png")
    assert Path("stats.png").read_bytes().startswith(b"\x89PNG")
    status, _, err = jarchi("stats", "--png", "nowhere/stats.png")
    assert (status, err) == (
        1,
        "nowhere/stats.png: the picture was not written (No such file or directory).\n",
    )
    monkeypatch.setattr("bot.cli.stats.can_draw", lambda: False)
    assert jarchi("stats", "--png", "stats.png")[0] == 1


def test_the_database_is_checked_backed_up_and_restored(jarchi: Run, article: str, tmp_path: Path):
    assert jarchi("db", "check")[0] == 1
    assert jarchi("db", "upgrade")[0] == 0
    assert jarchi("db", "check")[0] == 0
    jarchi("import", article)
    copy = tmp_path / "copy.db"
    assert jarchi("db", "backup", str(copy))[0] == 0
    (tmp_path / "data" / "jarchi.db").unlink()
    assert jarchi("db", "restore", str(copy))[0] == 0
    assert "headlines: 4" in jarchi("stats")[1]


def test_the_doctor_says_what_to_do(jarchi: Run):
    status, out, _err = jarchi("doctor")
    assert status == 1
    assert "jarchi db upgrade" in out
    jarchi("db", "upgrade")
    status, out, _err = jarchi("doctor", "--json")
    assert status == 0
    assert {row["check"] for row in lines(out)} == {
        "settings",
        "time zones",
        "XML parser",
        "database",
        "sources",
        "Telegram",
    }


def test_a_newer_database_is_refused_before_anything_is_changed(jarchi: Run, tmp_path: Path):
    import sqlite3

    jarchi("db", "upgrade")
    with sqlite3.connect(tmp_path / "data" / "jarchi.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    status, out, err = jarchi("stats")
    assert (status, out) == (2, "")
    assert "9999" in err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("TELEGRAM_BOT_TOKEN", "nonsense", id="token"),
        pytest.param("JARCHI_ZONE", "Mars/Olympus", id="zone"),
        pytest.param("ADMIN_IDS", "anna", id="admins"),
    ],
)
def test_a_bad_setting_ends_with_status_2(
    jarchi: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, tmp_path: Path
):
    monkeypatch.setenv(name, value)
    status, out, err = jarchi("run")
    assert (status, out) == (2, "")
    assert name in err
    assert err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(
    jarchi: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:hunter2@127.0.0.1:1/jarchi?connect_timeout=2")
    status, out, err = jarchi("stats")
    assert (status, out) == (1, "")
    assert err.startswith("The database does not answer")
    assert "hunter2" not in err
