"""`homegroup serve`: the web workers, and beside them the one process that builds the read index.

The builder is a process of its own and never a thread: a rebuild in a thread would hold up every answer. If it dies,
searches go on with what they have and it is started again.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import uvicorn

from api.clock import clock
from api.house import open_database
from api.settings import Settings
from search.builder import follow
from search.index import IndexHolder

log = logging.getLogger(__name__)
_RESTART_SECONDS = 1.0


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    workers = settings.workers or os.cpu_count() or 1
    with _builder(settings):
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
def _builder(settings: Settings) -> Iterator[None]:
    """Keep a builder running until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    current: list[BaseProcess] = []

    def keep_running() -> None:
        while not stopping.is_set():
            process = spawn.Process(target=run_builder, args=(settings, os.getpid()), name="index builder", daemon=True)
            process.start()
            current[:] = [process]
            process.join()
            if not stopping.wait(_RESTART_SECONDS):
                log.warning("index builder ended with code=%s; starting another", process.exitcode)

    keeper = threading.Thread(target=keep_running, name="builder keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in current:
            process.terminate()
        keeper.join(timeout=10)


def run_builder(settings: Settings, parent: int) -> None:
    """The builder process' whole life; it ends when its parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Searches come first: the builder takes only what is left of the machine.
    os.nice(10)
    logging.basicConfig(level=settings.log_level)
    with open_database(settings, pool_size=1) as database:
        follow(
            database,
            settings.index_dir,
            clock=clock,
            sleep=lambda: time.sleep(settings.index_poll_milliseconds / 1000),
            stopped=lambda: os.getppid() != parent,
        )
