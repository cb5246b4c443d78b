"""The values that walk through the house: strings as printed go in, typed offers come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Condition(StrEnum):
    """The state a seller promises; whether memory was changed is said by `modded`, not here."""

    NEW = "new"
    OPEN_BOX = "open_box"
    REFURBISHED = "refurbished"
    USED = "used"
    FOR_PARTS = "for_parts"
    UNKNOWN = "unknown"


class ConditionClass(StrEnum):
    """Conditions that are priced alike."""

    NEW = "new"
    RENEWED = "renewed"
    USED = "used"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What one listing sells; only `card` and `unified` become offers."""

    CARD = "card"
    UNIFIED = "unified"
    PARTS = "parts"
    ACCESSORY = "accessory"
    SYSTEM = "system"
    BUNDLE = "bundle"
    WANTED = "wanted"
    MULTI = "multi"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawListing:
    """One entry of a site, every field a string as the site prints it; empty means not stated.

    `site_id` is the entry's id on that site. `shipping` is the price of shipping to the buyer as printed ("0.00"
    for free, "" for not stated). `feedback_percent` and `feedback_count` describe the seller. `country` is where
    the item lies (ISO 3166 alpha-2). `listed_at` and `ends_at` are ISO 8601. `group_id` ties variations together;
    `whole_group` says that the page shows all there is of the group: what it no longer shows of it has ended.
    """

    site: str
    site_id: str
    title: str
    url: str
    price: str = ""
    currency: str = ""
    shipping: str = ""
    shipping_currency: str = ""
    condition: str = ""
    description: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    availability: str = ""
    seller: str = ""
    feedback_percent: str = ""
    feedback_count: str = ""
    country: str = ""
    image: str = ""
    listed_at: str = ""
    ends_at: str = ""
    bids: str = ""
    group_id: str = ""
    best_offer: bool = False
    whole_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one listing sells, as far as its words decide it, and why.

    `gpu` is the family, `variant` the exact product (None while memory or form is undecided), `vram_gb` the memory
    of one card in GB. `words` are the words that decided, each with what it decided, in reading order.
    """

    kind: Kind
    gpu: str | None = None
    variant: str | None = None
    vram_gb: float | None = None
    quantity: int = 1
    modded: bool = False
    form: str | None = None
    condition: Condition = Condition.UNKNOWN
    flags: tuple[str, ...] = ()
    reason: str = ""
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount as printed: `amount` in units (not cents) of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A listing understood: a `card` or a `unified` machine with a price.

    `price` is for the whole listing as printed; `shipping` is in the price's currency, None when not stated.
    `available` is False for what is listed but sold out. `auction` means that the price is the bid so far.
    `flags` are the verdict's and the price's (`range`, `from`, `ex_vat`, `each` …).
    """

    raw: RawListing
    verdict: Verdict
    price: Money
    shipping: Decimal | None
    available: bool = True
    auction: bool = False
    flags: tuple[str, ...] = ()
    listed_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A listing that cannot be used: `reason` is a word to count by, `detail` the sentence that explains it."""

    raw: RawListing
    verdict: Verdict
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One variant of the spec database; None is unknown, never 0.

    Units: `vram_gb` GB per card (whole board), `bandwidth_gb_s` GB/s per GPU, `bus_bits` bits per GPU, `pin_gbps`
    Gbit/s per pin, `tdp_w` W per board, `fp16_tflops` and `fp16_tensor_tflops` dense TFLOPS per board,
    `length_mm` mm. `form_factor` is pcie, sxm2, sxm3, sxm4, sxm5, oam, mxm, box or laptop.
    """

    id: str
    family: str
    name: str
    vendor: str
    kind: str = "card"
    status: str = "official"
    base: str | None = None
    vram_gb: float | None = None
    gpus_per_board: int = 1
    bandwidth_gb_s: float | None = None
    bus_bits: int | None = None
    pin_gbps: float | None = None
    mem_type: str | None = None
    tdp_w: int | None = None
    arch: str | None = None
    released: str | None = None
    form_factor: str | None = None
    cooling: str | None = None
    slots: float | None = None
    pcie: str | None = None
    nvlink: bool | None = None
    compute_capability: str | None = None
    gfx_target: str | None = None
    fp16_tflops: float | None = None
    fp16_tensor_tflops: float | None = None
    bf16: bool | None = None
    fp8: bool | None = None
    fp4: bool | None = None
    int8: bool | None = None
    ecc: bool | None = None
    display_outputs: bool | None = None
    needs: tuple[str, ...] = ()
    msrp_usd: int | None = None
    aliases: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    verified: str | None = None

    @property
    def board_bandwidth_gb_s(self) -> float | None:
        """GB/s over all GPUs of the board."""
        return None if self.bandwidth_gb_s is None else self.bandwidth_gb_s * self.gpus_per_board


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An offer with its landed price and its spec: the one value that metrics, watches and reports compare.

    `price` and `shipping` are as printed, for the whole listing, in `currency`; `shipping` None is not stated.
    `landed_usd` is for the listing, `unit_usd` per card, ready to use; None where no rate is known. `vram_gb` is GB
    per card. `spec` is the variant's row, None while the variant is undecided. `printed` is all that the site said
    (JSON), to be searched for words.
    """

    listing_id: int
    site: str
    site_id: str
    source: str
    kind: str
    gpu: str
    variant: str | None
    title: str
    url: str
    condition: str
    modded: bool
    quantity: int
    price: Decimal
    currency: str
    shipping: Decimal | None
    landed_usd: Decimal | None
    unit_usd: Decimal | None
    vram_gb: float | None
    spec: Gpu | None
    seller: str
    feedback_percent: float | None
    feedback_count: int | None
    country: str
    best_offer: bool
    auction: bool
    flags: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    listed_at: datetime | None = None
    ends_at: datetime | None = None
    printed: str = field(default="", repr=False, compare=False)
    source_state: str = "ok"
    source_ok_at: datetime | None = None

    @property
    def stale(self) -> bool:
        """Whether what is shown is the last good data of a source that is broken, or under review."""
        return self.source_state not in ("ok", "empty", "new")

    @property
    def shipping_known(self) -> bool:
        """Whether the landed price includes a stated cost of shipping."""
        return self.shipping is not None
