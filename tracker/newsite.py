"""A new site's three files, ready to be filled in: how it is read, what it once answered, what must come of it."""

import json
import re
from keyword import iskeyword
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from scrapers.base import Page
from scrapers.blocks import looks_like_html
from tracker.core.errors import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SITE = '''"""{host}: what it lists for sale."""

from scrapers.platforms.css import search

# docs/sites.md, "pages", says what each line may hold; a line that stays empty counts as left out.
SCRAPER = search(
    "{name}",
    url={url},
    currency="",{format}
    item="",
    title="",
    price="",
    link="",
    id="",
    next="",
    empty="",
)
'''
_ANSWER = {"source": {"mode": "full"}, "pages": 1, "complete": False, "error": None, "listings": []}
# Written by hand in front of the traffic: the page was fetched, so its site's robots.txt allowed it.
_ROBOTS = "User-agent: *\nAllow: /\n"
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def new_site(root: Path, name: str, url: str, page: Page | None) -> list[Path]:
    """Write the site file, the recording and the answer of a new site into a checkout; raises ConfigError.

    `page` is what the address answered; without it the recording is empty and still to be made. Nothing is overwritten.
    """
    address = page.url if page else url
    parts = _parts(address)
    ensure_possible(root, name, url)
    files = {
        root / "scrapers" / "sites" / f"{name}.py": _site(name, address, parts, page),
        root / "cassettes" / name / "normal.yaml": _yaml(_traffic(parts, page)),
        root / "cassettes" / name / "normal.json": json.dumps(_ANSWER, indent=1) + "\n",
    }
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    return list(files)


def ensure_possible(root: Path, name: str, url: str) -> None:
    """Raise ConfigError where a site of this name and address cannot be written, before anybody asks the address."""
    _parts(url)
    _ensure_free(root, name)


def _parts(url: str) -> SplitResult:
    """The parts of an address one can visit; raises ConfigError."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"{url!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{url!r} is no address: it must begin with https:// and a host")
    if not url.isprintable() or any(letter in " \"'{}<>\\" for letter in url):
        raise ConfigError(f"{url!r} is no address: blanks, quotes and brackets must be written as %20 and the like")
    return parts


def _ensure_free(root: Path, name: str) -> None:
    if not _NAME.fullmatch(name) or iskeyword(name):
        raise ConfigError(f"{name!r} is no name for a site: a-z, 0-9 and _, beginning with a letter, at most 40")
    if not (root / "scrapers" / "sites").is_dir():
        raise ConfigError(f"{root} is no checkout of the tracker: it has no folder scrapers/sites")
    taken = [root / "scrapers" / "sites" / f"{name}.py", root / "scrapers" / "sites" / name, root / "cassettes" / name]
    if there := next((path for path in taken if path.exists()), None):
        raise ConfigError(f"{there} is there already: {name} is another site's name")


def _site(name: str, url: str, parts: SplitResult, page: Page | None) -> str:
    is_json = page is not None and not looks_like_html(page.text)
    return _SITE.format(
        host=(parts.hostname or "").removeprefix("www."),
        name=name,
        url=json.dumps(url, ensure_ascii=False),
        format='\n    format="json",' if is_json else "",
    )


def _traffic(parts: SplitResult, page: Page | None) -> dict[str, Any]:
    """What the site answered, as the recorder would have kept it."""
    if page is None:
        return {"interactions": [], "version": 1}
    kind = page.headers.get("content-type", "").partition(";")[0].strip()
    kind = kind or ("text/html" if looks_like_html(page.text) else "application/json")
    robots = f"{parts.scheme}://{parts.netloc}/robots.txt"
    return {
        "interactions": [
            _interaction(robots, _ROBOTS, "text/plain"),
            _interaction(page.url, page.text, f"{kind}; charset=utf-8"),
        ],
        "version": 1,
    }


def _interaction(url: str, body: str, kind: str) -> dict[str, Any]:
    return {
        "request": {"body": "", "headers": {}, "method": "GET", "uri": url},
        "response": {
            "body": {"string": body},
            "headers": {"content-type": [kind]},
            "status": {"code": 200, "message": "OK"},
        },
    }


def _yaml(value: Any) -> str:
    """A value as YAML: JSON is, but for a few characters that YAML wants escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
