"""Packed answers, unpacked piece by piece: what they unpack to never lies in memory before it is counted."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

#: Unpacked at a time.
_PIECE = 64 * 1024
#: A list that is text packs to a twentieth; what packs so much better than that is meant to fill a machine.
_MAX_RATIO = 200
#: Below this no ratio is looked at.
_SMALL = 1024 * 1024
_GZIP = b"\x1f\x8b"


class BadPacking(ValueError):
    """An answer whose packing we did not offer, that is broken, or that would fill the machine."""


def unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The answer's bytes by its Content-Encoding; BadPacking. Packed twice it is refused."""
    if encoding.strip().lower() in {"", "identity"}:
        yield from chunks
    elif encoding.strip().lower() in {"gzip", "x-gzip"}:
        yield from _unzipped(chunks)
    else:
        raise BadPacking(f"it is packed as {encoding[:40]!r}, which was not offered")


def _unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unzip, taken, given = zlib.decompressobj(31), 0, 0
    for chunk in chunks:
        taken += len(chunk)
        rest = chunk
        while rest:
            try:
                piece = unzip.decompress(rest, _PIECE)
            except zlib.error as error:
                raise BadPacking("its packing is broken") from error
            if given == 0 and piece.startswith(_GZIP):
                raise BadPacking("it is packed twice")
            given += len(piece)
            if given > _SMALL and given > _MAX_RATIO * taken:
                raise BadPacking(f"it unpacks to more than {_MAX_RATIO} times its size")
            yield piece
            rest = unzip.unconsumed_tail or (b"" if not unzip.eof else unzip.unused_data)
            if unzip.eof and rest:
                unzip = zlib.decompressobj(31)
    # What the last piece left inside comes out here.
    while not unzip.eof and (piece := unzip.decompress(b"", _PIECE)):
        given += len(piece)
        yield piece
    if not unzip.eof:
        raise BadPacking("its packing breaks off")
