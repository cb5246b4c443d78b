"""What a listing really sells: rules over the words of its title, then of its attributes and its description.

`identifier(catalogue)` builds the tree of every alias and every vocabulary word once; the function it returns is pure.
A text is folded and cut (text.py), its words looked up (wordbook.py) in a tree of phrases (tree.py) that is filled
from `words/*.toml` and the catalogue (vocabulary.py, models.py, library.py), and read along it (lexicon.py) into terms
with roles (reading.py, roles.py). From these follow the model (naming.py), the kind (trade.py, kind.py), memory,
quantity and condition; attributes and description fill gaps (details.py, attributes.py); and the verdict says why.
"""

from collections.abc import Callable
from functools import lru_cache

from tracker.core.gpus import Catalogue
from tracker.core.identify import details, library, roles, trade
from tracker.core.identify.condition import by_ebay_id, condition, flags
from tracker.core.identify.kind import Found, broken, other_than_card
from tracker.core.identify.memory import memory
from tracker.core.identify.models import Family, Memory, Named
from tracker.core.identify.naming import NOTHING, edition, named
from tracker.core.identify.quantity import quantity
from tracker.core.identify.reading import Reading
from tracker.core.identify.vocabulary import vocabulary
from tracker.core.models import Condition, Kind, RawListing, Verdict

TITLE_WORDS = 300
"""How many words of a title are read; nobody needs more to say what is sold."""

_NOTES = roles.FLAG | roles.WARRANTY | roles.FIRMWARE
_TRADE = roles.HAVE | roles.WANT
_MACHINES = (Kind.SYSTEM, Kind.BUNDLE)


@lru_cache(maxsize=2)
def identifier(catalogue: Catalogue) -> Callable[[RawListing], Verdict]:
    """A pure function from a listing to what it sells, for the cards of a catalogue; the same one when asked again."""
    lexicon = library.lexicon(vocabulary(), catalogue)

    @lru_cache(maxsize=1000)
    def printed(state: str) -> Condition:
        return condition(lexicon.read(state, details.ATTRIBUTE_WORDS))

    def identify(raw: RawListing) -> Verdict:
        title = lexicon.read(raw.title, TITLE_WORDS)
        state = printed(raw.condition) if raw.condition else Condition.UNKNOWN
        if state is Condition.UNKNOWN:
            state = _condition(raw, title)
        if title.roles & _TRADE:
            offered = trade.offered(title)
            if offered is None:
                return _other(Kind.WANTED, title, state, "what is wanted is no money, so nothing is sold")
            title = offered
        naming = named(title)
        if raw.attributes and naming is NOTHING:
            naming = details.chipset(lexicon, raw, title)
        family = naming.family
        known = memory(title, edition(title, family) if title.roles & roles.EDITION else family) if family else None
        if not raw.attributes and not raw.description:
            return _sold(title, naming, known, state)
        known = known and details.refined(lexicon, raw, known)
        return details.described(lexicon, raw, _sold(title, naming, known, state))

    return identify


def _condition(raw: RawListing, title: Reading) -> Condition:
    """The condition where the site has no word for it: eBay's number, then the title's words."""
    if raw.attributes and (state := by_ebay_id(raw.attributes)) is not Condition.UNKNOWN:
        return state
    return condition(title) if title.roles & roles.CONDITION else Condition.UNKNOWN


def _sold(title: Reading, naming: Named, known: Memory | None, state: Condition) -> Verdict:
    found = other_than_card(title, naming)
    if known is not None and known.family.unified and (found is None or found.kind in _MACHINES):
        found = broken(title, naming) or Found(Kind.UNIFIED, known.reason)
    if state is Condition.FOR_PARTS and known is not None and (found is None or found.kind is Kind.UNIFIED):
        found = Found(Kind.PARTS, "its condition is for parts")
    if found is not None:
        if found.kind is Kind.SYSTEM and known is not None and title.roles & roles.LAPTOP:
            built_in = known.family.editions.get("laptop")
            known = memory(title, built_in) if built_in else known
        return _other(found.kind, title, state, found.because, known)
    if known is None:
        return _nameless(title, naming, state)
    family = known.family
    if family.laptop and not title.roles & roles.NOUN:
        return _other(Kind.SYSTEM, title, state, f"{family.name} comes in laptops", known)
    count = quantity(title)
    form = _form(title, family) if title.roles & roles.FORM else None
    return Verdict(
        kind=Kind.CARD,
        gpu=family.id,
        variant=_product(title, known, form),
        vram_gb=known.vram_gb,
        quantity=count,
        modded=known.modded,
        form=form,
        condition=state,
        flags=flags(title) if title.roles & _NOTES else (),
        reason=known.reason if count == 1 else f"{count} × {known.reason}",
        words=_explained(title),
    )


def _product(title: Reading, known: Memory, form: str | None) -> str | None:
    """The exact product, as far as memory and form decide it: "SXM2" says more than that it is a module."""
    if form is None:
        return known.variant
    by_form = known.family.by_form
    said = ("".join(filter(str.isalnum, title.terms[place].text)) for place in title.places(roles.FORM))
    exact = {by_form.get((known.vram_gb, module.replace("smx", "sxm"))) for module in said} - {None}
    return exact.pop() if len(exact) == 1 and form == "sxm" else by_form.get((known.vram_gb, form))


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
        variant=known.variant if known else None,
        vram_gb=known.vram_gb if known else None,
        modded=known.modded if known else False,
        condition=state,
        flags=flags(title) if title.roles & _NOTES else (),
        reason=why,
        words=_explained(title),
    )


def _form(title: Reading, family: Family) -> str | None:
    forms = title.tags(roles.FORM)
    if "sxm" in forms and family.has_modules:
        return "sxm"
    return "pcie" if "pcie" in forms else None


def _explained(title: Reading) -> tuple[tuple[str, str], ...]:
    return tuple([term.says for term in title.terms if term.says])
