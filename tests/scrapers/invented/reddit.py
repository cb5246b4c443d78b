"""Posts of a trading subreddit that nobody wrote, in the Atom that Reddit prints."""

from html import escape

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

ATOM = {"Content-Type": "application/atom+xml; charset=UTF-8"}
ROBOTS = Reply(b"User-agent: *\nDisallow: /login\n", headers={"Content-Type": "text/plain"})
FEED = "www.reddit.com/r/hardwareswap/new/.rss?limit=100"


def post(number: int, title: str, body: str, *, author: str = "rackcleaner", at: str = "2026-05-01T10:00:00") -> str:
    """One entry as the feed prints it: the post's text as escaped HTML, then who submitted it and where."""
    address = f"https://www.reddit.com/r/hardwareswap/comments/1zz{number:03}/post/"
    submitted = (
        f' &#32; submitted by &#32; <a href="https://www.reddit.com/user/{author}"> /u/{author} </a> <br/>'
        f' <span><a href="{address}">[link]</a></span> &#32; <span><a href="{address}">[comments]</a></span>'
    )
    content = f'<!-- SC_OFF --><div class="md">{body}</div><!-- SC_ON -->{submitted}' if body else submitted
    return (
        f"<entry><author><name>/u/{author}</name><uri>https://www.reddit.com/user/{author}</uri></author>"
        '<category term="hardwareswap" label="r/hardwareswap"/>'
        f'<content type="html">{escape(content)}</content><id>t3_1zz{number:03}</id>'
        f'<link href="{address}" /><updated>{at}+00:00</updated><published>{at}+00:00</published>'
        f"<title>{escape(title)}</title></entry>"
    )


def feed(*posts: str) -> Reply:
    """A subreddit's newest posts."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><category term="hardwareswap" label="r/hardwareswap"/>'
        "<updated>2026-05-01T12:00:00+00:00</updated><id>/r/hardwareswap/new/.rss?limit=100</id>"
        '<link rel="self" href="https://www.reddit.com/r/hardwareswap/new/.rss?limit=100" />'
        f"<title>newest submissions : hardwareswap</title>{''.join(posts)}</feed>"
    )
    return Reply(text.encode(), headers=ATOM)


ONE = post(1, "[USA-NY] [H] RTX 3090 FE 24GB [W] PayPal", "<p>Timestamps here. Asking $640 shipped.</p>")
WANTED = post(2, "[CAN-ON] [H] Cash [W] Tesla P40 or MI50 32GB", "<p>Paying up to $200 CAD.</p>", author="gpuless")
LIST = post(
    3,
    "[USA-CA] [H] RTX 3090 Turbo, RTX 3080 10GB, Ryzen 5800X [W] PayPal, Local Cash",
    "<p>Clearing out. I paid $1500 for the 3090.</p><ul><li>RTX 3090 Turbo 24GB - $650 shipped OBO</li>"
    "<li><del>RTX 3080 10GB - $330 shipped</del> SOLD to /u/someone</li><li>Ryzen 5800X - $120 + shipping</li></ul>",
)
TABLE = post(
    4,
    "[US-TX] [FS] Tesla P40 and P100 pulls",
    "<table><thead><tr><th>Item</th><th>Qty</th><th>Price (shipped)</th><th>Status</th></tr></thead><tbody>"
    "<tr><td>Tesla P40 24GB</td><td>4</td><td>$180 each</td><td>available</td></tr>"
    "<tr><td>Tesla P100 16GB</td><td>1</td><td>150</td><td>SOLD</td></tr></tbody></table>",
)
TITLE = post(5, "[EU-DE] [H] RTX 4090 FE 1.450 €, RTX 3090 FE 620 € [W] PayPal", "<p>Bilder auf Anfrage.</p>")
CLOSED = post(6, "[USA-IL] [H] RTX A6000 48GB [W] PayPal [CLOSED]", "<p>$3,000 shipped</p>")
EDITED = post(7, "[USA-OR] [H] MI50 32GB [W] Cash", "<p>EDIT: sold, thank you!</p><p>$130 local</p>")
REMOVED = post(8, "[USA-OR] [H] MI60 32GB [W] Cash", "<p>[deleted]</p>")

REFUSAL = """<!DOCTYPE html><html><title>Blocked</title><body><p>You've been blocked by network security.</p>
<p>To continue, log in to your account or use your developer token.</p></html>"""

CASES = {
    "normal": Case(
        options={"subreddit": "hardwareswap"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, FEED: feed(ONE, WANTED, LIST, TABLE, TITLE)},
    ),
    "sold_out": Case(
        options={"subreddit": "hardwareswap"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, FEED: feed(CLOSED, EDITED, REMOVED)},
    ),
    "empty": Case(options={"subreddit": "hardwareswap"}, answers={"/robots.txt": ROBOTS, FEED: feed()}),
    "blocked": Case(
        options={"subreddit": "hardwareswap"}, answers={"/robots.txt": ROBOTS, FEED: html_reply(REFUSAL, 403)}
    ),
    "forbidden": Case(
        options={"subreddit": "hardwareswap"},
        answers={"/robots.txt": Reply(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})},
    ),
}
