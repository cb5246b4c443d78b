"""Xianyu's search answers and a monitor's records, of cards that nobody sells."""

import json
from typing import Any

from tests.scrapers.case import Case, json_reply
from tests.scrapers.local import Reply

MONITOR = "https://monitor.example/jsonl/4090_48g_full_data.jsonl"
NO_ROBOTS = Reply(b"", 404)
LINES = {"Content-Type": "application/x-ndjson"}


def result(number: int, text: str, price: str, **other: Any) -> dict[str, Any]:
    """One result of a search as Xianyu answers it, cut to what is read; `other` is its exContent's."""
    content = {
        "itemId": str(number),
        "title": text.replace("\n", ""),
        "detailParams": {"itemId": str(number), "title": text, "soldPrice": price},
        "price": [{"text": "¥", "type": "sign"}, {"text": price, "type": "integer"}],
        "area": "广东",
        "userNickName": "阿强显卡",
        "picUrl": f"http://img.example/{number}.heic",
        "isAuction": False,
        "isAliMaMaAD": False,
        "fishTags": {
            "r1": {"tagList": [{"data": {"content": "freeShippingIcon", "type": "img"}}]},
            "r2": {"tagList": [{"data": {"content": "几乎全新", "type": "text"}}]},
        },
    } | other
    args = {
        "id": str(number),
        "price": price,
        "tag": "freeship/credit-5",
        "tagname": "包邮/优秀",
        "publishTime": "1746072000000",
        "wantNum": "17",
    }
    target = f"fleamarket://item?id={number}&referPageArgs=x"
    main = {"clickParam": {"args": args, "arg1": "Item"}, "exContent": content, "targetUrl": target}
    return {"data": {"item": {"main": main}, "template": {"name": "new_tags"}}, "style": "flow", "type": "DX"}


def answer(*results: Any, ret: str = "SUCCESS::调用成功") -> dict[str, Any]:
    """A whole answer of the search."""
    return {
        "api": "mtop.taobao.idlemtopsearch.pc.search",
        "data": {"resultInfo": {"hasNextPage": True}, "resultList": list(results)},
        "ret": [ret],
        "v": "1.0",
    }


def record(number: int, title: str, price: str, **other: Any) -> dict[str, Any]:
    """One record as the monitors keep it; `other` is its item's."""
    item = {
        "商品标题": title,
        "当前售价": price,
        "商品原价": "暂无",
        "“想要”人数": 23,
        "商品标签": ["包邮", "验货宝"],
        "发货地区": "广东深圳",
        "卖家昵称": "阿强显卡",
        "商品链接": f"https://www.goofish.com/item?id={number}&categoryId=1",
        "发布时间": "2026-05-01 12:00",
        "商品ID": str(number),
        "商品图片列表": [f"https://img.example/{number}.jpg"],
        "浏览量": 801,
    } | other
    return {
        "爬取时间": "2026-05-01T12:30:00.123456",
        "搜索关键字": "4090 48g",
        "任务名称": "4090",
        "商品信息": item,
        "卖家信息": {"卖家昵称": "阿强的显卡铺", "作为卖家的好评数": "212/215", "作为卖家的好评率": "98.60%"},
        "ai_analysis": {"is_recommended": True, "reason": "价格合适"},
    }


MODDED = result(811000000001, "4090 48G 魔改 涡轮卡\n三个月质保，可测试。", "21500")
PULLED = result(811000000002, "V100 SXM2 16G 拆机，带转接板 ", "899", fishTags={}, area="香港")
ADVERTISED = result(811000000003, "品牌直营 显卡支架", "9.9", isAliMaMaAD=True)
RECORDS = (
    record(822000000001, "2080Ti 22G 涡轮 魔改显存", "¥2350"),
    record(822000000002, "MI50 32G 成色95新", "¥880.00", 商品标签=[], 发布时间="未知时间", 发货地区="地区未知"),
)
REFUSED = answer(ret="FAIL_SYS_USER_VALIDATE::哎哟喂,被挤爆啦")


def lines(*values: Any) -> Reply:
    """Values one a line, as the monitors keep them."""
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return Reply(text.encode(), headers=LINES)


def served(reply: Reply) -> Case:
    """A visit to where a monitor publishes."""
    return Case(
        options={"url": MONITOR},
        country="US",
        answers={"/robots.txt": NO_ROBOTS, "/jsonl/4090_48g_full_data.jsonl": reply},
    )


CASES = {
    "normal": served(lines(*RECORDS)),
    "answer": served(json_reply(answer(MODDED, ADVERTISED, PULLED))),
    "empty": served(json_reply(answer())),
    "refused": served(json_reply(REFUSED)),
    "broken": served(lines(RECORDS[0], record(822000000003, "未知标题", "¥1"), RECORDS[1])),
    "gone": Case(options={"url": MONITOR}, answers={"/robots.txt": NO_ROBOTS}),
}
