"""Posts of a trading subreddit that nobody wrote, in the Atom that Reddit prints."""

from html import escape

from tests.scrapers.case import Case
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

CASES = {
    "normal": Case(
        options={"subreddit": "hardwareswap"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, FEED: feed(ONE, WANTED)},
    ),
    "empty": Case(options={"subreddit": "hardwareswap"}, answers={"/robots.txt": ROBOTS, FEED: feed()}),
    "forbidden": Case(
        options={"subreddit": "hardwareswap"},
        answers={"/robots.txt": Reply(b"User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})},
    ),
}
