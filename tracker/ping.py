"""A sign of life to somebody who notices when none comes: healthchecks.io, Uptime Kuma and their like."""

import logging

import httpx

log = logging.getLogger("tracker")

TIMEOUT_S = 10.0


def ping(url: str) -> bool:
    """Ask for the address once; a failure is logged without the address, which is a secret."""
    try:
        answer = httpx.get(url, timeout=TIMEOUT_S, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("the ping did not arrive: %s", type(error).__name__)
        return False
    if answer.is_error:
        log.warning("the ping was answered with %s", answer.status_code)
    return answer.is_success
