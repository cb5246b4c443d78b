"""One file a site: the file's existence is the registration, its SCRAPER the value."""

from importlib import import_module
from pkgutil import iter_modules

from scrapers.base import Scraper


def names() -> list[str]:
    """Every site that can be visited, by file name."""
    return sorted(module.name for module in iter_modules(__path__))


def load(site: str) -> Scraper:
    """The scraper of one site; raises KeyError for a site without a file."""
    if site not in names():
        raise KeyError(site)
    scraper: Scraper = import_module(f"{__name__}.{site}").SCRAPER
    return scraper
