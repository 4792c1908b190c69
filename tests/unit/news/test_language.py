from __future__ import annotations

import pytest

from news.language import detect_language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reservoir above the town is full for the first time in eleven years", "en"),
        ("Водохранилище над городом наполнилось впервые за одиннадцать лет", "ru"),
        ("Қала үстіндегі су қоймасы он бір жылда алғаш рет толды", "kk"),
        ("Шаардын үстүндөгү суу сактагыч он бир жылда биринчи жолу толду", "ky"),
        ("Shahar ustidagi suv ombori o‘n bir yilda birinchi marta to‘ldi", "uz"),
        ("Shahar ustidagi suv ombori o'n bir yilda birinchi marta to'ldi", "uz"),
        ("Шаҳар устидаги сув омбори ўн бир йилда биринчи марта тўлди", "uz"),
        ("Обанбори болои шаҳр бори аввал дар ёздаҳ сол пур шуд", "tg"),
        ("Şäheriň üstündäki suw howdany on bir ýylda ilkinji gezek doldy", "tk"),
        ("Kentin üstündeki baraj on bir yılda ilk kez doldu", "tr"),
        ("Şəhərin üstündəki su anbarı on bir ildə ilk dəfə doldu", "az"),
        ("Водосховище над містом уперше за одинадцять років наповнилося", "uk"),
        ("Вадасховішча над горадам упершыню за адзінаццаць гадоў напоўнілася", "be"),
        ("مخزن آب بالای شهر برای نخستین بار در یازده سال پر شد", "fa"),
        ("خزان المياه فوق المدينة امتلأ للمرة الأولى منذ أحد عشر عاما", "ar"),
        ("城市上方的水库十一年来首次蓄满", "zh"),
        ("町の上の貯水池が11年ぶりに満水になった", "ja"),
        ("도시 위의 저수지가 11년 만에 처음으로 가득 찼다", "ko"),
        ("წყალსაცავი ქალაქის თავზე პირველად გაივსო", "ka"),
        ("Քաղաքի վերևի ջրամբարը լցվեց առաջին անգամ", "hy"),
        ("Der Stausee über der Stadt ist zum ersten Mal seit elf Jahren voll", "de"),
        ("Le réservoir au-dessus de la ville est plein pour la première fois", "fr"),
        ("İstanbul’da baraj on yıl sonra doldu", "tr"),
        ("Хотын дээрх усан сан арван нэгэн жилд анх удаа дүүрсэн байна", "mn"),
        ("Шәһәр өстендәге сусаклагыч унбер ел эчендә беренче тапкыр тулды", "tt"),
    ],
)
def test_a_headline_tells_its_language(text: str, expected: str) -> None:
    assert detect_language(text) == expected


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        pytest.param("Kcell 2026", "kk", "en", id="another script than the hint's"),
        pytest.param("2026: 15%", "ky", "ky", id="no letters"),
        pytest.param("2026: 15%", None, None, id="no letters and no hint"),
        pytest.param("", "ru", "ru", id="nothing"),
        pytest.param("Акорда", "kk", "kk", id="a name alone"),
        pytest.param("Парламент принял закон о воде", "kk", "ru", id="the text outweighs the hint"),
        pytest.param("🎉", "xx", "xx", id="a sign"),
        pytest.param("The reservoir is full", "xx", "en", id="a hint that nobody knows"),
    ],
)
def test_the_hint_decides_what_the_text_leaves_open(
    text: str, hint: str | None, expected: str | None
) -> None:
    found = detect_language(text, hint)
    assert found == expected


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert detect_language("Қала үстіндегі су қоймасы толды. " * 10 + "the of and to in " * 100_000) == "kk"


def test_letters_of_no_known_script_tell_nothing() -> None:
    assert detect_language("ᚠᚢᚦᚨᚱᚲ", "en") == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("NHKが新しい番組を発表した", "ja", id="Latin letters and kana without a blank"),
        pytest.param("iPhone在中国上市了新的产品型号", "zh", id="ideographs after Latin letters"),
        pytest.param("Kcell и Beeline объединяют сети по всей стране", "ru", id="firms in Latin letters"),
    ],
)
def test_the_script_of_most_letters_decides(text: str, expected: str) -> None:
    assert detect_language(text) == expected
