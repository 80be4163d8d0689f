"""Which block belongs to whom, and which blocks hold a known prefix. Numbers only, no tensors.

Steps run in order on the device. So a freed block may be given away at once: whoever still writes to it does so in
an earlier step. Anything that reads or writes outside that order (a copy to disk, to another machine) must hold a
reference of its own.

A name is a SHA-256 digest over the parent's digest and the block's ids. Each message has one reading only (digests and
ids have fixed widths, the first of a chain has a length of its own). The name only finds a block; that it holds what is
looked for is then compared, ids and all that precedes them, so a collision costs a hit and no more. Where a chain was
named in one go the parent is the very object that the request has just come from, and one block's ids are compared; for
this a named block keeps its ids, about 200 bytes in all.

Here all layers form one KV group. Layers with a sliding window would be a second: its own blocks in the request, its
own tuple in Work.new_blocks; `attach` takes the longest prefix of which that group still has the last window, `grow`
takes from both groups or from none, and blocks wholly behind the window are released as `scheduled` moves on.
"""
from array import array
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable
from hashlib import sha256

from quire.core.types import Content, Request


class Miscounted(RuntimeError):
    """The books on the blocks are wrong: no single request's failure, for nobody's K/V can be trusted."""


class KVCache:
    """A pool of blocks, counted by reference, some of them named after the prefix they hold.

    refs        how many requests hold each block
    free        blocks held by nobody that were used before: those without a name first, then least recently used.
                Blocks from `fresh` on were never used
    names       block_of and digest_of are inverse. A digest names a block's tokens and all that precedes them, which
                content_of has in full. With is_named=False there are none: each request computes all of its own
    invariant   a block has one writer, the request that took it new; who finds it by name only reads
    counts      evictions: names lost because their block was needed
    """

    def __init__(self, num_blocks: int, block_size: int, is_named: bool = True):
        self.num_blocks, self.block_size, self.is_named = num_blocks, block_size, is_named
        self.refs = [0] * num_blocks
        self.fresh = 0
        self.free: OrderedDict[int, None] = OrderedDict()
        self.block_of: dict[bytes, int] = {}
        self.digest_of: dict[int, bytes] = {}
        self.content_of: dict[int, Content] = {}
        self.generation = 0                     # grows with each reset
        self.releases = 0                       # grows whenever blocks may have come free
        self.counts: Counter[str] = Counter()

    @property
    def num_free(self) -> int:
        return self.num_blocks - self.fresh + len(self.free)

    def missing(self, request: Request, length: int) -> int:
        """Blocks that the request lacks to hold so many positions."""
        return -(-length // self.block_size) - len(request.blocks)

    def attach(self, request: Request) -> None:
        """Give a waiting request the longest known prefix. Its last position is computed anyway, for the logits."""
        if request.generation != self.generation:
            request.generation = self.generation
            request.digests.clear()
        request.content = (None, repr((request.salt, request.adapter, request.generation)).encode())
        for i in range(len(request.tokens) // self.block_size if self.is_named and request.reads_cache else 0):
            block = self.block_of.get(self._digest(request, i))
            if block is None or not is_same(self.content_of[block], (request.content, self._ids(request, i))):
                break
            request.content = self.content_of[block]
            if not self.refs[block]:
                del self.free[block]
            self.refs[block] += 1
            request.blocks.append(block)
        request.committed = len(request.blocks)
        request.cached = request.committed * self.block_size
        request.scheduled = min(request.cached, len(request.tokens) - 1)

    def grow(self, request: Request, length: int, spare: int = 0) -> bool:
        """Make room for `length` positions and leave `spare` blocks free, or change nothing."""
        missing = self.missing(request, length)
        if missing + spare > self.num_free:
            return False
        for _ in range(missing):
            request.blocks.append(self._take())
        return True

    def commit(self, request: Request, length: int) -> list[int]:
        """Name the blocks that steps planned so far fill with known ids, up to `length`; returns those named."""
        named: list[int] = []
        for i in range(request.committed, length // self.block_size if self.is_named else 0):
            block, digest = request.blocks[i], self._digest(request, i)
            request.committed += 1
            request.content = (request.content, self._ids(request, i))
            if (other := self.block_of.get(digest)) is None:
                self.block_of[digest], self.digest_of[block], self.content_of[block] = block, digest, request.content
                named.append(block)
            elif is_same(self.content_of[other], request.content):
                request.content = self.content_of[other]
        return named

    def release(self, request: Request) -> None:
        """Tail first: the end of a sequence is the least likely to be shared, so it is evicted first."""
        self.releases += 1
        for block in reversed(request.blocks):
            if not self.refs[block]:
                raise Miscounted(f"block {block} is given back by request {request.id}, but nobody holds it")
            self.refs[block] -= 1
            if not self.refs[block]:
                self.free[block] = None
                if block not in self.digest_of:
                    self.free.move_to_end(block, last=False)
        request.blocks.clear()

    def forget(self, blocks: Iterable[int]) -> None:
        """Take names away: the blocks do not hold what was promised."""
        for block in blocks:
            if (digest := self.digest_of.pop(block, None)) is not None:
                del self.block_of[digest], self.content_of[block]
                if block in self.free:
                    self.free.move_to_end(block, last=False)

    def reset_prefix_cache(self) -> None:
        """Nobody who starts from now on finds anything computed before, not even what is being computed now: who runs
        goes on naming its blocks in the old generation. For changed weights, or a measurement. Costs O(names)."""
        self.generation += 1
        self.block_of.clear()
        self.digest_of.clear()
        self.content_of.clear()

    def check(self, live: Collection[Request]) -> None:
        held = Counter(b for r in live for b in r.blocks)
        assert self.refs == [held[b] for b in range(self.num_blocks)]
        assert set(self.free) == {b for b in range(self.fresh) if not held[b]}
        assert self.num_free + len(held) == self.num_blocks
        named = [b in self.digest_of for b in self.free]
        assert named == sorted(named), "a name was risked though a nameless block was free"
        assert {d: b for b, d in self.digest_of.items()} == self.block_of
        assert self.content_of.keys() == self.digest_of.keys()
        assert self.is_named or not self.block_of
        for r in live:
            assert len(r.blocks) == len(set(r.blocks))
            assert r.committed * self.block_size <= min(max(r.scheduled, r.cached), len(r.tokens))
            for block, digest in zip(r.blocks[:r.committed], r.digests[:r.committed], strict=True):
                assert self.digest_of.get(block, digest) == digest
            assert not any(b in self.digest_of for b in r.blocks[r.committed:])

    def _take(self) -> int:
        if self.free and (self.fresh == self.num_blocks or next(iter(self.free)) not in self.digest_of):
            block, _ = self.free.popitem(last=False)
        else:
            block, self.fresh = self.fresh, self.fresh + 1
        if (digest := self.digest_of.pop(block, None)) is not None:
            del self.block_of[digest], self.content_of[block]
            self.counts["evictions"] += 1
        self.refs[block] = 1
        return block

    def _digest(self, request: Request, i: int) -> bytes:
        for n in range(len(request.digests), i + 1):
            parent = request.digests[-1] if n else request.root + request.generation.to_bytes(8, "little")
            request.digests.append(sha256(parent + self._ids(request, n)).digest())
        return request.digests[i]

    def _ids(self, request: Request, i: int) -> bytes:
        return array("I", request.tokens[i * self.block_size:(i + 1) * self.block_size]).tobytes()


def is_same(one: Content | None, other: Content | None) -> bool:
    """Walks back to where the chains are one object: a step or two, unless a block was evicted and named anew while one
    that follows it lived on. (== would recurse, as deep as the chain is long.)"""
    while one is not other:
        if one is None or other is None or one[1] != other[1]:
            return False
        one, other = one[0], other[0]
    return True
