"""The files a key lies in: the private one for its owner alone, as PEM, and the public one to hand out. Source: RFC 7468, RFC 8410."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from xltools.model.code import Code
from xltools.model.finding import Place, StopError

BEGIN = "-----BEGIN"
ONLY_OWNER = 0o600


def write_private(path: Path, key: Any, password: str, head: str = "") -> None:
    """Write a private key, encrypted where there is a password, readable for its owner only. head: a line above it."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    protection = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OWNER), "wb") as file:
        file.write(head.encode() + pem)


def read_private(path: Path, password: str) -> tuple[str, Any]:
    """What stands above the private key in a file, and the key. Raises StopError when it is none, or the password does not open it."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        head, begin, rest = path.read_text("utf-8").partition(BEGIN)
        return head, load_pem_private_key((begin + rest).encode(), password.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise StopError(Code.KEY_UNREADABLE.at(Place(path.name))) from error
