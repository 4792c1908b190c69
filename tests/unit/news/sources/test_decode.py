from __future__ import annotations

import codecs

import pytest

from news.sources.decode import decode

TEXT = "Қазақстан жаңалықтары"
RUSSIAN = "Новости Казахстана сегодня: парламент принял закон о воде и о школах"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param(TEXT.encode(), "", TEXT, id="UTF-8 undeclared"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), "", TEXT, id="UTF-8 with a mark"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "", TEXT, id="UTF-16 LE with a mark"),
        pytest.param(codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "", TEXT, id="UTF-32 BE with a mark"),
        pytest.param("<?xml?>".encode("utf-16-be"), "", "<?xml?>", id="UTF-16 BE without a mark"),
        pytest.param(RUSSIAN.encode("cp1251"), "text/xml; charset=windows-1251", RUSSIAN, id="by header"),
        pytest.param(
            b'<?xml version="1.0" encoding="koi8-r"?>' + RUSSIAN.encode("koi8-r"),
            "",
            '<?xml version="1.0" encoding="koi8-r"?>' + RUSSIAN,
            id="by XML declaration",
        ),
        pytest.param(
            b"<meta charset=windows-1251>" + RUSSIAN.encode("cp1251"),
            "",
            "<meta charset=windows-1251>" + RUSSIAN,
            id="by meta element",
        ),
        pytest.param(
            TEXT.encode(), "text/xml; charset=iso-8859-1", TEXT, id="valid UTF-8 beats a wrong header"
        ),
        pytest.param(
            b"na\xefve", "text/plain; charset=us-ascii", "naïve", id="ASCII is read as windows-1252"
        ),
        pytest.param(b"+AGE-", "text/plain; charset=utf-7", "a", id="seven bits, declared"),
        pytest.param(TEXT.encode() * 40 + b"\xff", "", TEXT * 40 + "\ufffd", id="one broken byte in UTF-8"),
        pytest.param(b"abc", "text/plain; charset=hex", "abc", id="a codec that is no character set"),
        pytest.param(b"abc", "text/plain; charset=nonsense", "abc", id="unknown set"),
        pytest.param(RUSSIAN.encode("cp1251") * 3, "", RUSSIAN * 3, id="detected"),
    ],
)
def test_decode(body: bytes, content_type: str, expected: str) -> None:
    assert decode(body, content_type) == expected


def test_what_fits_nothing_is_still_read() -> None:
    assert isinstance(decode(bytes(range(128, 256)) * 20, "text/plain; charset=gb2312"), str)
    assert isinstance(decode(b"\x81\x8d\x8f\x90\x9d" * 50), str)
