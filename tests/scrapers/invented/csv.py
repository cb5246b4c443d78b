"""Tables of cards, as spreadsheets export them."""

from tests.scrapers.case import Case
from tests.scrapers.local import Reply

SHEET = "https://sheets.example/export?format=csv"
NO_ROBOTS = Reply(b"", 404)
SUPPLIERS = '''\
Supplier;Product;Price;Currency;Link;Min. order;Country
Shenzhen Example Co.;"RTX 4090 48GB; blower";2.890,00;USD;https://www.alibaba.example/p/1600;1 piece;CN
Example Trading;"Tesla V100 32GB ""SXM2""";495,00;USD;https://www.alibaba.example/p/1601;10 pieces;CN
'''
SHORT = "title,price,url\nMI50 32GB,$150,https://board.example/t/1\n\nP40 24GB,$210,https://board.example/t/2\n"
BROKEN = SHORT + "M40 24GB,$70,call me\nK80,$40\n,$10,https://board.example/t/5\n"
CSV = {"Content-Type": "text/csv; charset=utf-8"}


def served(text: str, codec: str = "utf-8", headers: dict[str, str] | None = None) -> Case:
    """A visit to a published table."""
    reply = Reply(text.encode(codec), headers=CSV if headers is None else headers)
    return Case(options={"url": SHEET}, currency="USD", answers={"/robots.txt": NO_ROBOTS, "/export": reply})


CASES = {
    "normal": served(SUPPLIERS),
    "short": served(SHORT, "utf-8-sig"),
    "excel": served(SUPPLIERS.replace(";", "\t").replace("48GB\t", "48GB,"), "utf-16", {"Content-Type": "text/csv"}),
    "empty": served("title,price,url\n"),
    "broken": served(BROKEN),
    "moved": served("product,price\nMI50 32GB,$150\n"),
    "gone": Case(options={"url": SHEET}, answers={"/robots.txt": NO_ROBOTS}),
}
