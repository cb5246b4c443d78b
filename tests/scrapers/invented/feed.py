"""Feeds of shops and boards that do not exist, in RSS 2.0, RSS 1.0 and Atom."""

from tests.scrapers.case import Case
from tests.scrapers.local import Reply

ROBOTS = Reply(b"User-agent: *\nDisallow: /basket\n", headers={"Content-Type": "text/plain"})
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}

PRODUCTS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Rack pulls</title>
<link>https://pulls.example/</link><description>Cards out of racks</description>
<item><g:id>P-100</g:id><title>Tesla P40 24GB, tested &amp; cleaned</title><link>https://pulls.example/p40</link>
<description>&lt;p&gt;Pulled from a &lt;b&gt;working&lt;/b&gt; server.&lt;/p&gt;</description>
<g:price>249.00 USD</g:price>
<g:sale_price>219.00 USD</g:sale_price><g:availability>in_stock</g:availability><g:condition>used</g:condition>
<g:image_link>https://pulls.example/p40.jpg</g:image_link><g:brand>NVIDIA</g:brand><g:mpn>900-2G610</g:mpn>
<g:shipping><g:country>US</g:country><g:price>12.00 USD</g:price></g:shipping></item>
<item><g:id>P-101</g:id><title>Instinct MI50 32GB</title><link>https://pulls.example/mi50</link>
<g:price>139.00 USD</g:price><g:availability>out_of_stock</g:availability><g:condition>refurbished</g:condition></item>
</channel></rss>"""

BOARD = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Board: graphics cards</title><link>https://board.example/</link>
<item><title>RTX 3090 Turbo 24&nbsp;GB &#8211; 580 &euro; VB</title><link>/ad/1</link>
<guid isPermaLink="false">ad-1</guid>
<dc:creator>karl</dc:creator><pubDate>Fri, 01 May 2026 09:30:00 +0200</pubDate><category>Grafikkarten</category>
<content:encoded><![CDATA[<p>Neu damals 1.600 &euro;.</p>]]></content:encoded></item>
<item><title>[VERKAUFT] [SOLD] RTX 3080 10GB</title><link>/ad/2</link><guid isPermaLink="false">ad-2</guid>
<pubDate>Fri, 01 May 2026 08:00:00 GMT</pubDate>
<description>War 300 &euro;, jetzt 280 &euro; inkl. Versand</description></item>
</channel></rss>"""

BLOG = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Server room sale</title><link href="https://room.example/"/>
<id>https://room.example/</id><updated>2026-05-01T09:00:00Z</updated><author><name>Nora</name></author>
<entry><title>Tesla M40 24GB</title><link href="https://room.example/m40"/><id>tag:room.example,2026:4</id>
<published>2026-05-01T08:00:00Z</published><updated>2026-05-01T09:00:00Z</updated>
<summary type="html">&lt;p&gt;&#163;70 posted&lt;/p&gt;</summary></entry>
<entry><title>RTX A4000 for £380</title><link href="https://room.example/a4000"/><id>tag:room.example,2026:5</id>
<updated>2026-05-01T08:30:00Z</updated></entry></feed>"""

EMPTY = '<?xml version="1.0"?><rss version="2.0"><channel><title>Nothing today</title></channel></rss>'


def feed(text: str) -> Reply:
    """A feed as a server sends it."""
    return Reply(text.encode(), headers=RSS)


CASES = {
    "normal": Case(
        options={"url": "https://pulls.example/feed.xml"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, "/feed.xml": feed(PRODUCTS)},
    ),
    "board": Case(
        options={"url": "https://board.example/rss?cat=gpu"},
        currency="EUR",
        answers={"/robots.txt": ROBOTS, "/rss": feed(BOARD)},
    ),
    "blog": Case(
        options={"url": "https://room.example/feed"},
        currency="GBP",
        answers={"/robots.txt": ROBOTS, "/feed": feed(BLOG)},
    ),
    "empty": Case(options={"url": "https://board.example/rss"}, answers={"/robots.txt": ROBOTS, "/rss": feed(EMPTY)}),
    "gone": Case(options={"url": "https://board.example/old.rss"}, answers={"/robots.txt": ROBOTS}),
}
