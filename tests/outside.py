"""What the tests look for outside the repository: real meeting lists, a PostgreSQL server, foreign judges.

Each may be absent on a contributor's machine; then the tests that need it are skipped with a reason
that says how to get it. Where `HOMEGROUP_REQUIRE_…` is set, as in CI, absence is a failure.
"""

import os
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Real meeting lists, which are not ours to publish, lie beside the repository.
REAL_LISTS = ROOT.parent / "shared" / "data"
REAL_LISTS_ABSENT = "real meeting lists are not beside the repository (../shared/data)"
needs_real_lists = pytest.mark.skipif(not REAL_LISTS.is_dir(), reason=REAL_LISTS_ABSENT)

POSTGRES = os.environ.get("HOMEGROUP_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def absent(what: str, how: str, *, required_by: str) -> NoReturn:
    """Skip this test for want of `what`, or fail it where the variable `required_by` is set."""
    message = f"{what} is not here: {how}"
    if os.environ.get(required_by):
        pytest.fail(f"{message} ({required_by} is set)", pytrace=False)
    pytest.skip(message)
