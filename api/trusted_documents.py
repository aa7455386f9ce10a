"""The operator's list of documents that are answered, read from a manifest as clients' build tools write it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from api.settings import BadSetting

_NAME = "HOMEGROUP_GRAPHQL_TRUSTED_DOCUMENTS"


def trusted_documents(path: str) -> Mapping[str, str] | None:
    """Documents by id; None: no manifest is named, and any document is answered. BadSetting.

    A manifest is one JSON object: of ids and texts, as Relay's compiler writes it, or with a list `operations` of
    objects with `id` and `body`, as Apollo's does.
    """
    if not path:
        return None
    try:
        told = orjson.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise BadSetting(f"{_NAME}={path!r}: cannot be read: {error}") from error
    documents = _documents(told)
    if not documents or not all(isinstance(part, str) for pair in documents.items() for part in pair):
        raise BadSetting(
            f"{_NAME}={path!r}: want one object of ids and documents, or a list `operations` of objects with `id` "
            "and `body`"
        )
    return documents


def _documents(told: Any) -> dict[Any, Any]:  # noqa: ANN401 - any JSON
    if isinstance(told, dict) and "operations" not in told:
        return told
    operations = told.get("operations") if isinstance(told, dict) else None
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        return {}
    return {one.get("id"): one.get("body") for one in operations}
