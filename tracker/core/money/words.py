"""The words around a price, in the languages of our sources, and what each says about it."""

import re
from enum import StrEnum

_LETTER = r"[^\W\d_]"


class Flag(StrEnum):
    """What else a price text says of its amount.

    `range`: the lowest of several; `from`: others cost more; `was`: an older, higher price stood beside it;
    `each`: for one of several pieces; `ex_vat`: tax comes on top; `sold`: what it was sold for or asked before.
    """

    RANGE = "range"
    FROM = "from"
    APPROXIMATE = "approximate"
    NEGOTIABLE = "negotiable"
    WAS = "was"
    EACH = "each"
    EX_VAT = "ex_vat"
    SOLD = "sold"


class Reason(StrEnum):
    """Why a text is no price; a word to count by.

    `rate` is an amount per month, hour or GB; `zero` an amount of nothing, which is a glitch unless it is shipping.
    """

    FREE = "free"
    ON_REQUEST = "on_request"
    SOLD = "sold"
    NO_NUMBER = "no_number"
    AMBIGUOUS = "ambiguous"
    NEGATIVE = "negative"
    ZERO = "zero"
    ABSURD = "absurd"
    PLACEHOLDER = "placeholder"
    RATE = "rate"
    OLD = "old_price"
    TOO_LONG = "too_long"


class Role(StrEnum):
    """What a number beside the price is, when it is not the price."""

    SAVING = "saving"
    EXTRA = "extra"
    OLD = "old"
    RATE = "rate"
    LIMIT = "limit"
    MULTIPLE = "multiple"


def _any(words: str, glued: str = "") -> re.Pattern[str]:
    """Any of `words` standing alone, or of `glued`, which come from scripts without spaces."""
    return re.compile(rf"(?<!{_LETTER})(?:{words})(?!{_LETTER})" + (f"|{glued}" if glued else ""))


def _ends(words: str, glued: str = "") -> re.Pattern[str]:
    """A text that leads to a number with one of these."""
    return re.compile(rf"(?:(?<!{_LETTER})(?:{words})" + (f"|{glued}" if glued else "") + r")[^\w)]*$")


def _begins(words: str, glued: str = "") -> re.Pattern[str]:
    """A text that goes on after a number with one of these."""
    return re.compile(rf"[^\w(]*(?:(?:{words})(?!{_LETTER})" + (f"|{glued}" if glued else "") + ")")


_NEVER = re.compile(r"(?!)")
_SHIPPING = r"shipping|postage|delivery|p&p|versand(?:kosten)?|porto|livraison|envío|envio|frete|frakt|fragt|wysyłk[ai]"
_SHIPPING_GLUED = "邮费|郵費|运费|運費|送料|доставка|배송비"
_TIME = (
    r"mo|mth|month|monat|mtl|mois|mes|mês|mese|maand|mies|måned|hr|hour|h|stunde|std|day|tag|week|woche|yr|year|jahr"
)
_TAX = r"mwst|ust|vat|gst|btw|tva|iva|moms|mva|dph|kdv|áfa|ндс|tax|taxes|taxe"
_PIECE = (
    r"piece|pieces|pc|pcs|unit|card|gpu|item|each|ea|stück|stk|st|stuk|szt|sztuk[ęa]|pièce|pieza|unidad|un|шт|штуку"
)

# What shops call a price of every day: the old one beside a lower one, and the price where it is the only one.
_REGULAR = (
    "reg|regular|regular price|normal|normal price|normalpreis|normaler preis|prix (?:habituel|normal|régulier)"
    "|precio (?:habitual|normal|regular)|prezzo (?:di listino|normale)|preço normal|cena (?:regularna|normalna)"
    "|normale prijs|normalpris|vanlig pris|ordinarie pris"
)
_REGULAR_GLUED = "通常価格|常规价格|正常价|定价"

