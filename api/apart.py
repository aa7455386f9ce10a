"""Work in a process of its own, waited for: a long computation in a thread would hold up every answer.

The process ends with the work, which gives back all the memory it took, and is ended if it takes too long.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from api.house import open_database
from api.settings import Settings
from meetings.errors import StoreFailed, frames_of

log = logging.getLogger(__name__)
Result = TypeVar("Result")
# Never a fork of this process, which has threads; and not begun from nothing each time, which takes seconds.
_AWAY = multiprocessing.get_context("forkserver")
_AWAY.set_forkserver_preload(["api.volunteering"])


def carry_out(settings: Settings, seconds: float, work: Callable[..., Result], *told: object) -> Result:
    """`work(database, settings, *told)` in another process; StoreFailed, also where it ended without an answer."""
    ours, theirs = _AWAY.Pipe(duplex=False)
    process = _AWAY.Process(target=_work, args=(theirs, settings, work, told), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise StoreFailed(f"this took longer than {seconds:.0f} seconds and was given up; nothing is half done")
        done, answer = ours.recv()
    except EOFError as error:
        raise StoreFailed("this broke off; nothing is half done, try again") from error
    finally:
        ours.close()
        process.kill()
        process.join()
    if not done:
        raise StoreFailed(str(answer))
    result: Result = answer
    return result


def _work(answers: Connection, settings: Settings, work: Callable[..., Any], told: tuple[object, ...]) -> None:
    """The whole life of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)
    logging.basicConfig(level=settings.log_level)
    try:
        with open_database(settings, pool_size=1) as database:
            answers.send((True, work(database, settings, *told)))
    except StoreFailed as error:
        answers.send((False, error.reason))
    except Exception as error:
        log.error("work broke off work=%s %s", work.__name__, frames_of(error))
        # Not raised: the interpreter would print the message, and that may hold what a person wrote.
        raise SystemExit(1) from None
