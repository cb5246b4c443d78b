"""Listings somebody else collected, as CSV: a published sheet, a supplier's list, an export; see docs/ingest.md."""

from scrapers.platforms.rows import csv_rows
from scrapers.platforms.table import table

SCRAPER = table("csv", csv_rows, columns=("title", "price", "url"))
