"""Any shop on WooCommerce, named by its source."""

from scrapers.platforms.woocommerce import woocommerce

SCRAPER = woocommerce("woocommerce")
