"""Tests of the scrapers: against a real server on this machine, recordings, and real pages where they are at hand."""
