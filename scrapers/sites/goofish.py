"""Xianyu (Goofish): answers of its search and the records of the monitors that people run on it, as files or by ingest.

It shows searches only to a logged-in account in a browser, so it is never visited. Read are the answer of
`mtop.taobao.idlemtopsearch.pc.search`, bare or as a script (`window.data = {…}`), several of them on lines of their
own, and the monitors' records (`{"商品信息": {"商品标题": …}, "卖家信息": {…}}`), on lines or in a list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source
from scrapers.platforms.rows import json_values
from scrapers.platforms.table import BadRow, Row, listings
from tracker.core.errors import Blocked, Unconfigured
from tracker.core.models import RawListing

_HOW = (
    "Xianyu cannot be polled: it shows its searches only to a logged-in account. Save its search answers and"
    " `tracker import goofish FILE`, or let a monitor or your browser send them to the ingest endpoint; `url` may name"
    " where a monitor of your own publishes what it found"
)
_NOT_OURS_TO_ASK = ("goofish.com", "taobao.com", "tmall.com", "alicdn.com")
_ASSIGNMENT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$]{1,80}\s*=\s*|\s*mtopjsonp\w{0,20}\(")
_LONGEST_TITLE = 120
_SENTENCE_ENDS = "。！!？?；;，, "
_CONDITIONS = ("几乎全新", "全新", "使用痕迹")
_ELSEWHERE = {"香港": "HK", "澳门": "MO", "台湾": "TW", "海外": ""}
_CHINA_TIME = timezone(timedelta(hours=8))
# What the monitors write for want of something to say.
_UNKNOWN = frozenset(
    {"未知标题", "价格异常", "地区未知", "匿名卖家", "未知时间", "未知ID", "暂无", "NaN", "N/A", "None"}
)


def start(source: Source) -> Iterator[Request]:
    """Where a monitor publishes its records; raises Unconfigured without, for Xianyu itself is not asked."""
    url = source.options.get("url", "")
    host = pick.split(url).hostname or ""
    if not url or any(host == name or host.endswith(f".{name}") for name in _NOT_OURS_TO_ASK):
        raise Unconfigured(_HOW, site=source.site, url=url)
    yield Request(url=url)


def parse(page: Page) -> list[RawListing]:
    """The listings of search answers, then those of monitors' records."""
    if script := _ASSIGNMENT.match(page.text[:200]):
        page = replace(page, text=page.text[script.end() :].rstrip().rstrip(";)"))
    found: list[RawListing] = []
    records: list[tuple[str, Row | BadRow]] = []
    for name, value in json_values(page):
        if not isinstance(value, Mapping):
            records.append((name, BadRow("is no JSON object")))
        elif value.keys() & {"ret", "data"}:
            found += _answered(page, value)
        else:
            records.append((name, value))
    return found + listings(page, iter(records), _from_record)


def _answered(page: Page, answer: Mapping[str, Any]) -> list[RawListing]:
    """The listings of one search answer, advertisements left out; a refusal is raised as what it means."""
    refusal = next((word for word in pick.words(answer, "ret") if not word.startswith("SUCCESS")), "")
    if refusal:
        raise Blocked(f"Xianyu answered {refusal[:80]!r} when this was saved", site=page.source.site, url=page.url)
    results = pick.at(answer, "data", "resultList")
    if not isinstance(results, list):
        raise page.unreadable("a search answer without data.resultList")
    entries = [pick.at(row, "data", "item", "main") for row in pick.rows(results)]
    goods = [entry for entry in entries if isinstance(pick.at(entry, "exContent"), Mapping)]
    if results and not goods:
        raise page.unreadable(f"none of {len(results)} results holds an exContent")
    return [
        _from_result(entry, page.source) for entry in goods if pick.at(entry, "exContent", "isAliMaMaAD") is not True
    ]


def _from_result(main: Row, source: Source) -> RawListing:
    content, args = pick.at(main, "exContent"), pick.at(main, "clickParam", "args")
    title, description = _head(pick.text(content, "detailParams", "title") or pick.text(content, "title"))
    number = pick.text(content, "itemId") or pick.text(args, "id")
    tags = [pick.text(tag, "data", "content") for row in _tag_rows(content) for tag in row]
    area = pick.text(content, "area")
    is_sent_free = "freeship" in pick.text(args, "tag").split("/") or "freeShippingIcon" in tags
    return RawListing(
        site=source.site,
        site_id=number,
        title=title,
        url=_address(number),
        price=_price(content, args),
        currency="CNY",
        shipping="0.00" if is_sent_free and _is_near(source) else "",
        shipping_currency="CNY" if is_sent_free and _is_near(source) else "",
        condition=_condition([*pick.text(args, "tagname").split("/"), *tags]),
        description=description,
        attributes=pick.stated(
            area=area,
            shippingWithinChina="free" if is_sent_free else "",
            originalPrice=pick.text(content, "oriPrice"),
            wanted=pick.text(args, "wantNum"),
            tags=" ".join(tag for tag in tags if not tag.endswith("Icon")).strip(),
        ),
        seller=pick.text(content, "userNickName"),
        country=_country(area),
        image=pick.text(content, "picUrl"),
        listed_at=_instant(pick.text(args, "publishTime")),
        bids="0" if pick.at(content, "isAuction") in (True, "true") else "",
    )


