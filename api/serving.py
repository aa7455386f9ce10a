"""`homegroup serve`: the web workers, beside them the one process that builds the read index, and one that imports.

They are processes of their own and never threads: a rebuild or an import in a thread would hold up every answer. If
one dies, searches go on with what they have and it is started again.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.process import BaseProcess

import uvicorn

from api.app import create_app
from api.clock import clock
from api.house import open_database, place_files
from api.importing import import_due
from api.memory import limited_memory
from api.settings import Settings
from api.snapshot import make_snapshot
from api.tidying import tidy
from search.builder import follow
from search.index import IndexHolder
from search.place_files import publish_places, read_places
from store.listening import ChangeListener

log = logging.getLogger(__name__)
_RESTART_SECONDS = 1.0
#: Where making the table of places failed, as on a full disk.
_PLACES_AGAIN_SECONDS = 60.0


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    workers = settings.workers or os.cpu_count() or 1
    # What is wrong with the settings is told here, once, and not by every worker again and again.
    create_app(settings)
    with (
        _beside(settings, run_builder, "index builder", _RESTART_SECONDS),
        _importer(settings),
        _place_builder(settings),
    ):
        wait_for_index(settings)
        uvicorn.run(
            "api.app:app_from_environ",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=workers,
            log_level=settings.log_level.lower(),
            # An access log would hold secret addresses, and who looked for what.
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
        )


def wait_for_index(settings: Settings) -> None:
    """Return when there is a read index, or when waiting longer helps nobody: `/readyz` then says so."""
    holder = IndexHolder(settings.index_dir)
    deadline = time.monotonic() + settings.index_wait_seconds
    while holder.current() is None and time.monotonic() < deadline:
        time.sleep(settings.index_poll_milliseconds / 1000)


@contextmanager
def _beside(
    settings: Settings, work: Callable[[Settings, int], None], name: str, pause: float, *, once: bool = False
) -> Iterator[None]:
    """Until the block ends, keep a process at this work; when it ends, another begins after `pause` seconds.

    `once`: only if it did not end well.
    """
    spawn = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    current: list[BaseProcess] = []

    def keep_running() -> None:
        while not stopping.is_set():
            process = spawn.Process(target=work, args=(settings, os.getpid()), name=name, daemon=True)
            process.start()
            current[:] = [process]
            process.join()
            if not stopping.is_set() and process.exitcode != 0:
                log.warning("%s ended with code=%s; starting another", name, process.exitcode)
            if once and process.exitcode == 0:
                break
            stopping.wait(pause)

    keeper = threading.Thread(target=keep_running, name=f"{name} keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in current:
            process.terminate()
        keeper.join(timeout=10)


def _importer(settings: Settings) -> AbstractContextManager[None]:
    if not settings.import_minutes:
        return nullcontext()
    return _beside(settings, run_importer, "importer", settings.import_minutes * 60)


def _place_builder(settings: Settings) -> AbstractContextManager[None]:
    """A process that makes the table of places of a new release: questions by name wait for it, others do not."""
    if read_places(place_files(settings).home()) is not None:
        return nullcontext()
    return _beside(settings, run_place_builder, "places builder", _PLACES_AGAIN_SECONDS, once=True)


def run_place_builder(settings: Settings, parent: int) -> None:
    """The places builder's whole life: it makes the table if it is not there, and ends."""
    del parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)
    logging.basicConfig(level=settings.log_level)
    publish_places(place_files(settings))


def run_importer(settings: Settings, parent: int) -> None:
    """The importer process' whole life: it imports what is due and ends, which gives back all the memory it took."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Told to stop, it stops as if by an error: what it was at is undone, and its lease given back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.nice(10)
    logging.basicConfig(level=settings.log_level)
    with open_database(settings, pool_size=1) as database, limited_memory(settings.import_memory_bytes):
        for _ in import_due(database, settings, stopped=lambda: os.getppid() != parent):
            pass
        tidy(database, settings, clock())
        make_snapshot(database, settings.snapshot_dir, clock())


def run_builder(settings: Settings, parent: int) -> None:
    """The builder process' whole life; it ends when its parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Searches come first: the builder takes only what is left of the machine.
    os.nice(10)
    logging.basicConfig(level=settings.log_level)
    with open_database(settings, pool_size=1) as database:
        listener = ChangeListener(database, settings.index_poll_milliseconds / 1000)
        follow(
            database,
            settings.index_dir,
            clock=clock,
            sleep=listener.wait,
            stopped=lambda: os.getppid() != parent,
        )
