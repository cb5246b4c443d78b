"""One file a channel: the file's existence is the registration, its CHANNEL the class."""

from importlib import import_module
from pkgutil import iter_modules

from alerts.base import Channel

_NOT_CHANNELS = frozenset({"about_source", "base", "html", "message", "words"})


def names() -> list[str]:
    """Every type of channel there is, by file name."""
    return sorted(module.name for module in iter_modules(__path__) if module.name not in _NOT_CHANNELS)


def load(name: str) -> type[Channel]:
    """The class of one type of channel; raises KeyError for a type without a file."""
    if name not in names():
        raise KeyError(name)
    channel: type[Channel] = import_module(f"{__name__}.{name}").CHANNEL
    return channel
