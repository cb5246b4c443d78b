"""Any product page that carries schema.org's Product, named by its source."""

from scrapers.platforms.jsonld import jsonld

SCRAPER = jsonld("jsonld")
