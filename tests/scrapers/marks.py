"""What a page is read by, in each of the forms pages come in, and that page without it or with another name for it."""

import csv
import json
import re
from dataclasses import dataclass
from io import StringIO
from typing import Any, Protocol

from selectolax.lexbor import LexborHTMLParser

from scrapers.blocks import looks_like_html
from scrapers.platforms.table import columns

OTHER = "other-"


class Mark(Protocol):
    """One thing a page is read by, with the page changed in two ways, and whether the page has it at all."""

    def renamed(self, text: str) -> str:
        """The page with another name for it."""
        ...

    def removed(self, text: str) -> str:
        """The page without it."""
        ...

    def is_in(self, text: str) -> bool:
        """Whether a page has it."""
        ...


@dataclass(frozen=True)
class Selector:
    """A CSS selector; what is renamed is its last name."""

    css: str

    def __str__(self) -> str:
        return self.css

    def renamed(self, text: str) -> str:
        word = re.findall(r"[\w-]+", self.css)[-1]
        end = "" if "^=" in self.css else r"(?![\w-])"
        return re.sub(rf"(?<![\w-]){re.escape(word)}{end}", f"{OTHER}{word}", text)

    def removed(self, text: str) -> str:
        tree = LexborHTMLParser(text)
        for node in tree.css(self.css):
            node.decompose()
        return tree.html or ""

    def is_in(self, text: str) -> bool:
        return looks_like_html(text) and LexborHTMLParser(text).css_first(self.css) is not None


@dataclass(frozen=True)
class Key:
    """A key of JSON, on lines of its own, or inside a page of HTML."""

    name: str

    def __str__(self) -> str:
        return self.name

    def renamed(self, text: str) -> str:
        return re.sub(rf'"{self.name}"(\s*:)', rf'"{self.name}_v2"\1', text)

    def removed(self, text: str) -> str:
        if looks_like_html(text):
            return self.renamed(text)
        return "\n".join(json.dumps(_without(value, self.name)) for value in _values(text))

    def is_in(self, text: str) -> bool:
        return re.search(rf'"{self.name}"\s*:', text) is not None


def _values(text: str) -> list[Any]:
    """The JSON value of a page, or those on its lines."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line]


def _without(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, key) for name, inner in value.items() if name != key}
    return [_without(inner, key) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Element:
    """An element of XML by its local name, whatever its prefix."""

    name: str

    def __str__(self) -> str:
        return f"<{self.name}>"

    def renamed(self, text: str) -> str:
        return re.sub(rf"(</?(?:\w+:)?){self.name}(?=[\s/>])", rf"\1{OTHER}{self.name}", text)

    def removed(self, text: str) -> str:
        name = rf"(?:\w+:)?{self.name}"
        return re.sub(rf"<{name}(?:\s[^<>]*)?/>|<({name})(?:\s[^<>]*)?>.*?</\1>", "", text, flags=re.DOTALL)

    def is_in(self, text: str) -> bool:
        return self.renamed(text) != text


@dataclass(frozen=True)
class Envelope:
    """The element of XML around an entry: without it, what was in it lies about."""

    name: str

    def __str__(self) -> str:
        return f"<{self.name}> around an entry"

    def renamed(self, text: str) -> str:
        return Element(self.name).renamed(text)

    def removed(self, text: str) -> str:
        return re.sub(rf"</?(?:\w+:)?{self.name}(?:\s[^<>]*)?>", "", text)

    def is_in(self, text: str) -> bool:
        return self.renamed(text) != text


@dataclass(frozen=True)
class Column:
    """The column of a table that holds a field of ours, whatever its name there."""

    field: str

    def __str__(self) -> str:
        return f"column of the {self.field}"

    def renamed(self, text: str) -> str:
        rows, place = self._found(text)
        rows[0][place] = f"{OTHER}{rows[0][place]}"
        return _table(rows)

    def removed(self, text: str) -> str:
        rows, place = self._found(text)
        return _table([row[:place] + row[place + 1 :] for row in rows])

    def is_in(self, text: str) -> bool:
        return self._found(text)[1] >= 0

    def _found(self, text: str) -> tuple[list[list[str]], int]:
        first = text.split("\n", 1)[0]
        rows = list(csv.reader(StringIO(text), delimiter=max(",;\t", key=first.count)))
        name = columns(rows[0], {}).get(self.field, "")
        return rows, rows[0].index(name) if name else -1


def _table(rows: list[list[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


@dataclass(frozen=True)
class Property:
    """A word that says in markup what an element is: of microdata, of RDFa, of a page's head."""

    word: str

    def __str__(self) -> str:
        return self.word

    def renamed(self, text: str) -> str:
        return self._named.sub(rf'\1="{OTHER}{self.word}"', text)

    def removed(self, text: str) -> str:
        return self._named.sub("", text)

    def is_in(self, text: str) -> bool:
        return self._named.search(text) is not None

    @property
    def _named(self) -> re.Pattern[str]:
        return re.compile(rf'\b(itemprop|property|name)="{re.escape(self.word)}"')


@dataclass(frozen=True)
class InLetters:
    """Something in each of the letters of a mailbox."""

    mark: Mark

    def __str__(self) -> str:
        return str(self.mark)

    def renamed(self, text: str) -> str:
        return _letters(text, self.mark.renamed)

    def removed(self, text: str) -> str:
        return _letters(text, self.mark.removed)

    def is_in(self, text: str) -> bool:
        return any(self.mark.is_in(letter["html"]) for letter in json.loads(text)["letters"])


def _letters(text: str, change: Any) -> str:
    page = json.loads(text)
    return json.dumps({**page, "letters": [{**one, "html": change(one["html"])} for one in page["letters"]]})


@dataclass(frozen=True)
class Text:
    """Words between the tags, by a pattern."""

    pattern: str

    def __str__(self) -> str:
        return f"text like {self.pattern}"

    def renamed(self, text: str) -> str:
        return self._between(text, "other")

    def removed(self, text: str) -> str:
        return self._between(text, "")

    def is_in(self, text: str) -> bool:
        return self.removed(text) != text

    def _between(self, text: str, words: str) -> str:
        return re.sub(r">[^<]+", lambda found: re.sub(self.pattern, words, found[0]), text)


@dataclass(frozen=True)
class Attribute:
    """An attribute that holds a value."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"

    def renamed(self, text: str) -> str:
        return re.sub(rf"\b{self.name}=", f"{OTHER}{self.name}=", text)

    def removed(self, text: str) -> str:
        return re.sub(rf"""\b{self.name}=("[^"]*"|'[^']*'|[^\s>]*)""", "", text)

    def is_in(self, text: str) -> bool:
        return self.renamed(text) != text


@dataclass(frozen=True)
class Together:
    """Several ways to one thing, all of which are changed at once."""

    marks: tuple[Mark, ...]

    def __str__(self) -> str:
        return " | ".join(map(str, self.marks))

    def renamed(self, text: str) -> str:
        for mark in self.marks:
            text = mark.renamed(text) if mark.is_in(text) else text
        return text

    def removed(self, text: str) -> str:
        for mark in self.marks:
            text = mark.removed(text) if mark.is_in(text) else text
        return text

    def is_in(self, text: str) -> bool:
        return any(mark.is_in(text) for mark in self.marks)
