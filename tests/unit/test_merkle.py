"""Our tree against RFC 6962's own recursive definition, and our notes against openssl's arithmetic."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.errors import IntegrityBroken
from domain.merkle import Tree, leaf_hash, root_of
from store.note import Checkpoint, opened, signed, signing_key, verifier


def rfc6962(data: list[bytes]) -> bytes:
    """Section 2.1, word for word."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return hashlib.sha256(b"\x01" + rfc6962(data[:k]) + rfc6962(data[k:])).digest()


@given(some.lists(some.binary(max_size=4), max_size=70))
def test_the_tree_is_the_standards(data: list[bytes]) -> None:
    tree = Tree()
    for item in data:
        tree.add(leaf_hash(item))
    assert (tree.root, tree.size) == (rfc6962(data), len(data))
    assert root_of(tree.peaks) == tree.root


def test_a_note_has_the_published_form_and_only_its_own_key_opens_it(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "a")
    checkpoint = Checkpoint("countersign/north", 7, b"\x01" * 32)
    note = signed(checkpoint, key)
    text, _, signature = note.partition("\n\n")
    assert text == "countersign/north\n7\n" + base64.b64encode(b"\x01" * 32).decode()
    assert signature.startswith("— countersign/north ")
    stamp = base64.b64decode(signature.split()[2])
    name, key_hash, public = verifier("countersign/north", key.public_key()).split("+", 2)
    assert (name, key_hash) == ("countersign/north", stamp[:4].hex())
    assert base64.b64decode(public) == b"\x01" + key.public_key().public_bytes_raw()
    key.public_key().verify(stamp[4:], (text + "\n").encode())
    assert opened(note, "countersign/north", key.public_key()) == checkpoint
    for wrong in (note.replace("7", "8", 1), note.replace("north", "south"), "", "x\n\ny", note.replace("— ", "- ")):
        with pytest.raises(IntegrityBroken):
            opened(wrong, "countersign/north", key.public_key())
    with pytest.raises(IntegrityBroken):
        opened(note, "countersign/north", signing_key(tmp_path / "b").public_key())
