"""Which model a text names, when it names exactly one."""

from collections.abc import Iterable

from tracker.core.identify import roles
from tracker.core.identify.models import Family, Model, Named, Trust
from tracker.core.identify.reading import Reading

_SPEAKS_OF_CARDS = (
    roles.NOUN
    | roles.CONTEXT
    | roles.VRAM
    | roles.FEATURE
    | roles.FORM
    | roles.MOD
    | roles.OUTPUTLESS
    | roles.SERIES
    | roles.FIRMWARE
)
_ONLY_CARDS = roles.NOUN | roles.VRAM | roles.MAKER
_MAKER = roles.CONTEXT | roles.SERIES | roles.NOUN
_SMALLEST_NUMBER, _LARGEST_NUMBER = 100, 19999


NOTHING = Named()


def named(reading: Reading) -> Named:
    """The family or families a text names."""
    places = reading.models
    if not places:
        return Named(unknown=unknown_model(reading)) if reading.roles & roles.SERIES else NOTHING
    if len(places) == 1:
        only = reading.terms[places[0]].model
        return only.named if only is not None and only.sure else _alone(reading, places[0])
    counted = _trusted(reading, places)
    families = _distinct(reading, counted)
    if not families:
        return NOTHING
    if len(families) == 1:
        return Named(families[0])
    return Named(several=tuple(families))


def _model(reading: Reading, place: int) -> Model:
    model = reading.terms[place].model
    assert model is not None, "only terms with a model have the role"  # noqa: S101
    return model


def _alone(reading: Reading, place: int) -> Named:
    model = _model(reading, place)
    if model.trust < Trust.SUFFIXED:
        if not _vouched(reading, place):
            return NOTHING
        if model.trust is Trust.SHORT and (unknown := unknown_model(reading)):
            return Named(unknown=unknown)
    return model.named if model.named.family else _by_memory(reading, model)


def _by_memory(reading: Reading, model: Model) -> Named:
    """The one of several generations with a name in common that comes with a stated size or is named beside it."""
    oldest = model.families[0]
    if edition(reading, oldest) is not oldest:
        return Named(oldest)
    sizes = {reading.terms[place].value for place in reading.memories}
    fitting = [family for family in model.families if not sizes.isdisjoint(family.sizes)]
    return Named(fitting[0]) if len(fitting) == 1 else Named(unknown=f"several go by {model.families[0].name}")


def _vouched(reading: Reading, place: int) -> bool:
    """Whether something beside a weak name speaks of graphics cards, or states memory the model has."""
    if reading.roles & roles.GOODS:
        return False
    model = _model(reading, place)
    sized = any(reading.terms[size].value in family.sizes for family in model.families for size in reading.memories)
    if model.trust is Trust.COMMON:
        return sized and reading.roles & _ONLY_CARDS != 0
    if sized:
        return True
    if model.trust is Trust.SHORT:
        return reading.before(place, _MAKER, 1)
    return reading.roles & _SPEAKS_OF_CARDS != 0


def lends_firmware(reading: Reading, place: int) -> bool:
    """Whether a card runs the firmware that stands at a place, another model's: "MI25, WX 9100 BIOS"."""
    is_firmware = reading.roles & roles.FIRMWARE and reading.after(place - 1, roles.FIRMWARE)
    return bool(is_firmware) and place - 1 in reading.models[1:]


def _trusted(reading: Reading, places: list[int]) -> list[int]:
    """The places that count: no name that is only compared with, no name of a chip ("GV100") beside that of a card, no
    shelf mark ("L4") beside a better name.
    """
    counted = [place for place in places if not reading.before(place, roles.COMPARE, 2)] or places
    if reading.roles & roles.FIRMWARE:
        counted = [place for place in counted if not lends_firmware(reading, place + 1)] or counted
    cards = [place for place in counted if not reading.terms[place].roles & roles.CONTEXT]
    counted = cards or counted
    best = max(_model(reading, place).trust for place in counted)
    if best <= Trust.COMMON:
        return [place for place in counted if _vouched(reading, place)]
    if best is Trust.BARE and not reading.roles & _SPEAKS_OF_CARDS:
        return counted if any(_vouched(reading, place) for place in counted) else []
    return [place for place in counted if _model(reading, place).trust > Trust.COMMON]


def _distinct(reading: Reading, places: Iterable[int]) -> list[Family]:
    """The different families named; a plain name gives way to an edition of it that is named too."""
    found = {family.id: family for family in (_model(reading, place).families[0] for place in places)}
    return [family for family in found.values() if not any(edition.id in found for edition in family.editions.values())]


def unknown_model(reading: Reading) -> str:
    """A series followed by a number that no catalogue entry has, such as "GTX 1234"."""
    for place in reading.places(roles.SERIES):
        if reading.after(place, roles.NUMBER):
            number = reading.terms[place + 1]
            if _SMALLEST_NUMBER <= number.value <= _LARGEST_NUMBER:
                return f"{reading.terms[place].text} {number.value:g}"
    return ""


def edition(reading: Reading, family: Family) -> Family:
    """The family in the edition the text names anywhere, or the family itself."""
    if not family.editions or not reading.roles & roles.EDITION:
        return family
    return next((family.editions[tag] for tag in reading.tags(roles.EDITION) if tag in family.editions), family)
