"""Listings somebody else collected, one JSON object a line: the output of other tools; see docs/ingest.md."""

from scrapers.platforms.rows import json_rows
from scrapers.platforms.table import table

SCRAPER = table("jsonl", json_rows, keys=("title", "price"))
