"""What the stages hand to each other: frozen dataclasses, no behaviour beyond their own invariants.

`Fetched -> ParsedFeed -> Entry -> Article -> Verdict -> Match -> Alert -> Delivery`
"""
