"""Bytes of pages -> article text, metadata, links, feeds."""
