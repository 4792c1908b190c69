"""How the data file is made: endings, alphabets, tables, corrections, and the file as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from news.attribution.folding import fold, tokenise
from news.attribution.lexicon import Doubt
from news.attribution.paradigms import endings
from tools.build_gazetteer import ROOT, checked, is_current, main
from tools.gazetteer.corrections import parse_corrections
from tools.gazetteer.entries import Entry, Form, TableError, read_line, read_tables
from tools.gazetteer.inflect import russian_stem, word_specs
from tools.gazetteer.packages import city_entries, display_names
from tools.gazetteer.uzbek import latin_spellings, to_cyrillic
from tools.gazetteer.write import expand, render

COLUMNS_OF_A_SENSE = 7
LARGEST_FILE = 5_000_000
KEPT = ROOT / "news/data/gazetteer.tsv"


@pytest.mark.parametrize(
    ("word", "kind", "forms", "no_forms"),
    [
        pytest.param("казахстан", "name", "казахстана казахстаном казахстане", "казахстанов", id="consonant"),
        pytest.param("москва", "capital", "москвы москве москву москвой", "москв", id="-а"),
        pytest.param("россия", "name", "россии россию россией", "росси россий", id="-ия"),
        pytest.param("израиль", "name", "израиля израилем", "израил", id="-ь"),
        pytest.param("китай", "name", "китая китаем китае", "кита", id="-й"),
        pytest.param("филиппины", "name", "филиппин филиппинах", "филиппина", id="plural of a country"),
        pytest.param("алматы", "city", "алматы", "алмат алматами", id="a city in -ы stays as it is"),
        pytest.param("косово", "name", "косова косове", "косов", id="-ово"),
        pytest.param("марокко", "name", "марокко", "марокка", id="-о that does not change"),
        pytest.param("никарагуа", "name", "никарагуа", "никарагуы", id="-уа that does not change"),
        pytest.param(
            "казахский", "adjective", "казахского казахская казахских казахско", "казах", id="adjective"
        ),
        pytest.param("казахстанец", "demonym", "казахстанца казахстанцы казахстанцев", "казахстан", id="-ец"),
        pytest.param("россиянин", "demonym", "россияне россиян россиянам", "россия", id="-янин"),
        pytest.param("узбек", "demonym", "узбеки узбеков узбеком", "узбекский", id="a people"),
        pytest.param("турок", "demonym", "турки турка турков", "турция", id="a vowel that falls out"),
        pytest.param("токаев", "leader", "токаева токаевым токаеву", "токаевский", id="surname"),
        pytest.param("школа", "cue-domestic", "школ школам школы", "школьник", id="a cue word has a plural"),
    ],
)
def test_russian_endings(word: str, kind: str, forms: str, no_forms: str) -> None:
    stem, paradigm = russian_stem(word, kind)

    def fits(form: str) -> bool:
        return form.startswith(stem) and endings(paradigm).fullmatch(form, len(stem)) is not None

    assert fits(word)
    assert [form for form in forms.split() if not fits(form)] == []
    assert [form for form in no_forms.split() if fits(form)] == []


@pytest.mark.parametrize(
    ("codes", "good", "bad"),
    [
        pytest.param("kk", "да ның нан ға лықтар ындағы мен", "а стан ия", id="Kazakh"),
        pytest.param("kd", "дық дықтар дықтардың", "да ", id="Kazakh: from there"),
        pytest.param("ky", "до дун нан га лыктар нын", "а стан", id="Kyrgyz"),
        pytest.param("ul", "da ning dan ga liklar dagi", "stan a", id="Uzbek"),
        pytest.param("uc", "да нинг дан га ликлар даги", "стан", id="Uzbek in Cyrillic letters"),
        pytest.param("tk", "da yn dan ly lylar", "stan", id="Turkmen"),
        pytest.param("tr", "da nin dan li lilar yi", "stan", id="Turkish"),
        pytest.param("tg", "и ро ҳо", "стан", id="Tajik"),
        pytest.param("e", "s 's s's", "es ing", id="English with a plural"),
    ],
)
def test_endings_of_other_languages(codes: str, good: str, bad: str) -> None:
    pattern = endings(codes)

    assert [ending for ending in good.split(" ") if not pattern.fullmatch(ending)] == []
    assert [ending for ending in bad.split(" ") if pattern.fullmatch(ending)] == []


@pytest.mark.parametrize(
    ("language", "word", "kind", "wanted"),
    [
        pytest.param("en", "Kazakhs", "demonym", ["^kazakhs/e0"], id="an English plural takes no other"),
        pytest.param("en", "Kazakh", "demonym", ["^kazakh/e"], id="an English people takes a plural"),
        pytest.param("en", "KTZ", "company", ["=KTZ/e0"], id="capitals are met as written"),
        pytest.param("*", "KTZ", "company", ["=KTZ/e0+ul"], id="capitals of any language"),
        pytest.param("ru", "РК", "abbreviation", ["=РК/rc+kk+ky+uc"], id="Cyrillic capitals"),
        pytest.param("kk", "ҚР", "abbreviation", ["=ҚР/kk"], id="Kazakh capitals"),
        pytest.param(
            "ru",
            "казахский",
            "adjective",
            ["казахск/ra", "казах/kd+yd+ud"],
            id="the stem of an adjective serves Kazakh",
        ),
        pytest.param("ru", "киргиз", "demonym", ["киргиз/rp"], id="a word of another meaning in Kyrgyz"),
        pytest.param("ru", "чех", "demonym", ["чех/rp+kk+ky+uc"], id="a people that Kazakh calls the same"),
        pytest.param(
            "ru", "Чебоксары", "city", ["^чебоксары/r0+kk+ky+uc", "чебоксары/kd+yd+ud"], id="a city in -ы"
        ),
        pytest.param(
            "ru", "Кали", "city", ["^кали/r0", "кали/kd+yd+ud"], id="a short town takes no Turkic endings"
        ),
        pytest.param("kk", "Тоқаев", "leader", ["^тоқаев/kk"], id="a Kazakh surname"),
        pytest.param("tk", "Aşgabat", "capital", ["^asgabat/e0+tk"], id="a Turkmen city"),
        pytest.param("en", "24", "media", ["24/-"], id="a number"),
    ],
)
def test_ways_to_meet_a_word(language: str, word: str, kind: str, wanted: list[str]) -> None:
    assert [spec.text() for spec in word_specs(word, language, kind, quoted=False)] == wanted


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        pytest.param("O‘zbekiston", "Ўзбекистон", id="oʻ"),
        pytest.param("Farg'ona", "Фарғона", id="gʻ with a plain apostrophe"),
        pytest.param("Toshkent", "Тошкент", id="sh"),
        pytest.param("Chirchiq", "Чирчиқ", id="ch and q"),
        pytest.param("Eron", "Эрон", id="e at the start"),
        pytest.param("Yevropa", "Европа", id="ye"),
        pytest.param("AQSH", "АҚШ", id="capitals"),
        pytest.param("ma'no", "маъно", id="a hard sign"),
        pytest.param("aeroport", "аэропорт", id="e after a vowel"),
    ],
)
def test_uzbek_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic


def test_russian_names_as_uzbek_newsrooms_spell_them() -> None:
    assert latin_spellings("Джакарта") == ["Jakarta"]
    assert latin_spellings("Хартум") == ["Xartum", "Hartum"]
    assert latin_spellings("Щецин") == ["Shetsin", "Shesin"]


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        pytest.param("Kazakhstan’s", "kazakhstan's", id="an English possessive stays visible"),
        pytest.param("Türkiye’nin", "turkiyenin", id="a Turkish apostrophe goes"),
        pytest.param("U.S.", "us", id="dots go"),
        pytest.param("Ёлка", "елка", id="ё"),
        pytest.param("São", "sao", id="accents"),
        pytest.param("İran", "iran", id="a Turkish capital"),
        pytest.param("Йошкар", "йошкар", id="й keeps its mark"),
    ],
)
def test_fold(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_tokens() -> None:
    assert tokenise("O‘zbekiston-2026: U.S. US$5, Air «Astana»!") == (
        ["O‘zbekiston", "-", "2026", ":", "U.S.", "US$", "5", ",", "Air", "«", "Astana", "»", "!"]
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("KZ name en:Kazakhstan", "separated by tabs", id="no tabs"),
        pytest.param("Kazakhstan\tname\ten:Kazakhstan", "two-letter codes", id="no code"),
        pytest.param("KZ\tA name\ten:Kazakhstan", "is no kind", id="no kind"),
        pytest.param("KZ\tname\tKazakhstan", "start with a language", id="no language"),
        pytest.param("KZ\tname\tzz:Kazakhstan", "start with a language", id="an unknown language"),
    ],
)
def test_a_wrong_line_says_what_to_change(line: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_line(line)


def test_a_country_that_does_not_exist_is_refused() -> None:
    entry = read_line("QQ\tname\ten:Nowhere")

    assert checked(entry, ["QQ"]) is entry
    with pytest.raises(TableError, match="“Nowhere”: there is no country QQ"):
        checked(entry, ["KZ"])


def test_a_line_is_read_with_its_marks_and_context() -> None:
    entry = read_line('KZ+RU\tcity\ten:~Oral|"KTZ" ; ru:Уральск\twith:river|steppe without:exam')

    assert entry.countries == ("KZ", "RU")
    assert entry.forms == (
        Form("en", "Oral", doubt=Doubt.WEAK),
        Form("en", "KTZ", is_quoted=True),
        Form("ru", "Уральск"),
    )
    assert (entry.needs, entry.forbids, entry.label) == (("river", "steppe"), ("exam",), "Oral")


def test_a_wrong_table_names_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("# comment\nKZ\tname\ten:Kazakhstan\n\nwrong\n", encoding="utf-8")

    with pytest.raises(TableError, match=r"a\.tsv:4: a line needs"):
        list(read_tables(tmp_path))


def test_corrections() -> None:
    right = parse_corrections(
        "# why\nweak\tPop\ncommon\tҚант\ndrop\tIn\noffice\tминистерств\nnational\tказах"
    )

    def after(line: str) -> list[tuple[str, Doubt]]:
        entry = right.apply(read_line(line))
        return [(form.text, form.doubt) for form in entry.forms] if entry else []

    assert after("UZ\tcity\ten:Pop|Termez") == [("Pop", Doubt.WEAK), ("Termez", Doubt.NONE)]
    assert after("KG\tcity\tkk:Қант|~Түп") == [("Қант", Doubt.COMMON_WORD), ("Түп", Doubt.WEAK)]
    assert after("US\tname\ten:In") == []
    assert after("KZ\tministry\tru:министерство финансов|министерство финансов Казахстана") == [
        ("министерство финансов Казахстана", Doubt.NONE)
    ]
    assert after("-\tministry\tru:министерство финансов") == [("министерство финансов", Doubt.NONE)]


def test_uzbek_twins_and_borrowed_spellings() -> None:
    twins = expand(read_line("UZ\tcity\tuz:Toshkent")).forms
    borrowed = expand(read_line("ID\tcapital\tru:Джакарта")).forms
    translated = expand(read_line("ID\tname\tru:Индонезия")).forms

    assert [(form.language, form.text) for form in twins] == [("uz", "Toshkent"), ("uz-cyrl", "Тошкент")]
    assert ("uz", "Jakarta") in [(form.language, form.text) for form in borrowed]
    assert [form.language for form in translated] == ["ru"]


def test_a_phrase_hangs_on_its_rarest_word() -> None:
    entries = [read_line("US\tcity\ten:San Jose|San Diego"), read_line("CR\tcapital\ten:San Jose")]

    text = render(entries, [], "# test\n")

    assert "\ndiego\t0;en;^san/e0 _^/e0\n" in text
    assert "\nsan\t0;en;" not in text


def test_too_long_a_form_is_left_out() -> None:
    text = render([Entry(("KZ",), "company", (Form("en", "a b c d e f g h i"),), "own")], [], "# test\n")

    assert text.endswith("@words\n")


def test_smaller_cities_are_weak_and_taken_spellings_are_left_out() -> None:
    cities = {entry.label: entry for entry in city_entries({"paris"})}

    assert "Paris" not in cities
    assert cities["Houston"].forms[0].doubt is Doubt.NONE
    assert cities["Chattanooga"].forms[0].doubt is Doubt.WEAK
    assert cities["Houston"].place.startswith("city:US:")


def test_names_for_people_carry_no_administrative_status() -> None:
    assert display_names("HK")[0] == "Hong Kong"
    assert "(" not in "".join(display_names("MO"))


def test_the_data_file_is_what_the_tables_give_byte_for_byte(tmp_path: Path) -> None:
    built = tmp_path / "gazetteer.tsv"

    assert main(["--output", str(built)]) == 0
    assert built.read_bytes() == KEPT.read_bytes(), "run: python tools/build_gazetteer.py"


def test_checking_says_whether_the_file_is_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "gazetteer.tsv"
    # The real tables take half a minute under coverage.
    monkeypatch.setattr("tools.build_gazetteer.build", lambda _folders: "built\n")

    assert main(["--check", "--output", str(kept)]) == 1
    assert "out of date" in capsys.readouterr().out
    assert not kept.exists()
    kept.write_text("built\n", encoding="utf-8")
    assert main(["--check", "--output", str(kept)]) == 0


def test_a_current_file_is_told_from_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.tsv"
    path.write_text("old", encoding="utf-8")

    assert not is_current("new", tmp_path / "nowhere.tsv")
    assert not is_current("new", path)
    assert is_current("old", path)


def test_the_data_file_is_small_and_each_sense_tells_its_origin() -> None:
    text = KEPT.read_text(encoding="utf-8")
    senses = text.split("@senses\n")[1].split("@words\n")[0].splitlines()

    assert len(text.encode()) < LARGEST_FILE
    assert {len(line.split("\t")) for line in senses} == {COLUMNS_OF_A_SENSE}
    assert {line.split("\t")[4] for line in senses} == {"own", "cldr", "geonames"}
    assert all(licence in text[:800] for licence in ("MIT", "Unicode-3.0", "CC BY 4.0"))
