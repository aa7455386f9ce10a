"""A web server to fetch from."""

from collections.abc import Iterator

import pytest

from tests.importers.servers import Server, a_server


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of loopback that answers as told."""
    with a_server() as made:
        yield made
