from __future__ import annotations

import struct

import pytest

from simulator.files import FileStore, picture_size

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
COMMENT = b"\xff\xfe\0\x06abcd"
FRAME = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03" + b"\0" * 9


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(PNG, (640, 480), id="png"),
        pytest.param(PNG[:20], None, id="png cut short"),
        pytest.param(PNG[:16] + b"\0" * 8, None, id="png without size"),
        pytest.param(b"\xff\xd8" + FRAME, (640, 480), id="jpeg"),
        pytest.param(b"\xff\xd8" + COMMENT + FRAME, (640, 480), id="jpeg with a comment first"),
        pytest.param(b"\xff\xd8" + COMMENT, None, id="jpeg without a frame"),
        pytest.param(b"\xff\xd8\xff\xc4\0\x04ab", None, id="a Huffman table is no frame"),
        pytest.param(b"GIF89a", None, id="something else"),
        pytest.param(b"", None, id="empty"),
    ],
)
def test_sizes_of_pictures(body: bytes, expected: tuple[int, int] | None) -> None:
    assert picture_size(body) == expected


def test_the_type_is_read_from_the_bytes_not_the_name() -> None:
    store = FileStore()

    page = store.add("picture.png", b"<script>alert(1)</script>")
    picture = store.add("notes.txt", PNG)

    assert (page.content_type, page.width, page.path[:10]) == ("application/octet-stream", 0, "documents/")
    assert (picture.content_type, picture.width, picture.path[:7]) == ("image/png", 640, "photos/")


def test_names_are_made_harmless() -> None:
    assert FileStore().add('../a"b\r\n.txt', b"x").name == ".._a_b_.txt"
    assert FileStore().add("", b"x").name == "file"


def test_the_same_bytes_sent_twice_are_two_files() -> None:
    store = FileStore()

    assert store.add("a", b"x").file_id != store.add("a", b"x").file_id


def test_the_oldest_files_go_when_there_are_too_many_bytes() -> None:
    store = FileStore(max_bytes=10)
    first, second = store.add("1", b"x" * 6), store.add("2", b"x" * 6)
    large = store.add("3", b"x" * 20)

    assert [store.find(file.file_id) for file in (first, second, large)] == [None, None, large]


def test_a_file_does_not_print_its_body() -> None:
    assert "secret" not in repr(FileStore().add("a", b"secret"))
