"""Bytes of feeds, JSON Feeds and sitemaps -> ParsedFeed."""
