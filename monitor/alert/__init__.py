"""Deciding who is told what and when, and putting it into words: pure functions, every answer with its reason."""
