"""What a word in a title can be: each role is one bit, so that a whole title's roles are one number."""

from functools import cache

NAMES = {
    # the thirty that titles of plain cards are made of; Python handles numbers of thirty bits faster
    "context": "speaks of graphics cards",
    "model": "is a model",
    "memory": "is memory",
    "number": "is a number",
    "noun": "names a graphics card",
    "series": "is a series of cards",
    "unit": "is a measure",
    "vram": "is graphics memory",
    "form": "says how it plugs in",
    "with": "says what comes with it",
    "without": "says what is missing",
    "not": "denies what follows",
    "for": "says what something is for",
    "source": "says where it was pulled from",
    "included": "says that something is included",
    "component": "is a part that may fail alone",
    "feature": "describes a card",
    "condition": "says its condition",
    "money": "is money",
    "maker": "makes graphics cards only",
    "numbered": "numbers its coolers",
    "flag": "is worth knowing",
    "warranty": "is a warranty",
    "edition": "names an edition",
    "mod": "says that memory was added",
    "times": "counts",
    "count": "is a number word",
    "pieces": "counts pieces",
    "lot": "says that several are sold together",
    "each": "says that the price is for one",
    # the rest: a title with one of these may sell something else
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
    "packaging": "is packaging",
    "only": "says that there is nothing else",
    "broken": "says that it is broken or for parts",
    "faulty": "says that something fails",
    "host": "names a kind of machine",
    "certain": "says beyond doubt that it does not work",
    "wanted": "says that somebody is buying",
    "opening": "says that somebody is buying, when it opens the title",
    "have": "opens what is offered",
    "want": "opens what is wanted",
    "disk": "is the size of a disk",
    "stock": "says how many are in stock",
    "choice": "offers a choice",
    "compare": "only compares",
    "service": "is a service",
    "goods": "is something else",
    "currency": "is a currency sign",
    "outputless": "says that there are no outputs",
    "worn": "says what is worn or damaged",
    "renewed": "says what was replaced",
    "works": "says that it works",
    "origin": "says that it came from there or goes there",
    "refuted": "denies what stands before it",
    "firmware": "is firmware",
}
"""Every role with what a word of that role says, as `tracker identify --explain` prints it."""

BIT = {name: 1 << place for place, name in enumerate(NAMES)}
TELLING = 1 << 30
"""Roles from this bit on may tell that no card is sold; a title with a smaller number has none of them."""


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
DISK = BIT["disk"]
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
WORN = BIT["worn"]
RENEWED = BIT["renewed"]
WORKS = BIT["works"]
ORIGIN = BIT["origin"]
REFUTED = BIT["refuted"]
FIRMWARE = BIT["firmware"]
