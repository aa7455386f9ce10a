"""Pages as a browser meets them: a server on loopback, what it was asked for, texts that mean harm."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

CORPUS = [
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "</textarea></script><b>fat</b>",
    "{{constructor.constructor('window.ran = 1')()}}",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "'-alert(1)-'",
    "<!--<img src=http://192.0.2.1/x>-->",
    "<a href=javascript:alert(1)>x</a>",
    "\u202egnitae\u202c \u0000 &lt;script&gt;",
    "http://192.0.2.1/<img src=http://192.0.2.1/y>",
    "<3 AT&T 5 < 6",
]


@contextmanager
def served(build: Callable[[int], ASGIApp]) -> Iterator[str]:
    """The origin at which the application answers that is built for its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(build(port), log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


class Remembering:
    """An application that keeps what a log might: of each request the address and all headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.lines: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = b" ".join(name + b": " + value for name, value in scope["headers"])
            line = b" ".join((scope["method"].encode(), scope["raw_path"], scope["query_string"], headers))
            self.lines.append(line.decode("latin-1"))
        await self.app(scope, receive, send)


def clean(account: dict[str, Any]) -> bool:
    """Nothing for axe, the policy, or the console to say; nobody else was asked; nothing is wider than the screen."""
    assert {name: account[name] for name in ("axe", "csp", "foreign", "wide", "errors")} == {
        "axe": [], "csp": [], "foreign": [], "wide": [], "errors": [],
    }  # fmt: skip
    return True
