"""A news article saved as plain text, or a plain list of headlines, one a line.

An article is a title, perhaps a credit, the body, and often a list of other headlines under a heading such as "Latest news".
The article and each listed headline become items. All rules are about shape; the headings are words of many languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import RAW_LIMIT, SUMMARY_LIMIT, TITLE_LIMIT, clean_text, guid_of
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link

_BULLET = re.compile(r"^\s*(?:[-–—•*·▪●◦‣►»>]+|\(?\d{1,3}[.)])\s+")
_HEADINGS = re.compile(
    r"^(?:latest|recent|top|more|related|other|breaking|popular|most read|trending)\b.{0,20}\b(?:news|stories|headlines|articles|posts)$"
    r"|^(?:read (?:also|more|next|on)|see also|also read|also in the news|more from .{1,30}|more on (?:this|the topic)|most (?:read|popular)"
    r"|trending(?: now)?|news feed|headlines|in other news|in brief|related|editors?['’]?s? (?:picks?|choice)|you may also like|don['’]t miss)$"
    r"|^(?:последние|главные|другие|свежие|популярные|важные|срочные) (?:новости|материалы|статьи)(?: .{1,20})?$"
    r"|^(?:новости(?: дня| часа| по теме| партнеров)?|лента(?: новостей)?|(?:читайте|смотрите) (?:также|ещ[её]|далее)|(?:материалы )?по теме|самое (?:читаемое|важное)|популярное)$"
    r"|^(?:соңғы|басқа|өзге|басты|жаңа|танымал) (?:жаңалықтар|хабарлар|материалдар)$|^(?:тағы оқыңыз(?:дар)?|оқи отырыңыз|жаңалықтар|тақырып бойынша)$"
    r"|^(?:акыркы|башка|башкы) (?:жаңылыктар|кабарлар)$|^(?:жаңылыктар|дагы окуңуз(?:дар)?)$"
    r"|^(?:so[ʻ'‘’`]nggi|so[ʻ'‘’`]ngi|boshqa|asosiy|mavzuga oid) (?:yangiliklar|xabarlar)$|^(?:yangiliklar|shuningdek,? o[ʻ'‘’`]qing|mavzuga oid)$"
    r"|^(?:сўнгги|бошқа|асосий) (?:янгиликлар|хабарлар)$|^(?:янгиликлар|шунингдек,? ўқинг)$"
    r"|^(?:хабарҳои|ахбори) (?:охирин|нав|дигар)$|^(?:soňky|beýleki) (?:habarlar|täzelikler)$"
    r"|^(?:son (?:dakika )?haberler|diğer haberler|ilgili haberler|ayrıca okuyun|son xəbərlər|digər xəbərlər)$"
    r"|^(?:останні|інші) новини$|^(?:читайте також)$|^(?:آخرین (?:اخبار|خبرها)|اخبار مرتبط)$|^(?:最新消息|最新新闻|相关新闻)$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^(?:photo|foto|фото|сурет|сүрөт|image|illustration|иллюстрация|source|источник|author|original author|автор|муаллиф|muallif|"
    r"müəllif|written by|by|translated by|credit|credits|video|видео|скриншот|коллаж|cover)\b[^.!?]{0,20}[:©/][^\n]{0,120}$|^©.{0,120}$",
    re.IGNORECASE,
)
# Markdown's marks, which saved pages often carry.
_MARKDOWN_HEAD = re.compile(r"^#{1,6}\s+|[*_]{2,3}(?=\S)|(?<=\S)[*_]{2,3}")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]{1,400})\]\((\S{1,2000}?)(?:\s[^()]*)?\)")
_LONG_LINE = 160
_HEADING_LIMIT = 40
_LIST_MINIMUM = 2


@dataclass(slots=True)
class _Shape:
    title: str = ""
    body: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    published: datetime | None = None
    link: str = ""


def read_plain_text(text: str, name: str, now: datetime) -> Document:
    """The article of a text file and the headlines listed under it. Raise UnreadableError when it holds neither."""
    if "\x00" in text or text.count("\ufffd") > len(text) // 50:
        raise UnreadableError(name, "it is not text. Give a feed, a web page, an article, or JSON lines.")
    lines = [_MARKDOWN_HEAD.sub("", line.strip()[:RAW_LIMIT]) for line in text.splitlines()]
    lines = [line for line in lines if line]
    shape = _shape(lines, now)
    items = _items(shape)
    if not items:
        raise UnreadableError(name, "it holds no headlines.")
    return Document(items=tuple(items[:ITEM_LIMIT]))


def _shape(lines: list[str], now: datetime) -> _Shape:
    if _is_plain_list(lines):
        return _Shape(listed=[line for line in lines if not _is_heading(line)])
    shape = _Shape()
    index = 0
    while index < len(lines):
        entries = _entries_under(lines, index)
        if entries:
            shape.listed += [
                entry for entry in entries if not _is_heading(entry) and not _CREDIT.match(entry)
            ]
        else:
            _place(shape, lines[index], now)
        index += 1 + len(entries)
    return shape


def _place(shape: _Shape, line: str, now: datetime) -> None:
    """Put one line of an article's head or body where it belongs."""
    if line.startswith(("http://", "https://")) and " " not in line:
        shape.link = shape.link or line
    elif not shape.title and not _CREDIT.match(line):
        shape.title = line
    elif not shape.body and shape.published is None and (moment := parse_date(line, now)):
        shape.published = moment
    elif not _CREDIT.match(line):
        shape.body.append(line)


