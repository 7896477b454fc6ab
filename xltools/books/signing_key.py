"""Ed25519 keys in files of their own, signatures over a seal, and whether they hold.

A key file names its owner in its first line; below it stands the key as PEM. Source: RFC 8032, RFC 8410.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from pathlib import Path
from typing import Any

from msgspec import Struct

from xltools.books.key_files import read_private, write_private
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.seal import Seal, Signature, load_seal_words

BETWEEN = "："
SHORT = 16      # characters of a fingerprint


class SigningKey(Struct, frozen=True):
    """A person's key. private: as cryptography has it."""

    name: str
    private: Any

    def sign(self, seal: Seal, day: str) -> Signature:
        """This person's signature over a seal on a day."""
        public: bytes = self.private.public_key().public_bytes_raw()
        value: bytes = self.private.sign(_signed(seal.digest, self.name, day))
        return Signature(self.name, day, b64encode(public).decode(), b64encode(value).decode())


def new_key(folder: Path, name: str, password: str = "") -> tuple[Path, Path]:
    """A new key of this person in two files: the private one, readable for its owner only, and the public one to hand out.

    Raises StopError, and writes nothing, when there is one of that name.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    words = load_seal_words()
    paths = folder / words.private.format(name=name), folder / words.public.format(name=name)
    refuse_existing(*paths)
    key = Ed25519PrivateKey.generate()
    write_private(paths[0], key, password, f"{words.words['private_head']}{BETWEEN}{name}\n")
    paths[1].write_text(f"{words.words['public_head']}{BETWEEN}{name}\n{b64encode(key.public_key().public_bytes_raw()).decode()}\n", "utf-8")
    return paths


def read_key(path: Path, password: str = "") -> SigningKey:
    """The key in this file. Raises StopError when it is none, or the password does not open it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    head, key = read_private(path, password)
    name = head.strip().partition(BETWEEN)[2]
    if not isinstance(key, Ed25519PrivateKey) or not name:
        raise StopError(Code.KEY_UNREADABLE.at(Place(path.name)))
    return SigningKey(name, key)


def public_keys(folder: Path) -> dict[str, frozenset[str]]:
    """Name → the public keys in the files of a folder; files that are none are passed over."""
    head = load_seal_words().words["public_head"]
    found: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob(load_seal_words().public.format(name="*"))):
        first, _, key = path.read_text("utf-8", "replace").partition("\n")
        kind, _, name = first.partition(BETWEEN)
        if kind == head and name.strip():
            found[name.strip()] = found.get(name.strip(), frozenset()) | {key.strip()}
    return found


def holds(signature: Signature, seal: Seal) -> bool:
    """Whether a signature was made with its key over this seal, this name and this day."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(signature.public, validate=True))
        key.verify(b64decode(signature.value, validate=True), _signed(seal.digest, signature.name, signature.day))
    except (InvalidSignature, ValueError, NotBase64Error):
        return False
    return True


def fingerprint(public: str) -> str:
    """A short name of a public key that two people can compare over the telephone."""
    return hashlib.sha256(public.encode()).hexdigest()[:SHORT]


def _signed(digest: str, name: str, day: str) -> bytes:
    return f"xltools seal\n{digest}\n{name}\n{day}".encode()
