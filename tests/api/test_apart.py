"""Work in a process of its own: its answer comes back, and whatever happens to it is told and half done by nobody."""

import os
import time
from pathlib import Path

import pytest

from api.apart import carry_out
from api.settings import Settings, settings_from_environ
from meetings.errors import StoreFailed
from store.database import Database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_from_environ({"HOMEGROUP_DATA_DIR": str(tmp_path)})


def process(database: Database, settings: Settings, word: str) -> tuple[int, str]:
    return os.getpid(), word


def dies(database: Database, settings: Settings) -> None:
    os._exit(3)


def breaks(database: Database, settings: Settings) -> None:
    raise ZeroDivisionError("secret")


def is_shut_out(database: Database, settings: Settings) -> None:
    raise StoreFailed("the database cannot be used now")


def never_ends(database: Database, settings: Settings) -> None:
    time.sleep(60)


def test_the_answer_comes_from_another_process(settings: Settings) -> None:
    pid, word = carry_out(settings, 60, process, "Grüße")
    assert (pid != os.getpid(), word) == (True, "Grüße")


@pytest.mark.parametrize("work", [dies, breaks])
def test_work_that_ends_without_an_answer_is_told_without_its_reason(settings: Settings, work: object) -> None:
    with pytest.raises(StoreFailed, match="this broke off"):
        carry_out(settings, 60, work)  # type: ignore[arg-type] # Each of them is work.


def test_a_store_that_cannot_be_used_is_told_as_such(settings: Settings) -> None:
    with pytest.raises(StoreFailed, match="cannot be used"):
        carry_out(settings, 60, is_shut_out)


def test_work_that_takes_too_long_is_ended(settings: Settings) -> None:
    began = time.monotonic()
    with pytest.raises(StoreFailed, match="longer than 1 seconds"):
        carry_out(settings, 1, never_ends)
    assert time.monotonic() - began < 30