def _tag_rows(content: Any) -> Iterator[list[Mapping[str, Any]]]:
    """The labels under a result, row by row."""
    rows = pick.at(content, "fishTags")
    if isinstance(rows, Mapping):
        for name in sorted(rows, key=str):
            yield pick.rows(rows, name, "tagList")


def _price(content: Any, args: Any) -> str:
    """The exact price where the answer holds it, else the parts of the printed one, which may be rounded to 万."""
    exact = pick.text(content, "detailParams", "soldPrice") or pick.text(args, "price")
    if exact:
        return exact
    printed = "".join(pick.text(part, "text") for part in pick.rows(content, "price"))
    return printed.removeprefix("当前价")


def _from_record(row: Row, source: Source) -> RawListing:
    """A monitor's record; raises BadRow for what is none. The seller's part says more of the seller than the item's."""
    item, seller = pick.at(row, "商品信息") or row, pick.at(row, "卖家信息")
    title, description = _head(_said(item, "商品标题"))
    number = _said(item, "商品ID") or _number_in(_said(item, "商品链接"))
    price = _said(item, "当前售价").removeprefix("当前价")
    for said, name in ((title, "商品标题"), (number, "商品ID"), (price, "当前售价")):
        if not said:
            raise BadRow(f"has no {name}")
    praised, _, rated = _said(seller, "作为卖家的好评数").partition("/")
    tags, area = pick.words(item, "商品标签"), _said(item, "发货地区")
    is_sent_free = "包邮" in tags
    return RawListing(
        site=source.site,
        site_id=number,
        title=title,
        url=_address(number),
        price=price,
        currency="CNY",
        shipping="0.00" if is_sent_free and _is_near(source) else "",
        shipping_currency="CNY" if is_sent_free and _is_near(source) else "",
        condition=_condition(tags),
        description=_said(item, "商品描述") or description,
        attributes=pick.stated(
            area=area,
            shippingWithinChina="free" if is_sent_free else "",
            originalPrice=_said(item, "商品原价"),
            wanted=_said(item, "“想要”人数"),
            views=_said(item, "浏览量"),
            tags=" ".join(tags),
        ),
        seller=_said(seller, "卖家昵称") or _said(item, "卖家昵称"),
        feedback_percent=_said(seller, "作为卖家的好评率").rstrip("%"),
        feedback_count=rated if praised.isdecimal() and rated.isdecimal() else "",
        country=_country(area),
        image=_said(item, "商品主图链接") or next(iter(pick.words(item, "商品图片列表")), ""),
        listed_at=_instant(_said(item, "发布时间戳")) or _china_time(_said(item, "发布时间")),
    )


def _said(row: Any, name: str) -> str:
    """What a record says under a name, "" for the words that stand for nothing."""
    text = pick.text(row, name)
    return "" if text in _UNKNOWN else text


def _head(text: str) -> tuple[str, str]:
    """A seller's one text as a title and a description: its first line, cut after a sentence where it runs on."""
    words = text.strip()
    head = " ".join(words.partition("\n")[0].split())
    if len(head) > _LONGEST_TITLE:
        cut = max(head.rfind(end, 0, _LONGEST_TITLE) for end in _SENTENCE_ENDS)
        head = head[: cut if cut > 0 else _LONGEST_TITLE].strip()
    return head, "" if head == words else pick.plain(words)


def _address(number: str) -> str:
    return f"https://www.goofish.com/item?id={number}" if number else ""


def _number_in(link: str) -> str:
    found = re.search(r"[?&]id=(\d{6,20})\b", link)
    return found[1] if found else ""


def _is_near(source: Source) -> bool:
    """Whether free shipping, which ends at China's border, reaches the buyer."""
    return source.country == "CN"


def _condition(tags: list[str]) -> str:
    return next((tag for word in _CONDITIONS for tag in tags if word in tag), "")


def _country(area: str) -> str:
    return _ELSEWHERE.get(area[:2], "CN")


def _instant(milliseconds: str) -> str:
    """Milliseconds since 1970 as ISO 8601, "" for anything else."""
    if not milliseconds.isdecimal() or not 12 <= len(milliseconds) <= 13:
        return ""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat(timespec="seconds")


def _china_time(text: str) -> str:
    """A monitor's local time as ISO 8601; they run on the time Xianyu prints."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=_CHINA_TIME).isoformat(timespec="seconds")
    except ValueError:
        return ""


SCRAPER = Scraper(
    site="goofish",
    start=start,
    parse=parse,
    options={"url": "where a monitor of your own publishes its records; Xianyu itself is never asked"},
    every=timedelta(hours=1),
    currency="CNY",
    country="CN",
    mandatory=("site_id", "title", "url", "price"),
    polling=_HOW,
    keys=(
        *("resultList", "exContent", "itemId", "title", "soldPrice"),
        *("商品信息", "商品标题", "当前售价", "商品ID"),
    ),
)
