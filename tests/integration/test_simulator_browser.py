"""The chat page in a real browser: headless Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from tests.integration.simulator_stage import Stage, open_stage
from tests.unit.simulator.test_files import PNG

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """The page as Anna sees it on a phone; anything on the browser's console fails the test."""
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = await browser.new_page(viewport={"width": 390, "height": 844})
        opened.on("console", lambda message: problems.append(message.text))
        opened.on("pageerror", lambda error: problems.append(str(error)))
        await opened.goto(f"{stage.client.base_url}#person={stage.anna.id}&chat={stage.anna.id}")
        await opened.locator("#messages").get_by_text("/start").wait_for()
        yield opened
        assert await opened.evaluate("window.hacked") is None
        await browser.close()
    assert problems == []


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


async def write(stage: Stage, text: str, **fields: Any) -> dict[str, Any]:
    sent: dict[str, Any] = await stage.result(
        "sendMessage", chat_id=stage.anna.id, text=text, parse_mode="HTML", **fields
    )
    return sent


async def test_formatting_is_shown_and_markup_of_others_is_text(stage: Stage, page: Page) -> None:
    escaped = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    await write(stage, f'😀<b>bold <i>both</i></b> <a href="https://example.kz/">link</a> {escaped}')

    bubble = page.locator("#messages article").last
    await bubble.get_by_text("bold").wait_for()
    assert await bubble.locator("b").inner_text() == "bold both"
    assert await bubble.locator("b i").inner_text() == "both"
    assert await bubble.locator("a").get_attribute("href") == "https://example.kz/"
    assert await bubble.locator("a").get_attribute("rel") == "noopener noreferrer"
    assert HOSTILE in await bubble.inner_text()
    assert await bubble.locator("img, script").count() == 0


async def test_hostile_names_and_answers_are_text(stage: Stage, page: Page) -> None:
    guest = stage.simulator.person(HOSTILE)
    await guest.say(HOSTILE)
    await page.get_by_role("button", name="Show people and chats").click()
    await page.locator("#people").get_by_text(HOSTILE).wait_for()
    await page.locator("#messages").click(position={"x": 380, "y": 300})
    sent = await write(stage, "tap", reply_markup=keyboard({"text": HOSTILE, "callback_data": "x"}))
    await page.locator("#messages").get_by_role("button", name=HOSTILE).click()
    await stage.simulator.state.updates.bell.until(lambda: bool(stage.simulator.state.taps), 5)
    [query_id] = stage.simulator.state.taps
    await stage.result("answerCallbackQuery", callback_query_id=query_id, text=HOSTILE)

    await page.locator("#toast").get_by_text(HOSTILE).wait_for()
    assert sent["text"] == "tap"


async def test_a_reader_writes_taps_and_sees_edits(stage: Stage, page: Page) -> None:
    await page.get_by_placeholder("Message").fill("Сәлем")
    await page.keyboard.press("Enter")
    await page.locator("article.mine").get_by_text("Сәлем").wait_for()
    sent = await write(stage, "Language?", reply_markup=keyboard({"text": "Қазақша", "callback_data": "kk"}))
    await page.get_by_role("button", name="Қазақша").click()
    await stage.simulator.state.updates.bell.until(lambda: bool(stage.simulator.state.taps), 5)
    [tap] = stage.simulator.state.taps.values()
    await stage.result(
        "answerCallbackQuery", callback_query_id=tap.query_id, text="Read this", show_alert=True
    )
    await page.locator("dialog").get_by_text("Read this").wait_for()
    await page.get_by_role("button", name="OK").click()
    place = {"chat_id": stage.anna.id, "message_id": sent["message_id"]}
    await stage.result("editMessageText", **place, text="Жақсы")
    await page.get_by_text("edited").wait_for()
    await stage.result("deleteMessage", **place)
    await page.locator("article").get_by_text("Жақсы").wait_for(state="detached")

    assert tap.data == "kk"
    assert [message.text for message in stage.anna.chat.messages] == ["/start", "Сәлем"]


async def test_quotations_unfold_and_spoilers_open(stage: Stage, page: Page) -> None:
    lines = "\n".join(f"headline {number}" for number in range(9))
    await write(stage, f"<blockquote expandable>{lines}</blockquote>\n<tg-spoiler>hidden</tg-spoiler>")
    quotation = page.locator("blockquote")
    await quotation.wait_for()
    folded = await quotation.bounding_box()
    await quotation.click(position={"x": 5, "y": 5})
    unfolded = await quotation.bounding_box()
    await page.locator(".spoiler").click()

    assert folded is not None
    assert unfolded is not None
    assert unfolded["height"] > 2 * folded["height"]
    assert await page.locator(".spoiler.is-shown").count() == 1


