"""The smallest few of many rows, by a key, then by folded name, then by id, without sorting them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from search.clock import Longs
from search.columns import Generation
from search.cursors import Position
from search.strings import rank_of, texts_at

#: Rows that know no distance or no start come last. A number of numpy's: one of Python's would be cut to 32 bits
#: wherever it meets an array of them.
LAST = np.int64(1 << 62)
#: So many are not sorted to find the first few of them.
_MANY = 500


def name_ranks(columns: Generation, rows: Longs) -> Longs:
    """The places of the rows' names among all names."""
    return columns.name_ranks.take(columns.rows.name.take(rows)).astype(np.int64)


def names_of(columns: Generation, rows: Longs) -> list[str]:
    """The rows' folded names."""
    return texts_at(columns.names, name_ranks(columns, rows))


def smallest(columns: Generation, rows: Longs, keys: Longs, count: int, after: Position | None = None) -> Longs:
    """Where in `rows` the first `count` are which come after a position, in order."""
    if after is not None:
        places = positions_after(columns, rows, keys, after)
        return places.take(smallest(columns, rows.take(places), keys.take(places), count))
    if len(rows) > max(count, _MANY):
        places = _few(_levels(columns, rows, keys), np.arange(len(rows)), count)
        return places.take(smallest(columns, rows.take(places), keys.take(places), count))
    order = keys.argsort()
    first = keys.take(order[: count + 1])
    if np.count_nonzero(first[1:] == first[:-1]):
        levels = _levels(columns, rows, keys)
        # Any of those may come first that tie with the last one.
        order = order[: keys.take(order).searchsorted(first[:count][-1], "right")]
        if len(order) > 2 * count:
            order = _few(levels, order, count)
        order = order.take(np.lexsort([level(order) for level in reversed(levels)]))
    return order[:count]


def _levels(columns: Generation, rows: Longs, keys: Longs) -> list[Callable[[Longs], Longs]]:
    """What orders places in `rows`, each of those that the one before leaves equal."""
    return [
        keys.take,
        lambda at: name_ranks(columns, rows.take(at)),
        lambda at: columns.rows.number.take(rows.take(at)),
    ]


def _few(levels: Sequence[Callable[[Longs], Longs]], places: Longs, count: int) -> Longs:
    """The `count` smallest, unsorted: only what ties at the edge is asked for the next level's key."""
    if len(places) <= count or not levels:
        return places[:count]
    if not count:
        return places[:0]
    keys = levels[0](places)
    edge = np.partition(keys, count - 1)[count - 1]
    sure = places.take((keys < edge).nonzero()[0])
    ties = places.take((keys == edge).nonzero()[0])
    return np.concatenate([sure, _few(levels[1:], ties, count - len(sure))])


def positions_after(columns: Generation, rows: Longs, keys: Longs, after: Position) -> Longs:
    """Where in `rows` those are that come after a position, in no order."""
    tied = np.flatnonzero(keys == after.key)
    if tied.size:
        rank, known = rank_of(columns.names, after.name)
        ranks, numbers = name_ranks(columns, rows.take(tied)), columns.rows.number.take(rows.take(tied))
        later = ranks > rank if known else ranks >= rank
        if known:
            later |= (ranks == rank) & (numbers > after.number)
        tied = tied[later]
    return np.concatenate([np.flatnonzero(keys > after.key), tied])
