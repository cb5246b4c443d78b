"""Xianyu's search answers in the shapes people save them in, and the records of the monitors."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import crawl, read
from scrapers.saved import saved
from scrapers.sites.goofish import SCRAPER
from tests.scrapers.invented.goofish import ADVERTISED, MODDED, PULLED, RECORDS, REFUSED, answer, record, result
from tracker.core.errors import Blocked, ParseError, Unconfigured
from tracker.core.models import Money, RawListing
from tracker.core.money import Price, read_price

ANSWER = json.dumps(answer(MODDED, PULLED), ensure_ascii=False)


def listings(text: str, country: str = "US") -> list[RawListing]:
    page = Page(url="file:saved.json", text=text, source=Source(name="import", site="goofish", country=country))
    return list(read(SCRAPER, page))


def one(value: Any, country: str = "US") -> RawListing:
    (listing,) = listings(json.dumps(value), country)
    return listing


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"window.data = {ANSWER}",
        f"window.data={ANSWER};\n",
        f"const saved = {json.dumps(json.loads(ANSWER), indent=4)};",
        f" mtopjsonp12({ANSWER})",
        "\n".join(json.dumps(answer(one)) for one in (MODDED, PULLED)),
        json.dumps([answer(MODDED), answer(PULLED)]),
        json.dumps(answer(MODDED, ADVERTISED, PULLED)),
    ],
)
def test_an_answer_is_read_however_it_was_saved(text: str) -> None:
    modded, pulled = listings(text)
    assert modded == RawListing(
        site="goofish",
        site_id="811000000001",
        title="4090 48G 魔改 涡轮卡",
        url="https://www.goofish.com/item?id=811000000001",
        price="21500",
        currency="CNY",
        condition="几乎全新",
        description="4090 48G 魔改 涡轮卡 三个月质保，可测试。",
        attributes={"area": "广东", "shippingWithinChina": "free", "wanted": "17", "tags": "几乎全新"},
        seller="阿强显卡",
        country="CN",
        image="http://img.example/811000000001.heic",
        listed_at="2025-05-01T04:00:00+00:00",
    )
    assert (pulled.title, pulled.description) == ("V100 SXM2 16G 拆机，带转接板", "")
    assert (pulled.country, pulled.condition) == ("HK", "")


def test_shipping_is_free_only_for_who_lives_there() -> None:
    assert one(answer(MODDED)).shipping == one(RECORDS[0]).shipping == ""
    assert one(answer(MODDED), "CN").shipping == one(RECORDS[0], "CN").shipping == "0.00"
    assert one(RECORDS[1], "CN").shipping == one(RECORDS[1], "CN").shipping_currency == ""


def test_a_price_in_parts_is_put_together() -> None:
    shown = result(811000000001, "4090 48G", "")
    main = shown["data"]["item"]["main"]
    main["exContent"] |= {"price": [{"text": "¥"}, {"text": "2.35"}, {"text": "万"}], "detailParams": {}}
    main["clickParam"]["args"]["price"] = ""
    listing = one(answer(shown))
    assert listing.price == "¥2.35万"
    assert read_price(listing.price, currency="CNY") == Price(money=Money(amount=Decimal(23500), currency="CNY"))


def test_an_auction_is_one() -> None:
    assert one(answer(result(1, "P40", "300", isAuction=True))).bids == "0"
    assert one(answer(MODDED)).bids == ""


def test_a_text_that_runs_on_is_cut_after_a_sentence() -> None:
    text = "MI50 32G 拆机卡，成色好。" + "支持验货！" * 40
    listing = one(answer(result(1, text, "880")))
    assert listing.title.startswith("MI50 32G 拆机卡，成色好。支持验货！")
    assert 100 < len(listing.title) <= 120
    assert listing.title.endswith("支持验货")
    assert listing.description == text


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (REFUSED, Blocked, "Xianyu answered 'FAIL_SYS_USER_VALIDATE"),
        ({"ret": ["SUCCESS::ok"], "data": {}}, ParseError, "without data.resultList"),
        (answer({"data": {}}, {"data": {}}), ParseError, "none of 2 results holds an exContent"),
        ({"items": []}, ParseError, "entry 1 has no 商品标题"),
        ([7], ParseError, "entry 1 is no JSON object"),
        ([record(822000000003, "4090", "¥1") | {"商品信息": {}}], ParseError, "entry 1 has no 商品标题"),
        ([*RECORDS, record(1, "4090", "暂无")], ParseError, "entry 3 has no 当前售价"),
        ([record(1, "4090", "¥1", 商品ID="", 商品链接="#")], ParseError, "entry 1 has no 商品ID"),
    ],
)
def test_what_is_no_answer_and_no_record_is_named(value: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        listings(json.dumps(value, ensure_ascii=False))


def test_a_line_that_is_broken_is_named_by_its_number() -> None:
    text = "\n".join([json.dumps(RECORDS[0]), "", "{half", json.dumps(RECORDS[1])])
    with pytest.raises(ParseError, match="line 3 is not JSON"):
        listings(text)


@pytest.mark.parametrize("key", ["itemId", "exContent", "resultList", "title"])
def test_a_key_that_was_renamed_is_noticed(key: str) -> None:
    text = json.dumps(answer(MODDED, PULLED)).replace(f'"{key}"', '"renamed"')
    if key == "itemId":
        text = text.replace('"id"', '"renamed"')
    with pytest.raises(ParseError):
        listings(text)


@pytest.mark.parametrize("key", ["商品标题", "当前售价"])
def test_a_key_of_a_record_that_was_renamed_is_noticed(key: str) -> None:
    with pytest.raises(ParseError, match=f"line 1 has no {key}; 2 rows"):
        listings("\n".join(json.dumps(one, ensure_ascii=False).replace(key, "新名") for one in RECORDS))


def test_a_record_alone_and_one_without_an_id_are_read() -> None:
    bare = RECORDS[0]["商品信息"] | {"商品ID": "未知ID"}
    listing = one(bare)
    assert (listing.site_id, listing.seller, listing.feedback_count) == ("822000000001", "阿强显卡", "")


@pytest.mark.parametrize(
    ("said", "instant"),
    [
        ({"发布时间": "2026-05-01 12:00:05"}, "2026-05-01T12:00:05+08:00"),
        ({"发布时间": "未知时间", "发布时间戳": 1746072000000}, "2025-05-01T04:00:00+00:00"),
        ({"发布时间": "昨天"}, ""),
        ({"发布时间": "", "发布时间戳": "9" * 30}, ""),
    ],
)
def test_times_are_chinas_where_they_name_no_zone(said: dict[str, Any], instant: str) -> None:
    assert one(record(822000000001, "4090 48G", "¥21500", **said)).listed_at == instant


@pytest.mark.parametrize(
    "options", [{}, {"url": "https://www.goofish.com/search?q=4090"}, {"url": "https://h5api.m.goofish.com/h5/x"}]
)
def test_xianyu_itself_is_never_asked(options: dict[str, str]) -> None:
    def fetch(_: object) -> Page:
        raise AssertionError("nothing may be fetched")

    result_ = crawl(SCRAPER, Source(name="xianyu", site="goofish", options=options), fetch)
    assert isinstance(result_.error, Unconfigured)
    assert "Xianyu cannot be polled" in str(result_.error)


def test_a_real_answer_is_read_whole(corpus: Path) -> None:
    path = corpus / "pages" / "goofish" / "data1.js"
    found = list(read(SCRAPER, saved("goofish", path, path.read_bytes())))
    # 30 results were counted in the file by eye; each also names its template once.
    assert path.read_text(encoding="utf-8").count('"name": "idlefish_search_item_new_tags"') == 30
    assert len(found) == len({listing.site_id for listing in found}) == 30
    for listing in found:
        price = read_price(listing.price, currency=listing.currency)
        assert isinstance(price, Price)
        assert price.currency == "CNY"
        assert 18 <= price.amount <= 45
        assert listing.url == f"https://www.goofish.com/item?id={listing.site_id}"
        assert 8 < len(listing.title) <= 120
        assert listing.seller
        assert listing.country == "CN"
        assert listing.listed_at.startswith("202")
        assert listing.attributes["shippingWithinChina"] == "free"
    assert sum(listing.condition == "全新" for listing in found) == 18
    assert sum(listing.condition == "几乎全新" for listing in found) == 1
