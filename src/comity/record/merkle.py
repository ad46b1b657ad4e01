"""The Merkle tree of RFC 9162: one hash for the whole record, and short proofs about it.

A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right). The hashes of all complete subtrees are
kept, 64 bytes an entry, so that adding an entry costs two hashes on average and a root or a proof O(log n).

Source: RFC 9162, sections 2.1.1 (tree), 2.1.3 (inclusion), 2.1.4 (consistency).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """A tree that grows by leaves and answers for every size it ever had.

    >>> tree = MerkleTree(leaf_hash(letter) for letter in (b"a", b"b", b"c"))
    >>> verify_inclusion(leaf_hash(b"b"), 1, 3, tree.inclusion(1, 3), tree.root())
    True
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.size = 0
        self.extend(leaves)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash, and every subtree that it completes."""
        self._levels[0] += leaf
        self.size += 1
        number, level = self.size, 0
        while number % 2 == 0:
            pair = self._levels[level][-2 * HASH_SIZE :]
            level, number = level + 1, number // 2
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += hashlib.sha256(b"\x01" + pair).digest()

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes, level by level: three times as fast as one by one."""
        self._levels[0] += b"".join(leaves)
        self.size = size = len(self._levels[0]) // HASH_SIZE
        level = 0
        while size > 1:
            level, size = level + 1, size // 2
            if level == len(self._levels):
                self._levels.append(bytearray())
            below, above = self._levels[level - 1], self._levels[level]
            pairs = range(2 * len(above), 2 * size * HASH_SIZE, 2 * HASH_SIZE)
            above += b"".join(
                [hashlib.sha256(b"\x01" + below[start : start + 2 * HASH_SIZE]).digest() for start in pairs]
            )

    def leaf(self, index: int) -> bytes:
        return self._complete(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The tree hash over the first `size` leaves, all of them when no size is given."""
        size = self.size if size is None else size
        self._check(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The hashes that prove leaf `index` to be in the tree of `size` leaves, nearest first."""
        (path,) = self.inclusions((index,), size)
        return path

    def inclusions(self, indices: Iterable[int], size: int) -> Iterator[tuple[bytes, ...]]:
        """`inclusion` of each of these; what they have in common, the right edge of the tree, is hashed once."""
        self._check(size)
        edge = self._edge(size)
        for index in indices:
            if not 0 <= index < size:
                raise ValueError(f"there is no leaf {index} in a tree of {size}")
            path, number, last = [], index, size - 1
            for level in range(last.bit_length()):
                sibling = number ^ 1
                if sibling < last:
                    path.append(self._complete(level, sibling))
                elif sibling == last:
                    path.append(edge[level])
                number, last = number >> 1, last >> 1
            yield tuple(path)

    def consistency(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """The hashes that prove the tree of `old_size` leaves to be the beginning of the tree of `size`."""
        self._check(size)
        if not 0 < old_size <= size:
            raise ValueError(f"a tree of {old_size} leaves cannot begin a tree of {size}")
        path = []
        start, stop, whole = 0, size, True
        while old_size < stop:
            middle = start + _split(stop - start)
            if old_size <= middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        return tuple(reversed(path if whole else [*path, self._range(start, stop)]))

    def _edge(self, size: int) -> list[bytes]:
        """Level by level, the hash of the last node of a tree of `size` leaves, complete or not."""
        last, found = size - 1, []
        for level in range(last.bit_length() if size else 0):
            if (last + 1) << level <= size:
                found.append(self._complete(level, last))
            elif 2 * last == (size - 1) >> (level - 1):
                found.append(found[-1])  # a left child without a sibling stands for its parent
            else:
                found.append(node_hash(self._complete(level - 1, 2 * last), found[-1]))
            last >>= 1
        return found

    def _range(self, start: int, stop: int) -> bytes:
        """The hash over leaves start .. stop - 1; start is a multiple of a power of two at least as large."""
        parts = []
        while start < stop:
            level = (stop - start).bit_length() - 1
            parts.append(self._complete(level, start >> level))
            start += 1 << level
        found = parts.pop()
        while parts:
            found = node_hash(parts.pop(), found)
        return found

    def _complete(self, level: int, number: int) -> bytes:
        return bytes(self._levels[level][number * HASH_SIZE : (number + 1) * HASH_SIZE])

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` is number `index` of the `size` leaves under `root`.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            found = node_hash(sibling, found)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the `old_size` leaves under `old_root` begin the `size` leaves under `root`.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    position, last = old_size - 1, size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old_found = found = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and old_found == old_root and found == root


def _split(n: int) -> int:
    """The largest power of two smaller than n."""
    return 1 << (n - 1).bit_length() - 1
