"""The composition root: opens everything, wires it, runs the roles asked for, closes everything in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.clock import ringing
from bot.courier import IN_FLIGHT, Courier
from bot.courier_request import courier_bot
from bot.demo import simulated
from bot.errors import on_error
from bot.jobs import join_new_stories
from bot.leader import COURIER, PLANNER, Leadership
from bot.pace import Pace
from bot.paced_replies import PacedReplies, SavePause
from bot.parts import Parts, Role
from bot.samples import load_samples
from bot.sending import TelegramSender
from bot.settings import Settings
from bot.timekeeper import Timekeeper
from bot.updates import PerChatProcessor
from bot.web import build_web, serving
from handlers.registry import publish_menu, register
from handlers.services import Services
from handlers.talk import build_context_types
from news.encoder import open_encoder
from news.errors import WrongUseError
from news.gazetteer import load_gazetteer
from news.sources.fetch import Fetcher
from storage.storage import Store, open_store
from storage.upgrade import upgrade

logger = logging.getLogger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
UPDATES = [
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]
POLL_TIMEOUT_S = 20
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
WEBHOOK_PATH = "/telegram"
PAID_IN_FLIGHT = 256  # 1,000 a second at 50 ms and the 70 or more until the result is written, with room for slower answers


def build_application(
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any],
    services: Services,
    pace: Pace,
    *,
    clock: Timekeeper | None = None,
    save_pause: SavePause | None = None,
) -> AnyApplication:
    """The one factory: every command and button, answers paced together with the broadcasts, per-chat order.

    With ``clock`` and ``save_pause`` a wait that Telegram orders in answer to a reply survives a restart.
    """
    application = (
        builder.context_types(build_context_types(services))
        .rate_limiter(PacedReplies(pace, clock=clock, save_pause=save_pause))
        .concurrent_updates(PerChatProcessor())
        .job_queue(None)
        .build()
    )
    register(application)
    application.add_error_handler(on_error)
    return application


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The store of these settings, migrated; closed at the end."""
    if settings.database_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    await upgrade(settings.database_url)
    store = await open_store(settings.database_url)
    try:
        yield store
    finally:
        await store.close()


async def run(
    settings: Settings,
    roles: Collection[Role],
    stop: asyncio.Event,
    *,
    clock: Timekeeper,
    say: Callable[[str], None],
) -> None:
    """Run until ``stop``. Without a token: against a simulator of our own, with sample news.

    Raises WrongUseError, before anything is started, for a refused token, a taken port, a newer database.
    """
    async with AsyncExitStack() as stack:
        is_demo = not settings.has_token
        if is_demo:
            settings = await stack.enter_async_context(simulated(settings, say))
        store = await stack.enter_async_context(opened(settings))
        parts = await stack.enter_async_context(_parts(settings, store, clock))
        if is_demo:
            await load_samples(store, parts.gazetteer, now=clock.now())
            await join_new_stories(parts)
        application, pace = _application(settings, parts)
        pace.load(await store.outbox.pauses(clock.now()))
        if Role.ANSWER in roles or Role.DELIVER in roles:
            await stack.enter_async_context(_initialised(application, stop))
        if stop.is_set():
            return
        if not is_demo:
            await stack.enter_async_context(_web(settings, parts, application, roles))
        if Role.DELIVER in roles:
            await stack.enter_async_context(_delivering(settings, parts, pace, clock))
        if Role.ANSWER in roles:
            await stack.enter_async_context(_answering(settings, application))
        await stack.enter_async_context(ringing(parts, roles))
        logger.info("running", extra={"action": "running", "roles": ",".join(sorted(roles))})
        await stop.wait()


@asynccontextmanager
async def _parts(settings: Settings, store: Store, clock: Timekeeper) -> AsyncIterator[Parts]:
    planning = Leadership(store.outbox.leases, PLANNER, clock)
    async with Fetcher(settings.fetch) as fetcher:
        yield Parts(
            settings=settings,
            store=store,
            gazetteer=load_gazetteer(),
            fetcher=fetcher,
            encoder=open_encoder(settings.encoder),
            planning=planning,
            clock=clock,
        )
        await planning.resign()


