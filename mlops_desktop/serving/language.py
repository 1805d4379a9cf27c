"""A language that messages are translated into: its templates, its plural forms, and how it writes numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Language:
    """A language by its code in HTML, `de` or `pt-BR`. The one without arguments is English, in which the program is written.

    `texts` has the translation of each text or template; `plurals` the forms of each template that counts, by its English singular and by
    its English plural; `form` gives the place of the form for a count. `decimal`, `group` and `percent` are the decimal mark, what
    separates thousands, and the percent sign with what precedes it. `columns` has what people read for a column instead of its name.
    """

    code: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = lambda count: int(count != 1)
    decimal: str = "."
    group: str = ","
    percent: str = "%"
    columns: Mapping[str, str] = field(default_factory=dict)

    def text(self, source: str) -> str:
        """A text or template in this language; the English one where it has none."""
        return self.texts.get(source) or source

    def plural(self, source: str, count: int) -> str:
        """The template that counts so many, by its English singular or plural; as `text` where the language has no forms of it."""
        forms = self.plurals.get(source)
        return forms[min(self.form(count), len(forms) - 1)] if forms else self.text(source)

    def number(self, text: str) -> str:
        """A number that Python has formatted, `1,234.5` or `12.5%`, as this language writes it."""
        return text.translate({ord("."): self.decimal, ord(","): self.group, ord("%"): self.percent})


ENGLISH = Language()
