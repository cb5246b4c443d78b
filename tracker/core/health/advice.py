"""What a person can do about a source that is not well, by its state."""

from collections.abc import Mapping
from types import MappingProxyType

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "blocked": "the site refuses automatic visits: save its pages by hand and `tracker import` them",
        "limited": "it is asked again when the site allows; a longer `every` for its sources asks less often",
        "unconfigured": "put the keys it needs into the environment, then start the tracker again",
        "changed": "the page no longer reads as it did: look at it, then report or repair the parser",
        "gone": "the address does not exist any more: correct the source",
        "unreachable": "check the address and the network; it is tried again by itself",
        "suspicious": "`tracker sources review NAME` shows what is doubted, `tracker sources accept NAME` believes it",
        "failing": "a fault of the tracker: the log has the traceback",
    }
)


def advice(state: str, source: str) -> str:
    """What to do about a source in a state; "" where there is nothing to do."""
    return ADVICE.get(state, "").replace("NAME", source)
