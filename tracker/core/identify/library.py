"""How the lexicon is filled: vocabulary and catalogue in, one tree of pieces out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from tracker.core.gpus import Catalogue
from tracker.core.identify import models, roles, text
from tracker.core.identify.lexicon import Lexicon
from tracker.core.identify.models import Trust
from tracker.core.identify.reading import Term
from tracker.core.identify.roles import BIT
from tracker.core.identify.text import GLUE
from tracker.core.identify.tree import Node
from tracker.core.identify.vocabulary import Entry, Vocabulary
from tracker.core.identify.wordbook import Wordbook

ANY = "*"
_LETTER = len(GLUE) + 1
_TAGGED = roles.FLAG | roles.CONDITION | roles.FORM | roles.EDITION


def lexicon(vocabulary: Vocabulary, catalogue: Catalogue) -> Lexicon:
    """The tree of everything we can read."""
    filled = Wordbook(dict(vocabulary.slips))
    for phrase, term in _terms(vocabulary.phrases).items():
        _insert(filled, filled.root, _keys(filled, phrase), term)
    for phrase, term in _terms(vocabulary.units, always=roles.UNIT).items():
        _insert(filled, filled.units, _unit_keys(filled, phrase), term)
    _insert_models(filled, vocabulary, catalogue)
    _spread_stems(filled)
    return Lexicon(filled)


def _terms(entries: Iterable[Entry], always: int = 0) -> dict[str, Term]:
    """One term for each phrase, with all the roles, tags and the number its entries give it."""
    gathered: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        gathered[text.fold(entry.phrase)].append(entry)
    return {phrase: _term(phrase, same, always) for phrase, same in gathered.items()}


def _term(phrase: str, entries: list[Entry], always: int) -> Term:
    all_roles, value, tags = always, 0.0, []
    for entry in entries:
        bit = BIT[entry.role]
        all_roles |= bit
        if bit & _TAGGED and entry.tag:
            tags.append((bit, entry.tag))
        elif entry.tag:
            value = float(entry.tag)
    return Term(all_roles, phrase.replace(ANY, "…").lstrip(GLUE), value, tuple(tags))


def _keys(filled: Wordbook, phrase: str) -> list[str]:
    """A phrase as keys of the tree; what it teaches about words is noted on the way."""
    keys: list[str] = []
    for word in _phrase_words(phrase):
        if word in filled.known:
            keys.append(filled.slips.get(word, word))
        elif text.is_run(word):
            keys.append(word)
            filled.runs.setdefault(word[0], set()).add(word)
        else:
            pieces = [_learnt(filled, text.unaccented(piece)) for piece in text.split(word)]
            keys += [pieces[0], *(GLUE + piece for piece in pieces[1:])]
    return keys


def _phrase_words(phrase: str) -> list[str]:
    plain = phrase.isascii() and phrase.replace(" ", "").isalnum()
    return phrase.split() if plain or ANY in phrase else text.words(phrase)


def _learnt(filled: Wordbook, piece: str) -> str:
    if piece.endswith(ANY):
        filled.stems[piece[:-1]] = piece
    elif piece.startswith(ANY):
        filled.endings[piece[1:]] = piece
    else:
        piece = filled.slips.get(piece, piece)
        filled.known.add(piece)
    return piece


def _unit_keys(filled: Wordbook, phrase: str) -> list[str]:
    if phrase.startswith(GLUE):
        return [GLUE + key for key in _keys(filled, phrase[1:])]
    return _keys(filled, phrase)


def _insert(filled: Wordbook, root: Node, keys: list[str], term: Term, loose: bool = False) -> None:
    """Put a term at the end of its keys; a space may be left out, so every key but the first also goes glued.

    In a `loose` phrase a space may also be put in: "170hx" is "170 HX" too, "tesla p100" is "Tesla P 100".
    """
    node = root
    word, before = "", root
    for place, key in enumerate(keys):
        following = node.next.get(key)
        if following is None:
            following = node.next[key] = Node()
            if key.endswith(ANY):
                filled.stemmed.append((node, key))
        if place or root is filled.units:
            for same in _also(key, loose):
                node.next.setdefault(same, following)
        if place and key.startswith(GLUE):
            # a word that is a phrase by itself is one piece, wherever it stands
            word += key.lstrip(GLUE)
            before.next.setdefault(word, following)
        else:
            word, before = key, node
        node = following
    node.term = term if node.term is None else _both(node.term, term)


def _also(key: str, loose: bool) -> tuple[str, ...]:
    if not key.startswith(GLUE):
        return (GLUE + key,)
    return (key[1:],) if loose and (len(key) > _LETTER or key[1:].isdigit()) else ()


def _both(one: Term, other: Term) -> Term:
    text = other.text if other.model else one.text
    return Term(
        one.roles | other.roles, text, other.value or one.value, one.tags + other.tags, other.model or one.model
    )


def _insert_models(filled: Wordbook, vocabulary: Vocabulary, catalogue: Catalogue) -> None:
    known = models.families(catalogue)
    index = models.aliases(catalogue, known)
    models.link_editions(index, [(entry.phrase, entry.tag) for entry in vocabulary.phrases if entry.role == "edition"])
    series = {word for entry in vocabulary.phrases if entry.role == "series" for word in entry.phrase.split()}
    for number, families in models.common_numbers(index, series).items():
        _insert(filled, filled.root, [number], Term(roles.MODEL, number, model=models.model(families, Trust.COMMON)))
    for alias, families in index.items():
        keys = _keys(filled, alias)
        filled.name_words.update(piece for key in keys if len(piece := key.lstrip(GLUE)) > 1 and piece.isalpha())
        model = models.model(families + models.namesakes(alias, families[0]), models.trust(keys, series))
        term = Term(roles.MODEL, alias, model=model)
        _insert(filled, filled.root, keys, term, loose=model.trust is Trust.FULL or keys[0].isdigit())
        for short in vocabulary.shortened.get(keys[0], ()):
            if f"{short}{alias.removeprefix(keys[0]).strip()}" not in index:
                _insert(filled, filled.root, [short, GLUE + keys[1], *keys[2:]], term)


def _starting(words: list[str], stem: str) -> list[str]:
    """The words of a sorted list that start with a stem."""
    return words[bisect_left(words, stem) : bisect_left(words, stem + "\uffff")]


def _spread_stems(filled: Wordbook) -> None:
    """Let a word that is known on its own also stand where its stem may."""
    known = sorted(filled.known)
    for node, key in filled.stemmed:
        glue = GLUE if key.startswith(GLUE) else ""
        for word in _starting(known, key.strip(GLUE + ANY)):
            node.next.setdefault(glue + word, node.next[key])