# Each role with the words that lead to such a number and those that follow it.
ROLES: tuple[tuple[Role, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        Role.SAVING,
        _ends(
            "save|you save|saving|savings|spare|sparen|sparst|ersparnis|nachlass|rabatt|discount|coupon|cashback"
            "|économisez|économie|remise|réduction|risparmi|risparmia|sconto|ahorr[ao]s?|ahorre|descuento|desconto|poupe"
            "|economize|oszczędzasz|oszczędź|oszczędność|rabat|zniżka|taniej|bespaar|korting|du sparer|du sparar|spar"
            r"|(?:ersparnis|nachlass|rabatt|savings?|discount|économie|remise|réduction|sconto|ahorro|descuento|taniej|rabat"
            "|zniżka) (?:von|of|de|di|o)",
            "立减|立減|优惠|優惠|券|[现現立已节節]省|省|直降|割引",
        ),
        _begins(
            "off|rabatt|discount|saved|cashback|gespart|ersparnis|nachlass|taniej|rabatu|zniżki|korting"
            "|d'économies?|de (?:réduction|remise|descuento|ahorro|desconto)|di (?:sconto|risparmio)",
            "円引|円off|割引|オフ|引き",
        ),
    ),
    (
        Role.RATE,
        _ends(r"monthly|monatlich|mtl|rate|raten|rat[ay](?: od)?|installments? of|payments of|cuotas de|parcelas de"),
        re.compile(
            rf"\s*(?:(?:/|per|pro|par|al|por|a|je)\s*(?:{_TIME}|[gt]i?b|kg|tflops?)|monthly|monatlich|mtl)(?!{_LETTER})"
            r"|\s*(?:/|每)\s*(?:小时|小時|时|天|日|月|年|个月)"
        ),
    ),
    (
        Role.OLD,
        _ends(
            f"{_REGULAR}|was|were|before|statt|uvp|msrp|rrp|list|list price|retail|orig"
            "|original price|originally|old price|vorher|bisher|alter preis|avant|au lieu de|antes|anziché|przed"
            "|zamiast|før|förr|ord[. ]+pris|neupreis|np",
            f"{_REGULAR_GLUED}|原价|原價|定価|参考価格|정가|вместо|было",
        ),
        _begins("uvp|msrp|rrp|list price|neupreis"),
    ),
    (Role.EXTRA, _ends(rf"plus|zzgl|{_SHIPPING}", rf"\+|{_SHIPPING_GLUED}"), _begins(_SHIPPING, _SHIPPING_GLUED)),
    (Role.MULTIPLE, _ends("[x×](?: de)?"), _NEVER),
    (Role.LIMIT, _ends("up to|bis|bis zu|max|maximum|under|unter|jusqu'à|hasta|até", "最多|最高|до"), _NEVER),
)

# What a bare number in front of these counts is not money.
COUNTED = re.compile(
    r"\s*%|[\s-]*(?:percent|prozent|months?|monate?|mois|meses|raten|bids?|gebote?|offers?|angebote?|reviews?|ratings?"
    r"|(?:new|used|neu)(?= (?:from|ab))|bewertungen|sold|left|available|watchers|views|pcs|pieces|packs?|cards?|gpus?"
    r"|karten|stück|stk|szt|days?|tagen?|jours|días|dagen|dni|hours?|cents?|ct|p|btc|eth|usdt|points|pts|for|x|×)"
    rf"(?!{_LETTER})|\s*(?:¢|[折张張台个個件片枚天日年月人次点新本期名])"
)

RANGE = re.compile(
    r"\s*(?:-|~|〜|--|\.\.\.?|(?:up )?to|till?|until|bis(?: zu)?|à|a|al|do|t/m|tot|hasta|até|ate|до|至|到|から)\s*"
)
OLD_THEN_NEW = re.compile(
    r"(?:[\s|→*•;:~]|->|=>|[-(]*0\s?%\)?|/ ?\w{1,6}\.?|(?:current |special )?price|sale|now|only|nur|jetzt|por|voor|nu"
    r"|nå|teraz|现价|セール)*"
)
CONVERTED = re.compile(rf"\(|≈|=|(?<!{_LETTER})(?:approx|approximately|ca|circa|about|environ|etwa)(?!{_LETTER})|约|約")

_LEADS_FROM = _ends(
    "from|starting at|starts at|as low as|ab|von|od|fra|från|vanaf|desde|à partir de|dès|a partire? d[ae]|da|от", "最低"
)
_FOLLOWS_FROM = re.compile(r"\s?\+(?!\s?\w)|\s*(?:起|부터|から|より|〜|~\s*$|and up|or more|upwards|und mehr)")
_LEADS_ABOUT = _ends(
    "ca|c|circa|approx|approximately|about|around|roughly|ungefähr|etwa|rund|około|ok|cirka|env", "(?<!~)~(?!~)|[≈约約]"
)
_FOLLOWS_ABOUT = re.compile(
    r"\s*(?:ish(?![a-z])|左右|出头|出頭|上下|多|几|程度|前後|くらい|ぐらい|정도|approx|circa|ca(?![a-z]))"
)

