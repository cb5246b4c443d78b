"""A dashboard on a real server, from the demo's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.serving import serving
from tracker import demo
from tracker.assemble import Home, opened
from tracker.config import Config
from tracker.pipeline import Tracker
from tracker.web.app import web_app
from tracker.web.site import Site


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A folder filled by the demo."""
    home = Home(path=tmp_path_factory.mktemp("demo") / "home")
    demo.show(home)
    return home


@pytest.fixture(scope="session")
def demo_tracker(demo_home: Home) -> Iterator[Tracker]:
    """The tracker over the demo's database."""
    with opened(demo_home) as tracker:
        yield tracker


@contextmanager
def dashboard(tracker: Tracker, config: Config | None = None, **web: Any) -> Iterator[httpx.Client]:
    """A client of a running dashboard; `web` are settings of [web]."""
    read = config or Config()
    site = Site(tracker=tracker, config=read.model_copy(update={"web": read.web.model_copy(update=web)}))
    with serving(web_app(site)) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def demo_client(demo_home: Home, demo_tracker: Tracker) -> Iterator[httpx.Client]:
    """A client of the demo's dashboard."""
    with dashboard(demo_tracker, demo_home.config()) as client:
        yield client


def folder_of(tracker: Tracker) -> Path:
    """Where the tracker's database lies."""
    return Path(tracker.engine.url.database or "").parent