def _application(settings: Settings, parts: Parts) -> tuple[AnyApplication, Pace]:
    pace = Pace(parts.clock, rate=settings.messages_per_second)
    services = Services(
        storage=parts.store,
        gazetteer=parts.gazetteer,
        now=parts.now,
        admin_ids=settings.admin_ids,
        operator=settings.operator,
        rate=settings.messages_per_second,
    )
    builder = (
        ApplicationBuilder()
        .token(settings.token.reveal())
        .base_url(f"{settings.api_url}/bot")
        .base_file_url(f"{settings.api_url}/file/bot")
        .get_updates_read_timeout(POLL_TIMEOUT_S + 10)
    )
    if settings.webhook_url:
        builder = builder.updater(None)
    save_pause = parts.store.outbox.save_pause
    return build_application(builder, services, pace, clock=parts.clock, save_pause=save_pause), pace


@asynccontextmanager
async def _initialised(application: AnyApplication, stop: asyncio.Event) -> AsyncIterator[None]:
    """Ask Telegram who we are. A refused token ends the process; a network that is down is waited for."""
    wait_s = FIRST_WAIT_S
    try:
        while not stop.is_set():
            try:
                await application.initialize()
                break
            except InvalidToken as error:
                raise WrongUseError(
                    "Telegram refuses TELEGRAM_BOT_TOKEN. Get it again from @BotFather."
                ) from error
            except NetworkError as error:
                fields = {"action": "telegram_unreachable", "wait_s": wait_s}
                logger.warning("Telegram does not answer, trying again: %s", error, extra=fields)
                await _first_of(stop, wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        yield
    finally:
        await application.shutdown()
        # An application that was never initialised does not close the connection it tried with.
        await application.bot.request.shutdown()


async def _first_of(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def _web(
    settings: Settings, parts: Parts, application: AnyApplication, roles: Collection[Role]
) -> AsyncIterator[None]:
    """Health, metrics and, for the processes that answer behind a webhook, Telegram's door."""

    async def take(update: dict[str, object]) -> None:
        parsed = Update.de_json(update, application.bot)
        await application.update_processor.process_update(parsed, application.process_update(parsed))

    async def health() -> Mapping[str, object]:
        headlines = await parts.store.headlines.count()
        return {"ok": True, "headlines": headlines, "is_planner": parts.planning.is_leading}

    is_webhook = bool(settings.webhook_url) and Role.ANSWER in roles
    web = build_web(health, take=take if is_webhook else None, secret=settings.webhook_secret)
    try:
        async with serving(web, settings.http_host, settings.http_port):
            yield
    except OSError as error:
        address = f"{settings.http_host}:{settings.http_port}"
        raise WrongUseError(
            f"Cannot listen on {address} ({error.strerror}). Choose another JARCHI_HTTP."
        ) from error


@asynccontextmanager
async def _delivering(settings: Settings, parts: Parts, pace: Pace, clock: Timekeeper) -> AsyncIterator[None]:
    outbox = parts.store.outbox
    in_flight = PAID_IN_FLIGHT if settings.paid_broadcast else IN_FLIGHT
    async with courier_bot(settings.token.reveal(), settings.api_url, connections=in_flight) as bot:
        courier = Courier(
            outbox,
            parts.store.subscribers,
            TelegramSender(bot, outbox.messages, is_paid=settings.paid_broadcast),
            pace,
            clock,
            leadership=Leadership(outbox.leases, COURIER, clock),
            in_flight=in_flight,
            alarm=lambda sentence: logger.critical(sentence, extra={"action": "alarm"}),
        )
        stop = asyncio.Event()
        carrying = asyncio.create_task(courier.run(stop), name="courier")
        try:
            yield
        finally:
            stop.set()
            await carrying


@asynccontextmanager
async def _answering(settings: Settings, application: AnyApplication) -> AsyncIterator[None]:
    """Take updates by long polling or behind a webhook."""
    await application.start()
    try:
        await publish_menu(application.bot, application.bot_data.services.texts)
    except TelegramError as error:
        logger.warning("the menu was not published: %s", error, extra={"action": "menu_failed"})
    if application.updater is None:
        await application.bot.set_webhook(
            settings.webhook_url.removesuffix(WEBHOOK_PATH) + WEBHOOK_PATH,
            secret_token=settings.webhook_secret.reveal(),
            allowed_updates=UPDATES,
        )
    else:
        await application.updater.start_polling(allowed_updates=UPDATES, timeout=POLL_TIMEOUT_S)
    try:
        yield
    finally:
        if application.updater is not None:
            await application.updater.stop()
        await application.stop()
