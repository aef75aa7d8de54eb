"""Running the server: one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from types import FrameType

import uvicorn

from thalweg.http import logs
from thalweg.http.app import App, application
from thalweg.http.settings import Settings, address_shown
from thalweg.model.errors import BadInput
from thalweg.store.open import open_store
from thalweg.sync import file
from thalweg.sync.file import Planned
from thalweg.sync.keeping import Keeping

NEW_LOOP: Callable[[], asyncio.AbstractEventLoop]
try:
    import uvloop

    NEW_LOOP = uvloop.new_event_loop
except ImportError:  # there is none for Windows
    NEW_LOOP = asyncio.new_event_loop

log = logging.getLogger("thalweg.http")

Started = Callable[[Sequence[str]], None]
"""Is told the addresses of the server as soon as it answers."""


def serve(settings: Settings, started: Started | None = None) -> int:
    """Serves until SIGINT or SIGTERM; answers the exit code. Raises ThalwegError where it cannot start.

    Stops in order: not ready any more; no new connections; requests in flight are given time; the store is closed.
    """
    require_safe(settings)
    sources = None if settings.sync is None else file.read(settings.sync)
    if sources is not None and settings.read_only:
        raise BadInput("Sources are to be kept in step, and the store is opened for reading only.", "Give one of them.")
    logs.set_up(settings.log_format, settings.log_level)
    with (
        _listen(settings) as listening,
        suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=NEW_LOOP) as runner,
    ):
        runner.run(_serve(settings, sources, listening, started))
    return 0


async def _serve(
    settings: Settings, sources: Sequence[Planned] | None, listening: socket.socket, started: Started | None
) -> None:
    def answering() -> None:
        addresses = addresses_of(settings, listening)
        log.info("Serving %s at %s", address_shown(settings.store), addresses[0])
        if started is not None:
            started(addresses)

    password = settings.neo4j_password
    store = await open_store(
        settings.store,
        read_only=settings.read_only,
        user=settings.neo4j_user,
        password=None if password is None else password.get_secret_value(),
        database=settings.neo4j_database,
        synchronous=settings.synchronous,
        readers=settings.readers,
    )
    keeping = None if sources is None else Keeping(store, sources)
    gc.freeze()  # what is there now stays for good: no collection need look at it again
    try:
        async with kept(keeping):
            await Server(application(store, settings, keeping), settings, answering).serve([listening])
    finally:
        await store.close()


@asynccontextmanager
async def kept(keeping: Keeping | None) -> AsyncIterator[None]:
    """Keeps sources in step for as long as the context is open; what is being written then is written to its end."""
    task = None if keeping is None else asyncio.create_task(keeping.forever())
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Server(uvicorn.Server):
    """Uvicorn's server that says when it answers, and stops being ready before it stops answering."""

    def __init__(self, app: App, settings: Settings, answering: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
        )
        super().__init__(config)
        self.app = app
        self.delay = settings.shutdown_delay
        self.answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.answering()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A second Ctrl-C waits for nothing. The signal is not raised again afterwards: to stop is no failure."""
        again = not self.app.ready
        self.app.ready = False
        if again and sig == signal.SIGINT:
            self.should_exit = self.force_exit = True
        else:
            self.loop.call_soon_threadsafe(self.loop.call_later, self.delay, self._exit)

    def _exit(self) -> None:
        self.should_exit = True


def require_safe(settings: Settings) -> None:
    """Raises BadInput for a server that anybody on the network could use."""
    if not settings.on_loopback and not settings.insecure:
        raise BadInput(
            f"The server would listen on {settings.host}, where others reach it, and nobody has to log in.",
            "Listen on 127.0.0.1, or give --insecure (THALWEG_INSECURE=true) where something else keeps strangers out, "
            "like a container whose port is published on loopback only.",
        )


def _listen(settings: Settings) -> socket.socket:
    """Raises BadInput where the address cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host.strip("[]"), settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise BadInput(
            f"The server cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
            "Give another --port, or end what listens there; --port 0 takes any that is free.",
        ) from None


def addresses_of(settings: Settings, listening: socket.socket) -> list[str]:
    """Where the server can be reached: the API and its page first, then health."""
    port = listening.getsockname()[1]
    host = settings.host.strip("[]")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return [f"{root}/graphql", f"{root}/readyz"]
