"""What a listing really sells: rules over the words of its title, then of its attributes and its description.

`identifier(catalogue)` builds the tree of every alias and every vocabulary word once; the function it returns is pure.
A text is folded and cut (text.py) and read along that tree (lexicon.py, library.py, vocabulary.py); what it names is
looked up (naming.py, models.py); then its kind (kind.py, trade.py), memory, quantity and condition are decided, and
the verdict says why.
"""

from collections.abc import Callable

from tracker.core.gpus import Catalogue
from tracker.core.identify import details, library, roles, trade
from tracker.core.identify.condition import by_ebay_id, condition, flags
from tracker.core.identify.kind import other_than_card
from tracker.core.identify.lexicon import Lexicon
from tracker.core.identify.memory import Memory, memory
from tracker.core.identify.models import Family
from tracker.core.identify.naming import NOTHING, Named, edition, named
from tracker.core.identify.quantity import quantity
from tracker.core.identify.reading import Reading
from tracker.core.identify.vocabulary import vocabulary
from tracker.core.models import Condition, Kind, RawListing, Verdict

TITLE_WORDS = 300
"""How many words of a title are read; nobody needs more to say what is sold."""

_EXPLAINS = ~(roles.NUMBER | roles.UNIT)


def identifier(catalogue: Catalogue) -> Callable[[RawListing], Verdict]:
    """A pure function from a listing to what it sells, for the cards of a catalogue."""
    lexicon = library.lexicon(vocabulary(), catalogue)

    def identify(raw: RawListing) -> Verdict:
        title = lexicon.read(raw.title, TITLE_WORDS)
        state = _condition(lexicon, raw, title)
        offered: Reading | None = title
        if title.roles & (roles.HAVE | roles.WANT):
            offered = trade.offered(title)
        if offered is None:
            return _other(Kind.WANTED, title, state, "a card stands where the money should: nothing is sold for money")
        naming = named(offered)
        if raw.attributes and naming is NOTHING:
            naming = details.chipset(lexicon, raw, offered)
        known = memory(offered, edition(offered, naming.family)) if naming.family else None
        if not raw.attributes and not raw.description:
            return _sold(offered, naming, known, state)
        known = known and details.refined(lexicon, raw, known)
        return details.described(lexicon, raw, _sold(offered, naming, known, state))

    return identify


def _condition(lexicon: Lexicon, raw: RawListing, title: Reading) -> Condition:
    """The site's own word, then eBay's number, then the title's words."""
    if raw.condition:
        state = condition(lexicon.read(raw.condition, details.ATTRIBUTE_WORDS))
        if state is not Condition.UNKNOWN:
            return state
    return by_ebay_id(raw.attributes) or condition(title)


def _sold(title: Reading, naming: Named, known: Memory | None, state: Condition) -> Verdict:
    found = other_than_card(title, naming)
    if found:
        return _other(found.kind, title, state, found.because, known)
    if known is None:
        return _nameless(title, naming, state)
    family = known.family
    if state is Condition.FOR_PARTS:
        return _other(Kind.PARTS, title, state, "its condition is for parts", known)
    if family.unified:
        return _other(Kind.UNIFIED, title, state, f"a machine with {family.name}", known)
    if family.laptop and not title.roles & roles.NOUN:
        return _other(Kind.SYSTEM, title, state, f"{family.name} comes in laptops", known)
    return _card(title, known, state)


def _card(title: Reading, known: Memory, state: Condition) -> Verdict:
    family = known.family
    count = quantity(title)
    form = _form(title, family) if title.roles & roles.FORM else None
    return Verdict(
        kind=Kind.CARD,
        gpu=family.id,
        variant=_variant(known, form),
        vram_gb=known.vram_gb,
        quantity=count,
        modded=known.modded,
        form=form,
        condition=state,
        flags=flags(title),
        reason=_reason(known, count),
        words=_explained(title),
    )


def _nameless(title: Reading, naming: Named, state: Condition) -> Verdict:
    if naming.unknown:
        return _other(Kind.CARD, title, state, f"looks like a graphics card the spec database lacks: {naming.unknown}")
    if title.roles & roles.NOUN:
        return _other(Kind.CARD, title, state, "a graphics card, but it does not say which")
    return _other(Kind.OTHER, title, state, "nothing in the title names a graphics card")


def _other(kind: Kind, title: Reading, state: Condition, why: str, known: Memory | None = None) -> Verdict:
    return Verdict(
        kind=kind,
        gpu=known.family.id if known else None,
        variant=_variant(known, None) if known else None,
        vram_gb=known.vram_gb if known else None,
        modded=known.modded if known else False,
        condition=state,
        flags=flags(title),
        reason=why,
        words=_explained(title),
    )


def _form(title: Reading, family: Family) -> str | None:
    forms = title.tags(roles.FORM)
    if "sxm" in forms and family.has_sxm:
        return "sxm"
    return "pcie" if "pcie" in forms else None


def _variant(known: Memory, form: str | None) -> str | None:
    if known.vram_gb is None:
        return None
    return known.family.by_size.get((known.vram_gb, None if form is None else form == "sxm"))


def _reason(known: Memory, count: int) -> str:
    what = f"{count} × {known.family.name}" if count > 1 else known.family.name
    if known.doubt:
        return f"{what}, memory undecided: {known.doubt}"
    if known.vram_gb is not None:
        return f"{what}, {known.vram_gb:g} GB{' fitted afterwards' if known.modded else ''}"
    return f"{what}, memory undecided: {' or '.join(f'{size:g}' for size in sorted(known.family.sizes))} GB"


def _explained(title: Reading) -> tuple[tuple[str, str], ...]:
    return tuple([term.says for term in title.terms if term.roles & _EXPLAINS])
