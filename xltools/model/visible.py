"""What a person can see of a text."""

from __future__ import annotations

import re

FILLER = "\u115f"  # Korean's empty letter
# Characters nobody sees: control characters but for line breaks, zero-width, direction and variation marks, soft hyphen.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)


def visible(text: str) -> str:
    """The text without characters nobody sees and without blanks around it; letters and digits are all seen, but for one."""
    return text if text.isalnum() and FILLER not in text else INVISIBLE.sub("", text).strip()


def is_unseen(text: str) -> bool:
    """Whether nothing of a text is seen. Most are known by their first character: a letter or digit, but for Korean's empty one, is seen."""
    return not (text[:1].isalnum() and text[0] != FILLER) and not visible(text)