_FIRM = _any(
    "(?:non|not|nicht|no|keine?|un)[ -]?(?:negotiable|negotiation|verhandelbar|verhandlung|vb|obo)|non[ -]?neg|firm",
    "不刀|不可刀|不议价|不議價|不还价",
)
_NEGOTIABLE = _any(
    "vb|vhb|vhs|verhandelbar|verhandlungsbasis|obo|o\\.b\\.o|ono|o\\.n\\.o|or (?:best|nearest|near) offers?|or offers?"
    "|(?:or )?best offer|neg|negotiable|negociable|negociável|négociable|à débattre|trattabil[ei]|t\\.e\\.a\\.b"
    "|preisvorschlag|do negocjacji|pazarlık(?: payı)?|торг|alkuképes|oder angebot|hetes",
    "可小?刀|可议|可議|小刀|议价|交渉可|値下げ可|네고",
)
_EX_TAX = re.compile(
    rf"(?:(?<!{_LETTER})(?:zzgl|excl|exkl|ekskl|exc|ex|plus|ohne|without|before|excluding|bez|hors|sin|sem|senza|uden|utan"
    rf"|без)|\+)\.?\W{{0,3}}(?:\d+ ?%\W*)?(?:of )?(?:{_TAX})(?!{_LETTER})"
    rf"|(?<!{_LETTER})(?:{_TAX})\.? (?:excl|exkl|ekskl|exc|excluded|excluido|no incluido|esclusa)(?!{_LETTER})"
    rf"|(?<!{_LETTER})(?:netto|net price|h\.?t\.?)(?!{_LETTER})|税抜|税別|未税|不含税"
)
_INCL_TAX = re.compile(
    rf"(?<!{_LETTER})(?:inc|incl|inkl|including|mit|with|con|avec|z)\.?\W{{0,3}}(?:\d+ ?%\W*)?(?:{_TAX})(?!{_LETTER})"
    rf"|(?<!{_LETTER})(?:{_TAX})\.? (?:incl|inkl|inc|included|incluido|inclusa|compresa)(?!{_LETTER})"
    rf"|(?<!{_LETTER})(?:ttc|brutto|gross)(?!{_LETTER})|税込|(?<!不)含税"
)
_EACH = re.compile(
    rf"(?<!{_LETTER})(?:(?:per|pro|par|por|за|za|je) ?(?:{_PIECE})|each|ea|apiece|a piece|jeweils|p/st)(?!{_LETTER})"
    rf"|/ ?(?:(?:{_PIECE})(?!{_LETTER})|[个個张張块片枚本台件])|[一每][张張个個片枚块台]|单价|單價|개당|単価"
)
_SOLD = _any(
    r"(?<!\d )(?<!\+ )sold(?: out| for)?|verkauft|ausverkauft|vendue?s?|vendid[oa]s?|vendut[oai]|sprzedan[eya]|solgt"
    "|såld|slutsåld|verkocht|eladva|out of stock|продан[оа]?",
    "已售|已卖|卖掉|賣出|売り切れ|売切|판매완료",
)
_FREE = _any(
    "free|gratis|kostenlos(?:er|e)?|verschenken?|za darmo|darmow[ay]|bezpłatn[ay]|gratuit[eo]?|offert|ingyen(?:es)?"
    "|giveaway|бесплатно|даром|ücretsiz|ilmainen|zdarma",
    "免费|免費|無料|무료|包邮|包郵|送料込み?",
)
_ON_REQUEST = _any(
    r"p\.?o\.?a|tba|tbd|(?:up)?on (?:request|application)|(?:auf )?anfragen?|preisvorschlag|vb|vhb|vhs|call|contact|ask"
    "|email|enquire|inquire|log ?in|sign in|request a quote|a quote|make (?:an )?offer|best offer|offers?|obo|in cart"
    "|gebot|bieden|op aanvraag|sur (?:demande|devis)|nous consulter|(?:a|sob) consultar?|su richiesta|negotiable"
    "|på (?:förfrågan|forespørsel)|na zapytanie|na dotaz|do uzgodnienia|megegyezés szerint|по запросу|договорная",
    "面议|面議|私聊|询价|詢價|咨询|応相談|お問い合わせ|협의|문의",
)

_LEADS_REGULAR = _ends(_REGULAR, _REGULAR_GLUED)

_SAID = ((Flag.NEGOTIABLE, _NEGOTIABLE), (Flag.EX_VAT, _EX_TAX), (Flag.EACH, _EACH), (Flag.SOLD, _SOLD))
_LED = ((Flag.FROM, _LEADS_FROM), (Flag.APPROXIMATE, _LEADS_ABOUT), (Flag.EACH, _ends("je|à|each")))
_FOLLOWED = (
    (Flag.FROM, _FOLLOWS_FROM),
    (Flag.APPROXIMATE, _FOLLOWS_ABOUT),
    (Flag.EACH, re.compile(r"\s*[x×]\s*(?:\d+\s*)?$")),
)
_REFUSED = ((Reason.FREE, _FREE), (Reason.SOLD, _SOLD), (Reason.ON_REQUEST, _ON_REQUEST))


def flags_in(text: str) -> frozenset[Flag]:
    """What a whole price text says of its price, wherever in it."""
    text = _FIRM.sub(" ", text)
    return frozenset(flag for flag, pattern in _SAID if pattern.search(text))


def flags_beside(before: str, after: str) -> frozenset[Flag]:
    """What the words right before and after an amount say of it."""
    led = frozenset(flag for flag, pattern in _LED if pattern.search(before))
    return led | frozenset(flag for flag, pattern in _FOLLOWED if pattern.match(after))


def is_regular(before: str) -> bool:
    """Whether the words before an amount call it the everyday price, which is old only beside another one."""
    return bool(_LEADS_REGULAR.search(before))


def names_tax(text: str) -> bool:
    """Whether a text says of any amount that tax is in it or comes on top."""
    return bool(_EX_TAX.search(text) or _INCL_TAX.search(text))


def reason_in(text: str) -> Reason:
    """Why a text without an amount has none."""
    return next((reason for reason, pattern in _REFUSED if pattern.search(text)), Reason.NO_NUMBER)
