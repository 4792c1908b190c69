"""``jarchi run`` without a token, used through its chat page in a real browser."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.app import run
from bot.parts import Role
from bot.settings import parse_settings
from bot.timekeeper import SystemTimekeeper

pytestmark = pytest.mark.browser

# As root Chromium wants no sandbox; the others keep it from looking for its maker's hosts.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 1000, "height": 900}


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[str]:
    """The whole bot as `jarchi run` starts it; the page's address."""
    settings = parse_settings({"JARCHI_DATA_DIR": str(data_dir), "JARCHI_HTTP": "127.0.0.1:0"})
    said: asyncio.Queue[str] = asyncio.Queue()
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, list(Role), stop, clock=SystemTimekeeper(), say=said.put_nowait))
    sentence = await said.get()
    try:
        yield sentence.rpartition(" ")[2]
    finally:
        stop.set()
        await task


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with running(tmp_path / "data") as url, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        opened = await chromium.new_page(viewport=PHONE)
        await opened.goto(url)
        yield opened
        await chromium.close()


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send").click()


async def keep(page: Page, name: str) -> None:
    """A picture for the eye, where the environment names a folder for it; always a picture that is not empty."""
    picture = await page.screenshot()
    assert len(picture) > 10_000
    if folder := os.environ.get("JARCHI_PICTURES"):
        (Path(folder) / f"{name}.png").write_bytes(picture)


async def test_a_stranger_gets_a_digest_searches_and_an_editor_alerts(page: Page):
    messages = page.locator("#messages")
    await page.get_by_role("button", name="START", exact=True).click()
    await page.get_by_role("button", name="English").click()
    for country in ("Kazakhstan", "Uzbekistan"):
        await expect(page.get_by_role("button", name=country)).to_be_visible()
    await keep(page, "countries")
    for country in ("Kazakhstan", "Uzbekistan"):
        button = page.get_by_role("button", name=country)
        if "✓" not in await button.inner_text():
            await button.click()
            await expect(button).to_contain_text("✓")
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="08:00").click()
    await expect(messages).to_contain_text("Almaty opens two new metro stations")
    await expect(messages).to_contain_text("Tashkent opens dedicated bus lanes")
    await keep(page, "digest")

    await say(page, "/search stations")
    await expect(messages).to_contain_text("headline")
    await keep(page, "search")
    await page.get_by_role("button", name="≈ 1").last.click()
    await expect(messages).to_contain_text("Related:")
    await keep(page, "more")

    await page.locator("#people").get_by_text("Editor").click()
    await page.get_by_role("button", name="START", exact=True).click()
    await expect(messages).to_contain_text("Language?")
    await say(page, "/alert Border crossing at Korday closed after a rockslide in Kazakhstan")
    await page.get_by_role("button", name="Send to 1").click()
    await expect(messages).to_contain_text("Sent to 1")
    await keep(page, "alert")
    await page.locator("#people").get_by_text("Kate").click()
    await expect(messages).to_contain_text("Border crossing at Korday closed")
