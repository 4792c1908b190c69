from __future__ import annotations

import random

import pytest

from simulator.entities import Entity, utf16_length
from simulator.markup import MarkupError, parse_html
from tests.unit.simulator import tdlib

VALID = [
    "",
    "plain",
    "<b>Almaty</b> and <i>Osh</i>",
    "<b>a<i>b<u>c<s>d</s></u></i></b>",
    "<strong>1</strong><em>2</em><ins>3</ins><strike>4</strike><del>5</del>",
    "<b>outer <b>inner</b> outer</b>",
    "<B>Case does not matter</b>",
    "<b >spaces in tags</b >",
    "<b>short end</>",
    "<b></b>nothing to format",
    "😀<b>😀</b>ж<i>Қазақстан</i>",
    "&lt;b&gt; &amp; &quot;x&quot;",
    "&apos; &nbsp; &laquo; stay as written",
    "&lt no semicolon &amp",
    "&#128512;&#x1F600;&#65;",
    "&#0; &#x110000; &#x10ffff; &#1234567890; &#; &#x;",
    '<a href="https://example.kz/?a=1&amp;b=2">link</a>',
    "<a href='example.kz'>single quotes</a>",
    "<a href=example.kz>token</a>",
    "<a>example.kz</a>",
    '<a href="">https://example.kz</a>',
    '<a href="EXAMPLE.KZ/Path">host is lowered</a>',
    '<a href="tg://user?id=123456789">mention</a>',
    '<a href="tg:resolve?domain=example">internal</a>',
    '<a href="javascript:alert(1)">no such protocol</a>',
    '<a href="data:text/html,x">no such protocol</a>',
    '<a href="http://exa mple.kz">space in host</a>',
    '<a href="http://localhost">no dot</a>',
    '<a href="http://[::1]/x">ipv6</a>',
    '<a href="http://example.kz:99999">port</a>',
    '<a href="http://user:word@example.kz">user</a>',
    '<a href="https://пример.рф/путь">idn</a>',
    '<a href="ftp://example.kz">ftp</a>',
    '<a name="x" href="example.kz" rel>other attributes</a>',
    "<pre>a\nb</pre>",
    '<pre><code class="language-python">x = 1</code></pre>',
    '<code class="language-c"><pre>x</pre></code>',
    '<pre>x<code class="language-c">x</code></pre>',
    '<code class="language-c">inline</code>',
    '<pre lang="x">attribute without meaning</pre>',
    "<blockquote>a</blockquote>\n<blockquote expandable>b\nc</blockquote>",
    '<blockquote expandable="">x</blockquote>',
    "<blockquote  expandable  expandable >x</blockquote>",
    "<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>",
    '<tg-spoiler><a href="x.kz"><b>order of entities</b></a></tg-spoiler>',
    '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
    '<tg-time unix="1700000000" format="wDT">then</tg-time>',
    '<tg-time unix="1700000000">then</tg-time>',
    '<tg-time unix="abc">no time</tg-time>',
    "<tg-time>no time</tg-time>",
    "a > b",
    "<b>x\0</b>",
]
INVALID = [
    "a < b",
    "<",
    "</",
    "</b>",
    "<b",
    "<b>",
    "<b>x",
    "<b>x</b",
    "<b>x</b ",
    "< b>x</b>",
    "<b>x<i>y</b>z</i>",
    "<b>x</i>",
    "ж😀&lt;<b>x</i>",
    "<br>",
    "<p>x</p>",
    "<h1>x</h1>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- x -->",
    "<ЖИРНЫЙ>x</ЖИРНЫЙ>",
    "<a href>x",
    "<a href",
    "<a href=",
    '<a href="x',
    "<a href='x\"",
    "<a =x>y</a>",
    "<a href=x/y>z</a>",
    '<a "x">y</a>',
    "<span>x</span>",
    '<span class="red">x</span>',
    '<tg-emoji emoji-id="x">y</tg-emoji>',
    "<tg-emoji>y</tg-emoji>",
    '<tg-time unix="1700000000" format="zz">x</tg-time>',
    "&#xd83d;",
    "&#xd83d;&#xde00;",
    "<\0b>x</b>",
]