def _is_plain_list(lines: list[str]) -> bool:
    """All lines are short and either all marked as entries or none ends like a sentence of prose."""
    entries = [line for line in lines if not _is_heading(line)]
    if len(entries) < _LIST_MINIMUM or any(len(line) > _LONG_LINE for line in entries):
        return False
    marked = sum(bool(_BULLET.match(line)) for line in entries)
    return marked == len(entries) or (
        marked == 0 and not any(line.endswith((".", ":", ",")) for line in entries)
    )


def _is_heading(line: str) -> bool:
    return len(line) <= _HEADING_LIMIT and bool(_HEADINGS.match(line.rstrip(" :.").strip()))


def _entries_under(lines: list[str], index: int) -> list[str]:
    """The entries of a list whose heading is this line; none when it is no such heading.

    Under a known heading they are the marked lines that follow, or all short ones when the first is not marked; under any
    other short line only marked ones, and only when they go on to the end of the text.
    """
    following = lines[index + 1 :]
    if index == 0 or not following:
        return []
    marked = list(takewhile(_BULLET.match, following))
    if _is_heading(lines[index]):
        return marked or list(takewhile(lambda line: len(line) <= TITLE_LIMIT, following))
    is_list = (
        len(marked) == len(following) > _LIST_MINIMUM
        and len(lines[index]) <= _HEADING_LIMIT
        and not lines[index].endswith((".", "!", "?", ","))
    )
    return marked if is_list else []


def _items(shape: _Shape) -> list[Item]:
    items = [_item(shape.title, shape.link, " ".join(shape.body), shape.published)] if shape.title else []
    items += [_item(line) for line in shape.listed]
    return list({item.title: item for item in reversed(items) if item.title}.values())[::-1]


def _item(line: str, link: str = "", body: str = "", published: datetime | None = None) -> Item:
    """An item of a line, which may be a Markdown link and an entry of a list."""
    line = _BULLET.sub("", line)
    linked = _MARKDOWN_LINK.search(line)
    address = absolute_link(link or (linked[2] if linked else ""), "")
    title = clean_text(_MARKDOWN_LINK.sub(r"\1", line), TITLE_LIMIT)
    summary = clean_text(_MARKDOWN_LINK.sub(r"\1", body[:RAW_LIMIT]), SUMMARY_LIMIT)
    return Item(address or guid_of(title), title, address, summary, published)
