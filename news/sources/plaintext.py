"""A news article saved as plain text, or a plain list of headlines, one a line.

An article is a title, perhaps a credit, the body, and often a list of other headlines under a heading such as "Latest news".
The article and each listed headline become items. All rules are about shape; the headings are words of many languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from news.errors import UnreadableError
from news.model import Item
from news.sources.clean import SUMMARY_LIMIT, TITLE_LIMIT, clean_text, guid_of
from news.sources.dates import parse_date
from news.sources.document import ITEM_LIMIT, Document
from news.sources.links import absolute_link

_BULLET = re.compile(r"^\s*(?:[-–—•*·▪●◦‣►»>]+|\(?\d{1,3}[.)])\s+")
_HEADINGS = re.compile(
    r"^(?:latest|recent|top|more|related|other|breaking|popular|most read|trending)\b.{0,20}\b(?:news|stories|headlines|articles|posts)$"
    r"|^(?:read (?:also|more|next)|see also|also read|more from .{1,30}|most (?:read|popular)|trending|news feed|headlines|in other news)$"
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
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    shape = _shape(lines, now)
    items = _items(shape)
    if not items:
        raise UnreadableError(name, "it holds no headlines.")
    return Document(items=tuple(items[:ITEM_LIMIT]))


def _shape(lines: list[str], now: datetime) -> _Shape:
    if _is_plain_list(lines):
        return _Shape(listed=[_BULLET.sub("", line) for line in lines if not _is_heading(line)])
    shape = _Shape()
    for index, line in enumerate(lines):
        if _starts_list(lines, index):
            shape.listed += [_BULLET.sub("", entry) for entry in lines[index + 1 :] if not _is_heading(entry)]
            break
        _place(shape, line, now)
    return shape


def _place(shape: _Shape, line: str, now: datetime) -> None:
    """Put one line of an article's head or body where it belongs."""
    if line.startswith(("http://", "https://")) and " " not in line:
        shape.link = shape.link or line
    elif not shape.title and not _CREDIT.match(line):
        shape.title = _BULLET.sub("", line)
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


def _starts_list(lines: list[str], index: int) -> bool:
    """A known heading, or any short line that only marked entries follow, to the end of the text."""
    following = lines[index + 1 :]
    if index == 0 or not following:
        return False
    if _is_heading(lines[index]):
        return all(len(line) <= TITLE_LIMIT for line in following)
    return (
        len(following) > _LIST_MINIMUM
        and len(lines[index]) <= _HEADING_LIMIT
        and not lines[index].endswith((".", "!", "?", ","))
        and all(_BULLET.match(line) for line in following)
    )


def _items(shape: _Shape) -> list[Item]:
    items: list[Item] = []
    title = clean_text(shape.title, TITLE_LIMIT)
    if title:
        summary = clean_text(" ".join(shape.body), SUMMARY_LIMIT)
        link = absolute_link(shape.link, "")
        items.append(Item(link or guid_of(title), title, link, summary, shape.published))
    titles = dict.fromkeys(clean_text(line, TITLE_LIMIT) for line in shape.listed)
    items += [Item(guid_of(listed), listed) for listed in titles if listed and listed != title]
    return items
