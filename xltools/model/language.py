"""What faces say, in Chinese as code and specs have it or in another language; `catalogues` reads the other language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from msgspec import Struct, field
from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding

# Values that a person typed or that name a file: they stay as they are.
AS_TYPED = frozenset({
    "after", "answer", "batch", "before", "code", "computed", "county", "decision", "enterprise", "example", "file", "folder", "formula",
    "found", "header", "headers", "kept", "month", "name", "names", "opinion", "other", "other_value", "process", "remark", "shown", "text", "top",
    "unit", "value",
})
CHINESE_TEXT = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"“[^“”]*”|【[^】]*】")
BETWEEN = re.compile(r"、(?![^（）]*）)")     # between two words of a list, not inside the brackets of one
LISTS = {"；": "; ", "、": ", "}
# What a placeholder of a pattern can be, by its name; the others are anything within a sentence.
PARTS = {
    "at": r"[A-Z]{1,3}\d+", "count": r"\d+", "due": r"[\d-]+", "letter": "[A-Z][+-]?", "number": r"[EWN]?\d+", "numbers": r"[\d、]+", "source": r"[^（）]+",
    **dict.fromkeys(("asked", "found", "items", "message", "shown"), ".+?"),
}
SENTENCES = ("message", "fix")     # what a value is called that is the sentence of another finding, whose number is among the values
AS_IT_STANDS, BOTH = "zh", "both"     # {label:zh}: as in the sheet · {choices:both}: each as in the sheet, with its meaning


class Language(Struct, frozen=True):
    """Chinese sentences and words, and the same in another language; empty for Chinese, which code and specs are written in.

    findings: number → what is wrong, how to fix it · texts: Chinese text → the same, with its {placeholders} ·
    phrases: pattern of a Chinese text that was put together somewhere → the same, with the parts the pattern names ·
    help: paragraphs of the commands' help · metavars: what stands there for what a person types.
    """

    code: str = "zh"
    findings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[tuple[re.Pattern[str], str], ...] = ()
    help: Mapping[str, str] = field(default_factory=dict)
    metavars: Mapping[str, str] = field(default_factory=dict)

    def text(self, chinese: str) -> str:
        """A sentence or word of code and specs; what has no entry stays Chinese."""
        return self.texts.get(chinese, chinese)

    def say(self, chinese: str, /, **values: object) -> str:
        """A sentence with its values; in Chinese what str.format gives."""
        return self._filled(self.text(chinese), values) if self.texts else chinese.format(**values)

    def translated(self, finding: Finding) -> Finding:
        """The finding with its two sentences in this language; labels and list words too, what was typed as it was typed."""
        if finding.code.number not in self.findings:
            return finding
        values = self._with_retold(dict(finding.values))
        message, fix = (self._filled(text, values) for text in self.findings[finding.code.number])
        return replace(finding, message=message, fix=fix)

    def word(self, chinese: str) -> str:
        """A value that code or specs put together: a label, a word of a list, several of them, a known phrase; else as it is."""
        if not self.texts or not CHINESE_TEXT.search(chinese):
            return chinese
        if chinese in self.texts:
            return self.texts[chinese]
        plain = not QUOTED.search(chinese) and "：" not in chinese
        for mark, other in LISTS.items():
            parts = [self.word(part) for part in chinese.split(mark)] if mark in chinese and (mark == "；" or plain) else []
            if parts and not any(map(is_chinese, parts)):
                return other.join(parts)
        return self._phrase(chinese) or chinese

    def _phrase(self, chinese: str) -> str:
        """The text by the first pattern that fits it, "" when none does."""
        found = ((english, pattern.fullmatch(chinese)) for pattern, english in self.phrases)
        return next((self._filled(english, self._with_retold(match.groupdict())) for english, match in found if match), "")

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        """The template with its values, those that stay Chinese in quotes."""
        said = ""
        for literal, name, spec, _ in Formatter().parse(template):
            said += literal
            if name:
                text = self._part(name, values[name], spec or "")
                said += f"“{text}”" if is_chinese(text) and not said.endswith(("“", "【")) else text
        return said

    def _part(self, name: str, value: object, spec: str) -> str:
        if spec == BOTH:
            return self._glossed(str(value))
        if spec == AS_IT_STANDS or (name in AS_TYPED and isinstance(value, str)):
            return str(value)
        return self.word(value) if isinstance(value, str) else format(value, spec)

    def _glossed(self, listed: str) -> str:
        """Words that a person must find or choose in the sheet, each with its meaning behind it."""
        return self._phrase(listed) or ", ".join(f"“{word}” ({self.texts[word]})" if word in self.texts else word if word.isascii() else f"“{word}”" for word in BETWEEN.split(listed))

    def _with_retold(self, values: dict[str, object]) -> dict[str, object]:
        """The values, the sentences of another finding among them in this language."""
        translated = SENTENCES if "number" in values else ()
        return values | {name: self._retold(str(values["number"]), at, str(values[name])) for at, name in enumerate(translated) if name in values}

    def _retold(self, number: str, at: int, said: str) -> str:
        """A sentence of another finding, of which only its Chinese is at hand."""
        code = next((code for code in Code if code.number == number), None)
        match = pattern_of((code.message, code.fix)[at]).fullmatch(said) if code else None
        return self._filled(self.findings[number][at], match.groupdict()) if match and number in self.findings else said


CHINESE = Language()


def is_chinese(text: str) -> bool:
    """Whether Chinese stands in the text outside quotes and names of sheets."""
    return bool(CHINESE_TEXT.search(QUOTED.sub("", text)))


def pattern_of(template: str) -> re.Pattern[str]:
    """What the template can become, its values as named groups; a space may be missing."""
    parts = (
        re.escape(literal).replace("\\ ", " ?") + (f"(?P<{name}>{PARTS.get(name, '[^；。]+?')})" if name else "")
        for literal, name, _, _ in Formatter().parse(template)
    )
    return re.compile("".join(parts), re.DOTALL)
