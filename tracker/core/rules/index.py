"""Which watches may want an offer: found by its card and site, so that the rest of them costs nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from tracker.core.models import Priced
from tracker.core.rules.events import Change
from tracker.core.rules.watch import Watch

_GLOB = frozenset("*?[")


class Index:
    """The watches, to be asked offer by offer; what depends on card and site alone is decided once for each pair."""

    def __init__(self, watches: Iterable[Watch]) -> None:
        self.watches = tuple(watches)
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._by_glob: list[int] = []
        for place, watch in enumerate(self.watches):
            names = [glob for glob in watch.wanted.gpus if not _GLOB.intersection(glob)]
            if len(names) < len(watch.wanted.gpus):
                self._by_glob.append(place)
            for name in names if place not in self._by_glob[-1:] else ():
                self._by_name[name].append(place)
        self._sites = frozenset(site for watch in self.watches for site in watch.wanted.sites)
        self._asking: dict[tuple[object, ...], tuple[Watch, ...]] = {}

    def without(self, names: Collection[str]) -> "Index":
        """The index of all watches but some."""
        return Index(watch for watch in self.watches if watch.name not in names)

    def asking(self, offer: Priced) -> tuple[Watch, ...]:
        """The watches that ask about such a card at such a site, in their own order."""
        site = offer.site if offer.site in self._sites else ""  # sites that no watch names are all the same to them
        card = (offer.variant, offer.gpu, offer.kind, site)
        if (found := self._asking.get(card)) is None:
            found = self._asking[card] = tuple(self._admitting(offer))
        return found

    def _admitting(self, offer: Priced) -> Iterator[Watch]:
        named = (place for name in (offer.variant, offer.gpu) if name for place in self._by_name.get(name, ()))
        for place in sorted({*named, *self._by_glob}):
            wanted = self.watches[place].wanted
            if wanted.admits_card(offer) and (not wanted.sites or offer.site in wanted.sites):
                yield self.watches[place]

    def pairs(self, changes: Sequence[Change]) -> Iterator[tuple[Watch, Change]]:
        """Every watch with every change whose offer it wants, whatever the rules say."""
        for change in changes:
            for watch in self.asking(change.offer):
                if watch.wanted.suits(change.offer):
                    yield watch, change
