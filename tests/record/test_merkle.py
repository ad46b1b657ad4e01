"""The tree against the definition in RFC 9162, written as slowly and obviously as it stands there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.record.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)


def largest_power_below(n: int) -> int:
    power = 1
    while power * 2 < n:
        power *= 2
    return power


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), tree_hash(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), tree_hash(leaves[:k])]


LEAVES = [leaf_hash(bytes([number])) for number in range(70)]
TREE = MerkleTree(LEAVES)


@pytest.mark.parametrize("size", range(71))
def test_roots_and_proofs_are_those_of_the_definition(size: int) -> None:
    leaves = LEAVES[:size]
    assert TREE.root(size) == tree_hash(leaves)
    for index in range(size):
        assert list(TREE.inclusion(index, size)) == path(index, leaves)
    for old in range(1, size + 1):
        assert list(TREE.consistency(old, size)) == subproof(old, leaves, True)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_verifies_and_no_other_does(size: int) -> None:
    root = TREE.root(size)
    for index in range(size):
        proof = TREE.inclusion(index, size)
        assert verify_inclusion(LEAVES[index], index, size, proof, root)
        assert not verify_inclusion(LEAVES[index + 1], index, size, proof, root)
        assert not verify_inclusion(LEAVES[index], index, size, (*proof, root), root)
        assert not verify_inclusion(LEAVES[index], size, size, proof, root)
        assert not proof or not verify_inclusion(LEAVES[index], index, size, proof[:-1], root)
        assert all(
            not verify_inclusion(LEAVES[index], other, size, proof, root)
            for other in range(size)
            if other != index
        )
    for old in range(1, size + 1):
        proof = TREE.consistency(old, size)
        assert verify_consistency(old, TREE.root(old), size, root, proof)
        assert not verify_consistency(old, leaf_hash(b"another"), size, root, proof)
        assert not verify_consistency(old, TREE.root(old), size, root, (*proof, root))
        assert not proof or not verify_consistency(old, TREE.root(old), size, root, proof[:-1])
        assert old == size or not verify_consistency(old, TREE.root(old), size, leaf_hash(b"another"), proof)


@settings(max_examples=50)
@given(st.integers(1, 2000), st.data())
def test_a_bigger_tree_proves_any_of_its_sizes(size: int, data: st.DataObject) -> None:
    tree = MerkleTree(leaf_hash(str(number).encode()) for number in range(size))
    part = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, part - 1))
    root = tree.root(part)
    assert verify_inclusion(tree.leaf(index), index, part, tree.inclusion(index, part), root)
    assert verify_consistency(part, root, size, tree.root(), tree.consistency(part, size))


def test_questions_outside_the_tree_are_mistakes() -> None:
    tree = MerkleTree(LEAVES[:3])
    for ask in (
        lambda: tree.root(4),
        lambda: tree.inclusion(3, 3),
        lambda: tree.inclusion(0, 4),
        lambda: tree.consistency(0, 3),
        lambda: tree.consistency(4, 3),
    ):
        with pytest.raises(ValueError, match=r"leaves|leaf"):
            ask()
    assert not verify_inclusion(LEAVES[0], 0, 0, (), EMPTY_ROOT)
    assert not verify_consistency(0, EMPTY_ROOT, 3, tree.root(), ())


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_a_tree_grown_in_pieces_is_the_tree_grown_leaf_by_leaf(pieces: list[int]) -> None:
    grown, single = MerkleTree(), MerkleTree()
    for piece in pieces:
        leaves = [leaf_hash(b"%d" % (grown.size + number)) for number in range(piece)]
        grown.extend(leaves)
        for leaf in leaves:
            single.append(leaf)
        assert grown.root() == single.root()
    for size in range(1, single.size + 1, 7):
        assert list(grown.inclusions(range(size), size)) == [single.inclusion(i, size) for i in range(size)]
