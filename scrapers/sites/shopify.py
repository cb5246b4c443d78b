"""Any shop on Shopify, named by its source."""

from scrapers.platforms.shopify import shopify

SCRAPER = shopify("shopify")
