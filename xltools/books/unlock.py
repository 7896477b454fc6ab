"""Workbooks with a password to open, opened by msoffcrypto-tool in a child process.

The file itself says how many thousand times its password is hashed, so that a crafted one could keep a processor busy for
days: the child's limits end it. Passwords go to the child through its input and are written nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from xltools.books.foreign import answer
from xltools.model.code import Code
from xltools.model.finding import Place, StopError

# Excel uses it, and asks nobody for it, where a workbook is only protected against changes.
UNASKED = "VelvetSweatshop"
# One child tries so many: each takes up to half a second, and a child has `child.SECONDS`.
AT_ONCE = 5


def unlocked(data: bytes, name: str, passwords: Sequence[str]) -> bytes:
    """The workbook without its password. Raises StopError when none of these opens it, or when it cannot be opened at all."""
    tried = [UNASKED, *dict.fromkeys(passwords)]
    for first in range(0, len(tried), AT_ONCE):
        try:
            found = answer({"do": "unlock", "passwords": tried[first : first + AT_ONCE]}, data, name)
        except StopError:
            if passwords:
                raise
            break  # without a password to try, that there is one is all there is to say
        if not found.startswith(b"{"):
            return found
    place = Place(name)
    raise StopError(Code.PASSWORD_WRONG.at(place, count=len(set(passwords))) if passwords else Code.PASSWORD.at(place))
