"""GraphiQL for a browser: a page of ours and assets from an installed package, with no request to anyone else."""

from __future__ import annotations

import importlib.util
import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

#: The package that carries GraphiQL's files; it is found without being imported, because it would want Django.
_PACKAGE = "graphene_django_graphiql_static"
_STYLES = ("graphiql.min.css",)
_SCRIPTS = ("react.production.min.js", "react-dom.production.min.js", "graphiql.min.js")
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
# CodeMirror, which is in GraphiQL, sets styles on elements; its fonts and icons are in the style sheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def wants_page(accepts: str | None) -> bool:
    """Whether it is a browser that asks: nothing else names HTML."""
    return "text/html" in (accepts or "").lower()


def page() -> Response:
    """The page."""
    styles = "".join(f'<link rel="stylesheet" href="/graphql/assets/{name}">' for name in (*_STYLES, "start.css"))
    scripts = "".join(f'<script src="/graphql/assets/{name}" defer></script>' for name in (*_SCRIPTS, "start.js"))
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GraphiQL</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'{styles}{scripts}</head><body><div id="graphiql">This page needs JavaScript.</div></body></html>'
    )
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Vary": "Accept"}
    return Response(text, media_type="text/html", headers=headers)


async def asset(request: Request) -> Response:
    """One of the page's files."""
    name = request.path_params["name"]
    headers = {**_HEADERS, "Cache-Control": "public, max-age=86400"}
    if name == "start.js":
        return FileResponse(Path(__file__).with_name("graphiql.js"), media_type="text/javascript", headers=headers)
    if name == "start.css":
        return Response("html, body, #graphiql { height: 100%; margin: 0; }", media_type="text/css", headers=headers)
    if name not in (*_STYLES, *_SCRIPTS):
        raise HTTPException(404, "no such file")
    return FileResponse(_folder() / name, media_type=mimetypes.guess_type(name)[0], headers=headers)


def _folder() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise HTTPException(404, "GraphiQL's files are not installed")
    return Path(found.submodule_search_locations[0]) / "static" / _PACKAGE
