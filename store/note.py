"""Signed checkpoints in the formats of C2SP (tlog-checkpoint, signed-note), so that others' tools can check them too.

See https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from domain.errors import ConfigurationError, IntegrityBroken

ED25519 = b"\x01"
PRIVATE, PUBLIC = "audit-signing.pem", "audit-verifying.pem"


@dataclass(frozen=True)
class Checkpoint:
    """A promise: the log of `origin` had exactly `size` entries, with this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed, with the final newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key of this installation, made on first use, readable by this account alone.

    Its public half is written beside it: copy that somewhere else, it is what an auditor verifies with.
    Raises ConfigurationError.
    """
    path = folder / PRIVATE
    try:
        if not path.exists():
            _make_key(folder)
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"{path} is not an Ed25519 key.")
        place(folder / PUBLIC, pem(key.public_key()))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The audit log's signing key in {folder} cannot be used: {error}") from error
    return key


def verifying_key(folder: Path) -> Ed25519PublicKey:
    """The public half alone. Raises ConfigurationError when nothing was ever sealed here."""
    path = folder / PUBLIC
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The audit log's verifying key {path} cannot be read: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(f"{path} is not an Ed25519 key.")
    return key


def signed(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The checkpoint as a signed note; the key's name is the origin."""
    stamp = _key_hash(checkpoint.origin, key.public_key()) + key.sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n— {checkpoint.origin} {base64.b64encode(stamp).decode()}\n"


def opened(note: str, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint in a note that this key signed for this origin. Raises IntegrityBroken for any other note."""
    try:
        text, _, signatures = note.partition("\n\n")
        (line,) = [s for s in signatures.splitlines() if s.startswith(f"— {origin} ")]
        stamp = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
        if stamp[:4] != _key_hash(origin, key):
            raise IntegrityBroken("A checkpoint is signed by another key.")
        key.verify(stamp[4:], f"{text}\n".encode())
        name, size, root = text.split("\n")
        checkpoint = Checkpoint(name, int(size), base64.b64decode(root, validate=True))
    except (ValueError, InvalidSignature, binascii.Error) as error:
        raise IntegrityBroken("A checkpoint's signature does not verify.") from error
    if checkpoint.origin != origin:
        raise IntegrityBroken("A checkpoint belongs to another log.")
    return checkpoint


def stated_origin(note: str) -> str:
    """The log that an unopened note says it is of: to be believed only once `opened` with it."""
    return note.partition("\n")[0]


def key_from(text: str) -> Ed25519PublicKey:
    """A verifying key, as PEM or as C2SP tools have it (name+hash+key). Raises ConfigurationError."""
    try:
        if "BEGIN PUBLIC KEY" in text:
            key = load_pem_public_key(text.encode())
        else:
            raw = base64.b64decode(text.strip().split("+", 2)[2], validate=True)
            key = Ed25519PublicKey.from_public_bytes(raw.removeprefix(ED25519))
    except (ValueError, IndexError) as error:
        raise ConfigurationError(f"That is no verifying key in PEM or C2SP form: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError("The verifying key is not an Ed25519 key.")
    return key


def pem(key: Ed25519PublicKey) -> bytes:
    """The key as openssl reads it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def verifier(origin: str, key: Ed25519PublicKey) -> str:
    """The key as Go's `note.NewVerifier` and other C2SP tools take it."""
    encoded = base64.b64encode(ED25519 + key.public_bytes_raw()).decode()
    return f"{origin}+{_key_hash(origin, key).hex()}+{encoded}"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:4]


def _make_key(folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    place(folder / PRIVATE, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def place(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for this account alone; a file that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, prefix=".new-") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
