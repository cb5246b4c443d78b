"""Any product page, named by its source: what `[[products]]` in the configuration is read by."""

from scrapers.platforms.anyproduct import product

SCRAPER = product("product")
