"""The words of the policy workbook: what codes are called in it, what must be in it, and its front sheet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from xltools.model.shipped import spec


class PolicyBook(Struct, frozen=True):
    """effects, scopes, word_kinds, confirmations: code → word · list_names: code → name beside it · needed: what no policy can do without · words: of the front sheet."""

    effects: Mapping[str, str]
    scopes: Mapping[str, str]
    word_kinds: Mapping[str, str]
    confirmations: Mapping[str, str]
    list_names: Mapping[str, str]
    needed: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    steps: tuple[str, ...]


    def list_shown(self, code: str) -> str:
        """The code of a list with its name, as the sheets show it; a list of the user's own has only its code."""
        return self.words["coded"].format(code=code, name=self.list_names[code]) if code in self.list_names else code


@cache
def load_policy_book() -> PolicyBook:
    """The words declared in specs/policy_book.toml."""
    data = spec("policy_book.toml")
    steps = tuple(step["text"] for step in data.pop("step"))
    return PolicyBook(**data, steps=steps)
