"""What one operation has at hand: a snapshot to read, a way to write, the read index, now, and its loaders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from meetings.errors import StoreFailed
from meetings.search import Page
from meetings.tokens import Token
from meetings.vocabulary import Vocabulary
from schema.costs import Spent
from schema.fragments import Fragments
from schema.freshness import Soonest
from schema.import_work import ImportWork
from schema.lightness import is_light
from schema.limits import Limits
from schema.loaders import Loaders, loaders_for
from search.index import Index
from search.places import PlaceFinder
from store.database import Reader, WouldWait, Writer


@dataclass(slots=True, kw_only=True)
class Context:
    """Made anew for each operation by `api`.

    `index` is None before the first generation was built. `now` is aware; `base_url` has no slash at its end;
    `random_bytes(n)` gives n bytes that nobody can guess. `viewer` is None for the public. `network` tells that of
    whoever asks, as far as reporters are told apart; it is not kept. `places` is None while there is no such table.
    `again`: the same change was begun before, with the same random bytes, and may have been done.
    `spent`: what the operation took of what whoever asks may ask for; None: nobody counts. `fragments` are what is kept
    of answers, by this process and for this base URL; `prompt`: whoever asks may not wait, and what would take longer
    is a WouldWait. `soonest`, where an answer may be kept, is told what it shows.
    """

    read: Reader
    write: Callable[[], AbstractContextManager[Writer]]
    index: Index | None
    vocabulary: Vocabulary
    now: datetime
    base_url: str
    random_bytes: Callable[[int], bytes]
    limits: Limits
    work: ImportWork
    network: Callable[[], str]
    again: bool = False
    spent: Spent | None = None
    viewer: Token | None = None
    places: PlaceFinder | None = None
    fragments: Fragments | None = None
    prompt: bool = False
    soonest: Soonest | None = None
    _loaders: Loaders | None = field(init=False, default=None)

    @property
    def loaders(self) -> Loaders:
        """What looks things up; made when first something is, for many questions look up nothing."""
        if self._loaders is None:
            self._loaders = loaders_for(self.read)
        return self._loaders

    def renew(self) -> None:
        """Hold no snapshot any more; what is looked up from here on is the newest, and what was is forgotten."""
        self.read.renew()
        self._loaders = None

    def go_on_from(self, begun: Context) -> None:
        """Go on where the other began, which could not read: with its now and its index."""
        self.index, self.now, self.soonest = begun.index, begun.now, begun.soonest

    @property
    def minute(self) -> datetime:
        """Now in whole minutes, as questions of time are asked."""
        return self.now.replace(second=0, microsecond=0)

    def shown(self, page: Page) -> Page:
        """The page, noted as a part of the answer."""
        if self.soonest is not None:
            self.soonest.note(page.hits, self.now)
        return page

    def search_index(self) -> Index:
        """The read index; StoreFailed while there is none."""
        if self.index is None:
            raise StoreFailed("the search index is being built; try again in a minute")
        return self.index

    def check_light(self, filter: Mapping[str, Any] | None, *, short: bool = True) -> None:
        """WouldWait, where a search for that filter, in a short time or a long one, may not be waited for."""
        if not self.prompt:
            return
        index, most = self.search_index(), self.limits.prompt_rows
        if not short or not is_light(filter, rows=index.count, are_few=index.are_few_around, most=most):
            raise WouldWait

    def place_finder(self) -> PlaceFinder:
        """Who knows places by name; StoreFailed while nobody does."""
        if self.places is None:
            raise StoreFailed("the table of places is being made; try again in a minute")
        return self.places


class Info(Protocol):
    """What resolvers use of graphql-core's `GraphQLResolveInfo`."""

    @property
    def context(self) -> Context:
        """The operation's."""
