"""The signs people write for currencies, and the currency each may mean.

A sign shared by several currencies means the source's own one when that is among them; else what most people mean by
it, where there is such a thing (`$` is USD); else nothing: the currency stays unknown.
"""

import re
from collections.abc import Sequence

# AMD (dram), ALL, TOP and BAM's "KM" are left out: on this market they are a chip maker, words and a distance.
_ISO = """
    usd eur gbp jpy cny cad aud nzd hkd sgd twd mxn chf sek nok dkk isk pln czk huf ron bgn rsd mdl uah rub kzt try
    brl ars clp cop pen uyu inr pkr lkr npr bdt idr myr php thb vnd krw ils aed sar qar kwd bhd omr jod iqd egp mad
    tnd lyd dzd zar ngn kes gel azn uzs byn mnt mop pyg
"""
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
KNOWN = frozenset(_CODES.split())
"""The money of every country (ISO 4217), whether or not there is a rate for it."""

USUAL = frozenset(_ISO.upper().split()[:36])
"""What is written most, the front of `_ISO`: what a code that does not exist was likely meant to be."""

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU"

# sign → the currencies it may mean, in front of them the one it means by itself ("-": none)
_MEANINGS = {
    "$": f"USD {_DOLLARS}",
    "dollar dollars": "USD USD CAD AUD NZD HKD SGD",
    "€ euro euros 欧元": "EUR EUR",
    "£ quid 英镑": "GBP GBP",
    "¥": "- CNY JPY",
    "元 块 塊 圆": "CNY CNY TWD HKD",
    "rmb cn¥ yuan 人民币": "CNY CNY",
    "円 jp¥ yen 日元 日圆": "JPY JPY",
    "us$ $us u$s u.s.$ 美元 美金 刀": "USD USD",
    "c$ ca$ cdn$ can$ $ca": "CAD CAD",
    "au$ a$ $au": "AUD AUD",
    "nz$ $nz": "NZD NZD",
    "hk$ $hk 港币 港元": "HKD HKD",
    "nt$ 台币 新台币 台幣 新台幣": "TWD TWD",
    "s$ sg$": "SGD SGD",
    "mx$ mex$": "MXN MXN",
    "r$ reais": "BRL BRL",
    "$u": "UYU UYU",
    "kr kr. kroner kronor": "- NOK SEK DKK ISK",
    "rs rs. ₨": "- INR PKR LKR NPR",
    "₹": "INR INR",
    "fr fr. sfr sfr.": "CHF CHF",
    "zł zl zł. złotych złoty": "PLN PLN",
    "kč kc": "CZK CZK",
    "ft ft. forint": "HUF HUF",
    "lei leu": "RON RON MDL",
    "лв лв.": "BGN BGN",
    "din din. дин дин.": "RSD RSD",
    "₽ руб руб. р р. рублей rub.": "RUB RUB",
    "₴ грн грн.": "UAH UAH",
    "₸ тг тг. тенге": "KZT KZT",
    "₺ tl": "TRY TRY",
    "₩ 원 won": "KRW KRW",
    "₫ đ vnđ đồng": "VND VND",
    "rp rp.": "IDR IDR",
    "rm": "MYR MYR",
    "₱": "PHP PHP",
    "฿ บาท": "THB THB",
    "₪ ש\"ח": "ILS ILS",
    "r": "ZAR ZAR",
    "₦": "NGN NGN",
    "৳": "BDT BDT",
    "₾": "GEL GEL",
    "s/ s/.": "PEN PEN",
    "د.إ درهم dh dhs": "AED AED MAD",
    "ر.س sr": "SAR SAR",
    "د.ك kd": "KWD KWD",
    "د.أ jd": "JOD JOD",
    "د.ت dt": "TND TND",
    "ر.ع.": "OMR OMR",
    "د.ب bd": "BHD BHD",
    "ر.ق qr": "QAR QAR",
    "ج.م egp": "EGP EGP",
    "ريال ریال": "- SAR OMR QAR YER IRR",
}  # fmt: skip
SIGNS = {code.lower(): (code, code) for code in _ISO.upper().split()} | {
    sign: tuple(meanings.split()) for signs, meanings in _MEANINGS.items() for sign in signs.split()
}

# One unit of these is worth less than a hundredth of a dollar: their prices run to many digits.
_SMALL = "VND IDR KRW JPY HUF COP CLP PYG UZS IRR IQD NGN KZT PKR LKR RUB ISK ARS MNT"
SMALL = frozenset(_SMALL.split())

_SPACED = re.compile(
    r"(?<![^\W\d_])(us|u\.s\.|c|ca|cdn|can|au|nz|hk|nt|sg|mx|jp|cn) (?=[$¥])|\$ (?=(?:us|ca|au|nz|hk)\b)"
)


def join_signs(text: str) -> str:
    """Close the gap inside two-part signs: `us $` and `$ ca` become `us$` and `$ca`."""
    return _SPACED.sub(lambda found: found[0].rstrip(), text)


def _pattern() -> str:
    """A regular expression for any sign: the longest first, letters only where no other letter touches them."""
    longest_first = sorted(SIGNS, key=len, reverse=True)
    return "|".join(
        (r"(?<![^\W\d_])" if re.match(r"[^\W\d_]", sign) and ord(sign[0]) < 0x3000 else "")
        + ("(?<=[0-9k])刀" if sign == "刀" else re.escape(sign))
        + (r"(?![^\W\d_])" if re.search(r"[^\W\d_]$", sign) and ord(sign[-1]) < 0x3000 else "")
        for sign in longest_first
    )


PATTERN = _pattern()


def currency_of(signs: Sequence[str], *, default: str = "") -> str:
    """The currency that `signs` around one number mean together; `default` without signs, "" where unknown.

    Signs that contradict each other are settled by the first, the one nearest to the number.
    """
    if not signs:
        return default
    meanings = [SIGNS[sign] for sign in signs]
    common = set(meanings[0][1:]).intersection(*(meaning[1:] for meaning in meanings)) or set(meanings[0][1:])
    if default in common:
        return default
    if len(common) == 1:
        return common.pop()
    return next((meaning[0] for meaning in meanings if meaning[0] in common), "")


def code_of(printed: str) -> str:
    """The ISO 4217 code of a currency as sites name theirs (`EUR`, `€`, `rmb`); "" for what is none or shared."""
    name = printed.strip().lower()
    if name in SIGNS:
        return currency_of((name,))
    return name.upper() if re.fullmatch("[a-z]{3}", name) else ""
