"""The page that a desk keeps open, its feeds and its API."""
