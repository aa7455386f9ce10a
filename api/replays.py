"""`Idempotency-Key`: a mutation that is sent again is done once, and answered as it was the first time, for a day.

The client's key is random and nobody's name. We keep a hash of it and, sealed under the key itself, which we do not
keep, the answer: whoever sees the database learns neither a schedule's key nor what was asked. All that is random in
the work follows from the key too, so that work that broke off before its answer was kept comes to the same when it is
done again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from api.graphql_answers import Answer
from api.house import House
from api.incoming import Malformed
from meetings.tokens import Token
from schema.documents import sha256_of
from schema.operations import Request
from store.replays import Claim, claim, release, settle

#: Less is no random key: 128 bits take 22 letters, 32 digits of a UUID.
_LEAST, _MOST = 22, 200
_NONCE = 12


@dataclass(slots=True, kw_only=True)
class Replay:
    """One mutation under its key. `again`: it was begun before and did not come to its end."""

    secret: bytes
    key_hash: str
    request: str
    nonce: bytes = b""
    again: bool = False
    _drawn: int = field(default=0)

    def random_bytes(self, count: int) -> bytes:
        """Bytes that nobody can guess without the key and the nonce, and the same ones when it is done again."""
        self._drawn += 1
        drawn = b"".join(
            _derived(self.secret, b"random", self.nonce, self._drawn.to_bytes(4, "big"), bytes([part]))
            for part in range(-(-count // 32))
        )
        return drawn[:count]

    def sealed(self, answer: Answer, nonce: bytes) -> str:
        """The answer, as it is kept."""
        told = orjson.dumps([answer.status, answer.body.decode("utf-8"), dict(answer.headers)])
        return (nonce + self._cipher().encrypt(nonce, told, None)).hex()

    def opened(self, sealed: str) -> Answer:
        """The answer that was kept."""
        raw = bytes.fromhex(sealed)
        try:
            status, body, headers = orjson.loads(self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], None))
        except InvalidTag as error:
            raise Malformed(422, "what is kept under this Idempotency-Key cannot be read; use a new key") from error
        return Answer(
            status=status, body=body.encode(), faultless=True, headers=headers | {"Idempotency-Replayed": "true"}
        )

    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(_derived(self.secret, b"answer", self.nonce))


def replay_of(header: str | None, viewer: Token | None, asked: Request) -> Replay | None:
    """The mutation under the key that the header gives; None: it gives none. Malformed."""
    if header is None:
        return None
    if not (_LEAST <= len(header) <= _MOST and header.isascii() and header.isprintable()):
        raise Malformed(400, f"`Idempotency-Key` is {_LEAST} to {_MOST} random ASCII characters, such as a UUID")
    # A token's keys are its own; those of the public are nobody's, and no two clients draw the same.
    secret = hashlib.sha256(orjson.dumps([viewer.id if viewer else None, header])).digest()
    document = sha256_of(asked.query) if asked.query is not None else asked.document_id
    told = orjson.dumps([document, asked.operation_name, asked.variables], option=orjson.OPT_SORT_KEYS)
    return Replay(
        secret=secret, key_hash=_derived(secret, b"key").hex(), request=_derived(secret, b"request", told).hex()
    )


def done_once(house: House, replay: Replay, work: Callable[[], Answer], *, seconds: float) -> Answer:
    """What the work answers, or answered when it was done before; Malformed where the key is another mutation's."""
    now = house.clock()
    until = now + timedelta(seconds=seconds)
    with house.database.write() as write:
        found = claim(write, replay.key_hash, replay.request, nonce=house.random_bytes(32), now=now, until=until)
    _check(found, replay)
    replay.nonce, replay.again = found.nonce, found.again
    if found.answer is not None:
        return replay.opened(found.answer)
    try:
        answer = work()
    except BaseException:
        _release(house, replay)
        raise
    if not answer.faultless:
        _release(house, replay)
        return answer
    with house.database.write() as write:
        settle(write, replay.key_hash, replay.sealed(answer, house.random_bytes(_NONCE)))
    return answer


def _check(found: Claim, replay: Replay) -> None:
    if not hmac.compare_digest(found.request, replay.request):
        raise Malformed(422, "this Idempotency-Key came with another request before; use a new key for a new request")
    if not found.ours and found.answer is None:
        raise Malformed(409, "the same request is being carried out; ask again in a moment", {"Retry-After": "2"})


def _release(house: House, replay: Replay) -> None:
    with house.database.write() as write:
        release(write, replay.key_hash, house.clock())


def _derived(secret: bytes, *parts: bytes) -> bytes:
    """32 bytes for one purpose; each part with its length, so that no two purposes are one."""
    told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(secret, told, hashlib.sha256).digest()
