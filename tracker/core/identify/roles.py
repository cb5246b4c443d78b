"""What a word in a title can be: each role is one bit, so that a whole title's roles are one number."""

from functools import cache

NAMES = {
    "noun": "names a graphics card",
    "context": "speaks of graphics cards",
    "vram": "is graphics memory",
    "series": "is a series of cards",
    "maker": "makes graphics cards only",
    "numbered": "numbers its coolers",
    "feature": "describes a card",
    "ram": "is system memory",
    "storage": "is storage",
    "cpu": "is a processor",
    "board": "is a mainboard",
    "psu": "is a power supply",
    "monitor": "is a monitor",
    "system": "is a whole computer",
    "computer": "is a computer",
    "laptop": "is a laptop",
    "machine": "is a line of computers",
    "accessory": "is an accessory",
    "fitting": "is part of a card, or for one",
    "for": "says what something is for",
    "with": "says what comes with it",
    "included": "says that something is included",
    "without": "says what is missing",
    "not": "denies what follows",
    "packaging": "is packaging",
    "only": "says that there is nothing else",
    "source": "says where it was pulled from",
    "broken": "says that it is broken or for parts",
    "faulty": "says that something fails",
    "host": "names a kind of machine",
    "certain": "says beyond doubt that it does not work",
    "component": "is a part that may fail alone",
    "wanted": "says that somebody is buying",
    "opening": "says that somebody is buying, when it opens the title",
    "have": "opens what is offered",
    "want": "opens what is wanted",
    "money": "is money",
    "lot": "says that several are sold together",
    "each": "says that the price is for one",
    "pieces": "counts pieces",
    "times": "counts",
    "count": "is a number word",
    "stock": "says how many are in stock",
    "choice": "offers a choice",
    "compare": "only compares",
    "service": "is a service",
    "goods": "is something else",
    "mod": "says that memory was added",
    "edition": "names an edition",
    "form": "says how it plugs in",
    "condition": "says its condition",
    "flag": "is worth knowing",
    "warranty": "is a warranty",
    "memory": "is memory",
    "model": "is a model",
    "currency": "is a currency sign",
    "number": "is a number",
    "unit": "is a measure",
    "outputless": "says that there are no outputs",
}
"""Every role with what a word of that role says, as `tracker identify --explain` prints it."""

BIT = {name: 1 << place for place, name in enumerate(NAMES)}


@cache
def meaning(roles: int) -> str:
    """What words of these roles say."""
    return ", ".join(says for name, says in NAMES.items() if roles & BIT[name])


NOUN = BIT["noun"]
CONTEXT = BIT["context"]
VRAM = BIT["vram"]
SERIES = BIT["series"]
MAKER = BIT["maker"]
NUMBERED = BIT["numbered"]
FEATURE = BIT["feature"]
RAM = BIT["ram"]
STORAGE = BIT["storage"]
CPU = BIT["cpu"]
BOARD = BIT["board"]
PSU = BIT["psu"]
MONITOR = BIT["monitor"]
SYSTEM = BIT["system"]
COMPUTER = BIT["computer"]
LAPTOP = BIT["laptop"]
MACHINE = BIT["machine"]
ACCESSORY = BIT["accessory"]
FITTING = BIT["fitting"]
FOR = BIT["for"]
WITH = BIT["with"]
INCLUDED = BIT["included"]
WITHOUT = BIT["without"]
NOT = BIT["not"]
PACKAGING = BIT["packaging"]
ONLY = BIT["only"]
SOURCE = BIT["source"]
BROKEN = BIT["broken"]
FAULTY = BIT["faulty"]
HOST = BIT["host"]
CERTAIN = BIT["certain"]
COMPONENT = BIT["component"]
WANTED = BIT["wanted"]
OPENING = BIT["opening"]
HAVE = BIT["have"]
WANT = BIT["want"]
MONEY = BIT["money"]
LOT = BIT["lot"]
EACH = BIT["each"]
PIECES = BIT["pieces"]
TIMES = BIT["times"]
COUNT = BIT["count"]
STOCK = BIT["stock"]
CHOICE = BIT["choice"]
COMPARE = BIT["compare"]
SERVICE = BIT["service"]
GOODS = BIT["goods"]
MOD = BIT["mod"]
EDITION = BIT["edition"]
FORM = BIT["form"]
CONDITION = BIT["condition"]
FLAG = BIT["flag"]
WARRANTY = BIT["warranty"]
MEMORY = BIT["memory"]
MODEL = BIT["model"]
CURRENCY = BIT["currency"]
NUMBER = BIT["number"]
UNIT = BIT["unit"]
OUTPUTLESS = BIT["outputless"]
