"""Text as sellers type it, folded and cut into pieces small enough to look up.

A chunk is what stands between white space ("RTX4090-48GB!"), a word what stands between separators ("rtx4090"), and a
piece a run of letters or of digits in it ("rtx", "4090").
A piece that follows another inside one word is glued: its key starts with "~". Scripts written without spaces are
handed on in whole runs, because only a vocabulary can cut them.
"""

import re
import unicodedata

GLUE = "~"
LONGEST_WORD = 240
"""Characters of one unbroken run that are read; no language writes a longer word."""

_ALPHABETS = "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u0400-\u052f\u1e00-\u1eff"
_WORD = re.compile(
    r"[\[({][hw][\])}]"  # the [H] and [W] of trading forums
    rf"|[0-9{_ALPHABETS}]+(?:(?<=[0-9])[.,][0-9]{{1,3}}(?![0-9])[{_ALPHABETS}]*)*"
    rf"|[^\W0-9_{_ALPHABETS}]+"
    r"|[+/$€£¥₽#&]"
)
_PIECE = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^0-9]+")
_ALPHABETIC = re.compile(rf"[0-9{_ALPHABETS}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-z]")
_LOOK_ALIKES = str.maketrans("аеорсухкмтвнзгіј", "aeopcyxkmtbh3rij")


def fold(text: str) -> str:
    """Lower case and compatibility forms: full-width letters, ligatures and odd spaces become plain ones."""
    if text.isascii():
        return text.lower()
    for sign in "™®©℠":
        text = text.replace(sign, " ")
    return unicodedata.normalize("NFKC", text.lower()).lower().replace("×", "x")


def words(folded: str) -> list[str]:
    """The words of folded text in reading order, with the few signs that carry meaning; none crosses white space."""
    return _WORD.findall(folded)


def unaccented(word: str) -> str:
    """A word without its accents; Cyrillic letters that stand in for Latin ones inside a Latin word are turned."""
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word)).translate(
        {0xDF: "ss", 0xF8: "o", 0x142: "l", 0xE6: "ae"}
    )
    if _LATIN.search(bare) and _CYRILLIC.search(bare):
        return bare.translate(_LOOK_ALIKES)
    return bare


def is_run(word: str) -> bool:
    """Whether a word belongs to a script without spaces between words."""
    return not word.isascii() and _ALPHABETIC.match(word) is None


def split(word: str) -> list[str]:
    """A word of an alphabet cut where letters meet digits: "2080ti22g" is 2080, ti, 22, g."""
    return _PIECE.findall(word)


def compact(pieces: list[str]) -> str:
    """Keys put back together as one reads them: ["rtx", "~3080", "ti"] is "rtx3080 ti"."""
    return " ".join(pieces).replace(f" {GLUE}", "")