def ours(markup: str) -> tdlib.Parsed | str:
    try:
        text, entities = parse_html(markup)
    except MarkupError as error:
        return str(error)
    return text, [(entity.kind, entity.offset, entity.length, argument(entity)) for entity in entities]


def argument(entity: Entity) -> str:
    """What the referee tells too: of a time only the time, not its format."""
    return entity.argument.partition("|")[0] if entity.kind == "date_time" else entity.argument


@pytest.mark.parametrize("markup", VALID)
def test_valid_markup_gives_what_telegram_gives(markup: str) -> None:
    expected = tdlib.parse(markup)

    assert not isinstance(expected, str), "the referee refuses this: it belongs to the other table"
    assert ours(markup) == expected


@pytest.mark.parametrize("markup", INVALID)
def test_invalid_markup_is_refused_in_telegrams_words(markup: str) -> None:
    expected = tdlib.parse(markup)

    assert isinstance(expected, str), "the referee accepts this: it belongs to the other table"
    assert ours(markup) == expected


ATOMS = [
    *(
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<u>",
        "</u>",
        "<s>",
        "</s>",
        '<a href="x.kz">',
        "</a>",
        "<pre>",
        "</pre>",
    ),
    *("<code>", '<code class="language-py">', "</code>", "<blockquote expandable>", "</blockquote>", "</>"),
    *('<span class="tg-spoiler">', "</span>", '<tg-emoji emoji-id="5">', "</tg-emoji>", "<tg-spoiler>"),
    *("</tg-spoiler>", "<a href='tg://user?id=7'>", '<tg-time unix="17000000"', 'format="', "</tg-time>"),
    *("<", "</", ">", "&", "&lt;", "&#", "&#x", "12;", "amp", "&#128512;", "&#xd83d;", "=", '"', "'", "/"),
    *("a", "ж", "😀", "\n", "\t", " ", "A", "b", "href", "w", "D", "t", "\0"),
]
URL_ATOMS = [
    *(
        "http://",
        "https://",
        "HTTP://",
        "tg://",
        "tg:",
        "ton://",
        "tonsite://",
        "ftp://",
        "//",
        "/",
        "?",
        "#",
    ),
    *(":", "@", "a", "A", "b.kz", "x.com", "[::1]", "[", "]", "%", "%41", "80", "0", "99999", " ", "\t", "ж"),
    *("user?id=5", "user", "id=", "&", ".", "-", "_", "!", "😀", "\\", "^", "|"),
]


@pytest.mark.parametrize("seed", range(2))
def test_random_markup_is_judged_as_telegram_judges_it(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(2500):
        markup = "".join(chance.choices(ATOMS, k=chance.randint(1, 9)))
        assert ours(markup) == tdlib.parse(markup), markup


@pytest.mark.parametrize("seed", range(2))
def test_random_nested_markup_is_read_as_telegram_reads_it(seed: int) -> None:
    chance = random.Random(seed)
    starts = [atom for atom in ATOMS if atom.startswith("<") and atom.endswith(">") and atom[1:2].isalpha()]
    for _ in range(1500):
        markup = nested(chance, starts, depth=4)
        assert ours(markup) == tdlib.parse(markup), markup


def nested(chance: random.Random, starts: list[str], depth: int) -> str:
    if not depth or chance.random() < 0.2:
        return chance.choice(["", "a", "ж", "😀", " ", "&lt;"])
    start = chance.choice(starts)
    inside = "".join(nested(chance, starts, depth - 1) for _ in range(chance.randint(1, 2)))
    return f"{start}{inside}</{start[1:-1].split()[0]}>"


@pytest.mark.parametrize("seed", range(2))
def test_random_links_are_written_as_telegram_writes_them(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(2500):
        link = "".join(chance.choices(URL_ATOMS, k=chance.randint(1, 6)))
        markup = f'<a href="{link}">x</a>'
        assert ours(markup) == tdlib.parse(markup), markup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("abc", 3, id="ascii"),
        pytest.param("Қазақ", 5, id="cyrillic counts one"),
        pytest.param("😀", 2, id="outside the basic plane counts two"),
        pytest.param("\ud83d", 1, id="half a pair counts one"),
    ],
)
def test_length_is_counted_in_utf16(text: str, expected: int) -> None:
    assert utf16_length(text) == expected
