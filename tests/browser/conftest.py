"""A headless browser that may reach this machine alone, and the dashboards it looks at."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.web.conftest import dashboard, demo_home, demo_tracker  # noqa: F401  (fixtures)
from tracker.assemble import Home, opened
from tracker.pipeline import Tracker
from tracker.visits import import_files

ARGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian and others install it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=path, args=list(ARGS))
        yield launched
        launched.close()


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A page, what its console said, and where it wanted to go beyond this machine."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def clean(self) -> None:
        """Nothing went wrong and nobody else was asked."""
        assert self.complaints == []
        assert self.strangers == []


@contextmanager
def looking(
    browser: Browser, base: str, *, dark: bool = False, phone: bool = False, js: bool = True
) -> Iterator[Watched]:
    """A fresh page, large or small, light or dark."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": 375, "height": 812} if phone else {"width": 1280, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=js,
        is_mobile=phone,
    )
    context.set_default_timeout(10_000)
    watched = Watched(page=context.new_page())
    watched.page.on("console", lambda said: watched.complaints.append(said.text) if said.type != "log" else None)
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))

    def admit(route: Route) -> None:
        if route.request.url.startswith(base):
            route.continue_()
        else:
            watched.strangers.append(route.request.url)
            route.abort()

    context.route("**/*", admit)
    yield watched
    context.close()


@pytest.fixture(scope="session")
def demo_site(demo_home: Home, demo_tracker: Tracker) -> Iterator[str]:  # noqa: F811
    """The address of the demo's dashboard."""
    with dashboard(demo_tracker, demo_home.config()) as client:
        yield str(client.base_url)


@pytest.fixture(scope="session")
def corpus_site(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard over recorded real listings."""
    home = Home(path=tmp_path_factory.mktemp("corpus"))
    import_files(home, "ebay", sorted((corpus / "pages" / "ebay_browse_api").glob("*.json")), at=None)
    with opened(home) as tracker, dashboard(tracker, home.config()) as client:
        yield str(client.base_url)