async def test_a_deep_link_starts_the_bot_with_its_payload(stage: Stage, page: Page) -> None:
    await write(
        stage,
        "share",
        reply_markup=keyboard({"text": "Follow", "url": "https://t.me/jarchi_sim_bot?start=kz-uz"}),
    )
    await page.get_by_role("button", name="Follow").click()
    await page.locator("article.mine").get_by_text("kz-uz").wait_for()

    assert stage.anna.chat.messages[-1].text == "/start kz-uz"


async def test_commands_are_offered_in_the_readers_language(stage: Stage, page: Page) -> None:
    await stage.result("setMyCommands", commands=[{"command": "digest", "description": "the news"}])
    russian = [{"command": "digest", "description": "новости"}]
    await stage.result("setMyCommands", commands=russian, language_code="ru")
    await page.locator("#commands").click()
    await page.get_by_role("button", name="/digest новости").click()
    await page.locator("article.mine").get_by_text("/digest").wait_for()

    assert stage.anna.chat.messages[-1].text == "/digest"


async def test_blocking_and_coming_back(stage: Stage, page: Page) -> None:
    await page.get_by_role("button", name="block", exact=True).click()
    await page.get_by_role("button", name="UNBLOCK").click()
    await page.get_by_placeholder("Message").wait_for()

    assert [
        update["my_chat_member"]["new_chat_member"]["status"]
        for update in stage.simulator.state.updates.pending()
        if "my_chat_member" in update
    ][-2:] == ["kicked", "member"]


async def test_a_forum_shows_who_wrote_in_which_topic(stage: Stage, page: Page) -> None:
    topic = await stage.anna.add_topic(stage.forum, "Border")
    await page.get_by_role("button", name="Show people and chats").click()
    await page.locator("#chats").get_by_text("Forum", exact=True).click()
    await page.get_by_label("Topic").select_option("Border")
    await page.get_by_placeholder("Message").fill("/digest")
    await page.keyboard.press("Enter")
    await page.locator("article.mine").get_by_text("Border").wait_for()
    await stage.result("sendMessage", chat_id=stage.forum.id, text="here", message_thread_id=topic)
    await page.locator("article").get_by_text("Jarchi · Border").wait_for()

    written = next(message for message in stage.forum.messages if message.text == "/digest")
    assert written.thread_id == topic


async def test_an_inline_search_offers_results(stage: Stage, page: Page) -> None:
    await page.get_by_placeholder("Message").fill("@jarchi_sim_bot oil")
    await stage.simulator.state.updates.bell.until(lambda: bool(stage.simulator.state.searches), 10)
    [search] = stage.simulator.state.searches.values()
    content = {"message_text": "<b>oil</b> is found", "parse_mode": "HTML"}
    result = {"type": "article", "id": "1", "title": "A headline", "input_message_content": content}
    await stage.result("answerInlineQuery", inline_query_id=search.query_id, results=[result])
    await page.get_by_role("button", name="A headline").click()
    await page.locator("article.mine").get_by_text("via Jarchi").wait_for()

    assert (search.text, stage.anna.chat.messages[-1].text) == ("oil", "oil is found")


async def test_pictures_and_files(stage: Stage, page: Page) -> None:
    path = f"/bot{stage.simulator.token}"
    place = {"chat_id": str(stage.anna.id), "caption": "with words"}
    await stage.client.post(f"{path}/sendPhoto", data=place, files={"photo": ("a.png", real_png())})
    await stage.client.post(f"{path}/sendDocument", data=place, files={"document": ("a.csv", b"a,b")})
    await page.locator(".file").wait_for()

    assert await page.locator(".file").inner_text() == "↓\na.csv · 3 B"
    assert (
        await page.locator("img.photo").evaluate("image => image.decode().then(() => image.naturalWidth)")
        == 1
    )


def real_png() -> bytes:
    """A picture of one pixel that a browser can decode; the header alone is enough for the simulator only."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        PNG[:8]
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\x2a\x82\xc4"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_overflows_a_small_phone(stage: Stage, page: Page, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": 320, "height": 568})
    await write(
        stage,
        f"{'x' * 300} <pre>{'y' * 300}</pre> {'Қазақстан ' * 30}",
        reply_markup={
            "inline_keyboard": [[{"text": "a long label " * 4, "callback_data": str(n)} for n in range(8)]]
        },
    )
    await page.get_by_text("Қазақстан").first.wait_for()

    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await page.locator("#messages").evaluate("box => box.scrollWidth <= box.clientWidth")
