"""Every page as a person meets it: by mouse, by keyboard, on a phone, in the dark, without JavaScript."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import looking

PAGES = (
    *("/", "/?by=gpu", "/?gpu=mi50-*&condition=used", "/?gpu=rtx-5090", "/gpu/mi50-32gb", "/listing/1", "/map"),
    *("/plan", "/plan?vram=96&model=70b-q4", "/sources", "/alerts", "/watches", "/watches/cheap-gigabytes", "/nothing"),
)
SERIOUS = {"serious", "critical"}


def too_wide(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def offences(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_renders_and_keeps_nobody_out(browser: Browser, demo_site: str, path: str) -> None:
    with looking(browser, demo_site) as seen:
        reply = seen.page.goto(path)
        assert reply is not None
        assert reply.status == (404 if path == "/nothing" else 200)
        expect(seen.page.locator("h1")).to_have_count(1)
        assert offences(seen.page) == []
        if path == "/nothing":
            seen.complaints.clear()  # the browser notes that the page itself is not there
        seen.clean()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, demo_site: str, path: str) -> None:
    with looking(browser, demo_site, phone=True, dark=True) as seen:
        seen.page.goto(path)
        assert not too_wide(seen.page)
        assert offences(seen.page) == []
        assert seen.strangers == []


def test_real_listings_render(browser: Browser, corpus_site: str) -> None:
    rows = httpx.get(f"{corpus_site}/deals.json?top=200").json()["rows"]
    assert len(rows) > 100
    oddest = max(rows, key=lambda row: len(row["title"]))
    variants = sorted({row["variant"] for row in rows if row["variant"]})[:2]
    paths = (
        *("/", "/?by=gpu", "/?top=200&metric=usd", "/map", "/plan?vram=96", "/sources", "/alerts", "/watches"),
        *(f"/gpu/{variant}" for variant in variants),
        f"/listing/{oddest['listing_id']}",
    )
    for phone in (False, True):
        with looking(browser, corpus_site, phone=phone) as seen:
            for path in paths:
                seen.page.goto(path)
                expect(seen.page.locator("h1")).to_have_count(1)
                assert not too_wide(seen.page), path
            assert offences(seen.page) == []
            seen.clean()


def test_filters_change_the_address_and_the_rows(browser: Browser, demo_site: str) -> None:
    with looking(browser, demo_site) as seen:
        page = seen.page
        page.goto("/")
        rows = page.locator(".offers tbody tr")
        every = rows.count()
        page.get_by_label("refurbished").check()
        expect(page).to_have_url(re.compile(r"/\?.*condition=refurbished"))
        assert 0 < rows.count() < every
        page.get_by_label("Cards", exact=True).fill("p40, rtx-3080*")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile("gpu="))
        assert set(rows.locator(".card a").all_inner_texts()) == {"Tesla P40 24 GB", "GeForce RTX 3080 20 GB"}
        page.get_by_role("link", name="Without the filter condition: refurbished").click()
        expect(rows).to_have_count(3)
        page.go_back()
        expect(rows).to_have_count(2)
        page.get_by_label("Rank by").select_option("usd")
        expect(page).to_have_url(re.compile("metric=usd"))
        assert "gpu" in page.url
        assert "min_vram" not in page.url
        seen.clean()


def test_without_javascript_the_same_address_comes_of_the_form(browser: Browser, demo_site: str) -> None:
    with looking(browser, demo_site, js=False) as seen:
        page = seen.page
        page.goto("/")
        page.get_by_label("Cards", exact=True).fill("mi50-*")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile(r"/\?.*gpu=mi50"))
        assert "=&" not in page.url
        assert set(page.locator(".offers .card a").all_inner_texts()) == {"Instinct MI50 16 GB", "Instinct MI50 32 GB"}
        page.goto("/plan")
        page.get_by_label("GB of memory").fill("48")
        page.get_by_role("button", name="Plan").click()
        expect(page.locator(".plans li.tile").first).to_be_visible()
        seen.clean()


def test_charts_draw_and_lead_on(browser: Browser, demo_site: str) -> None:
    with looking(browser, demo_site) as seen:
        page = seen.page
        page.goto("/gpu/mi50-32gb")
        box = page.locator("svg.over-time path.line").first.bounding_box()
        assert box
        assert box["width"] > 200
        page.goto("/map")
        assert page.locator("svg.chart").count() == 2
        assert page.locator("svg path.front").first.bounding_box()
        page.locator("svg a", has=page.locator("circle.best")).first.click()
        expect(page).to_have_url(re.compile("/gpu/"))
        seen.clean()


def test_the_dark_is_dark(browser: Browser, demo_site: str) -> None:
    grounds = []
    for dark in (False, True):
        with looking(browser, demo_site, dark=dark) as seen:
            seen.page.goto("/")
            said = seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            grounds.append(sum(map(int, re.findall(r"\d+", said)[:3])))
    assert grounds[0] > 600 > 150 > grounds[1]


def test_a_keyboard_is_enough(browser: Browser, demo_site: str) -> None:
    with looking(browser, demo_site) as seen:
        page = seen.page
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        expect(skip).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Rank by")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.type("p40")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("gpu=p40"))
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('.what') !== null"):
                break
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid"
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/listing/"))
        seen.clean()


def test_a_watch_can_be_copied(browser: Browser, demo_site: str) -> None:
    with looking(browser, demo_site) as seen:
        page = seen.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto("/?gpu=mi50-*")
        page.get_by_text("Copy as watch").click()
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert "[watches.my-watch]" in page.evaluate("navigator.clipboard.readText()")
        seen.clean()
