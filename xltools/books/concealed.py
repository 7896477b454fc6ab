"""Words that only the holder of one key can read: an X25519 key pair in two files, text sealed with the public one, opened with the private.

Each text has a key of its own: an ephemeral X25519 key agreed with the holder's, HKDF-SHA256, ChaCha20-Poly1305 (RFC 7748, 5869, 8439).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from pathlib import Path
from typing import Any

from xltools.books.key_files import read_private, write_private
from xltools.books.replace import refuse_existing
from xltools.model.code import Code
from xltools.model.finding import Place, StopError
from xltools.model.seal import load_seal_words

INFO, RAW, NONCE = b"xltools concealed 1", 32, bytes(12)     # a key is used once, so its nonce may be fixed


def new_pair(folder: Path, name: str, password: str = "") -> tuple[Path, Path]:
    """A key pair of this holder: the private file, readable for its owner only, and the public one for those who register.

    Raises StopError, and writes nothing, when there is one of that name.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    words = load_seal_words().keeper
    paths = folder / words["private"].format(name=name), folder / words["public"].format(name=name)
    refuse_existing(*paths)
    key = X25519PrivateKey.generate()
    write_private(paths[0], key, password)
    paths[1].write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return paths


def public_key(path: Path) -> Any:
    """The public key in this file. Raises StopError when it is none."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StopError(Code.KEY_UNREADABLE.at(Place(path.name))) from error
    if not isinstance(key, X25519PublicKey):
        raise StopError(Code.KEY_UNREADABLE.at(Place(path.name)))
    return key


def private_key(path: Path, password: str = "") -> Any:
    """The private key in this file. Raises StopError when it is none, or the password does not open it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    _, key = read_private(path, password)
    if not isinstance(key, X25519PrivateKey):
        raise StopError(Code.KEY_UNREADABLE.at(Place(path.name)))
    return key


def conceal(text: str, key: Any) -> str:
    """The text as only the holder of the key can read it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    once = X25519PrivateKey.generate()
    public: bytes = once.public_key().public_bytes_raw()
    sealed: bytes = _cipher(once.exchange(key), public, key.public_bytes_raw()).encrypt(NONCE, text.encode(), INFO)
    return load_seal_words().keeper["mark"] + urlsafe_b64encode(public + sealed).decode()


def reveal(text: str, key: Any) -> str | None:
    """What was concealed; None where the text was changed, or concealed for another key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        content = urlsafe_b64decode(text.removeprefix(load_seal_words().keeper["mark"]).encode("ascii"))
        shared = key.exchange(X25519PublicKey.from_public_bytes(content[:RAW]))
        opened: bytes = _cipher(shared, content[:RAW], key.public_key().public_bytes_raw()).decrypt(NONCE, content[RAW:], INFO)
    except (InvalidTag, NotBase64Error, ValueError):
        return None
    return opened.decode()


def _cipher(shared: bytes, once: bytes, holder: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return ChaCha20Poly1305(HKDF(SHA256(), RAW, once + holder, INFO).derive(shared))
