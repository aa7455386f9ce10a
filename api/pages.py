"""Pages for people: how they and their files are served, and the frame that all of them share.

Everything is ours alone, nothing is inline, and a page holds nothing of anybody: what it shows, its script asks for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from html import escape
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.tags import is_known, strong_tag

_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
#: Ours alone, nothing inline; and no script of ours may make markup of a text.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # A new release is seen at once: files are asked for again, and seldom sent.
    "Cache-Control": "no-cache",
}


def page_answer(request: Request, text: str, *, images: str = "'self'") -> Response:
    """That page, or that the browser has it already; `images` is where its pictures may come from."""
    body = text.encode("utf-8")
    etag = strong_tag(text)
    headers = _HEADERS | {"Content-Security-Policy": _POLICY.format(images=images), "ETag": etag}
    if is_known(etag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def filled(text: str, **lists: Iterable[tuple[str, str]]) -> str:
    """The page with the options of each list, by the name that stands for them."""
    for name, options in lists.items():
        told = "".join(f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in options)
        text = text.replace(f"{{{{{name}}}}}", told)
    return text


def files_in(folder: Path) -> Callable[[Request], Awaitable[Response]]:
    """GET …/{name}: a script, style sheet or picture of that folder, and nothing else."""

    known = {path.name: path for path in folder.iterdir() if path.suffix in _MEDIA}

    async def file(request: Request) -> Response:
        path = known.get(request.path_params["name"])
        if path is None:
            raise HTTPException(404, "no such file")
        body = path.read_bytes()
        headers = _HEADERS | {"ETag": strong_tag(body)}
        if is_known(headers["ETag"], request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=_MEDIA[path.suffix], headers=headers)

    return file


ROUTES = [Route("/frame/{name}", files_in(Path(__file__).with_name("frame")), name="frame file")]
