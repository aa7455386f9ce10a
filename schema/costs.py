"""What an operation costs, and what whoever asks has left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import graphene

from schema.scalars import DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What this operation took from the bucket of whoever asks; `limit` 0: there is none, and nothing runs out.

    `reset` tells when the bucket is full again; few ask.
    """

    used: int
    limit: int
    remaining: int
    reset: Callable[[], datetime]


class QueryCost(graphene.ObjectType):
    """What this operation costs, and what is left to its network or token until the bucket is filled anew."""

    used = graphene.Int(required=True, description="The most fields that this operation can resolve.")
    limit = graphene.Int(required=True, description="Fields in a minute; 0: as many as you like.")
    remaining = graphene.Int(required=True, description="Fields left after this operation; 0 where there is no limit.")
    reset_at = DateTime(
        required=True,
        description="When `remaining` is `limit` again.",
        resolver=lambda root, info: root.reset(),
    )
