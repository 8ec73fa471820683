"""A client of a tiled log written from the standards alone (C2SP tlog-tiles, RFC 6962, RFC 9162): none of our code."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

Fetch = Callable[[str], Awaitable[bytes]]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def path(level: str, index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")


class Client:
    """Computes hashes of any range of a log of `size` from its tiles."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self.fetch, self.size, self.seen = fetch, size, {}

    async def tile(self, level: int, index: int) -> list[bytes]:
        key = (level, index)
        if key not in self.seen:
            hashes = self.size >> (8 * level)
            width = min(256, hashes - index * 256)
            data = await self.fetch(path(str(level), index, width))
            assert len(data) == 32 * width
            self.seen[key] = [data[i : i + 32] for i in range(0, len(data), 32)]
        return self.seen[key]

    async def perfect(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, 8)
        first = index << rest
        hashes = (await self.tile(level, first // 256))[first % 256 : first % 256 + (1 << rest)]
        while len(hashes) > 1:
            hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    async def mth(self, start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0 and start % count == 0:
            return await self.perfect(count.bit_length() - 1, start // count)
        split = 1 << ((count - 1).bit_length() - 1)
        return node(await self.mth(start, start + split), await self.mth(start + split, end))

    async def inclusion(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            return [*await self.inclusion(index, start, split), await self.mth(split, end)]
        return [*await self.inclusion(index, split, end), await self.mth(start, split)]

    async def consistency(self, old: int, start: int, end: int, *, whole: bool = True) -> list[bytes]:
        if start + old == end:
            return [] if whole else [await self.mth(start, end)]
        split = 1 << ((end - start - 1).bit_length() - 1)
        if old <= split:
            rest = await self.consistency(old, start, start + split, whole=whole)
            return [*rest, await self.mth(start + split, end)]
        rest = await self.consistency(old - split, start + split, end, whole=False)
        return [*rest, await self.mth(start, start + split)]


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def consistent(first: int, second: int, old: bytes, new: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if first == second:
        return not proof and old == new
    steps = [old, *proof] if first & (first - 1) == 0 else list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(step, fr), node(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return (sn, fr, sr) == (0, old, new)
