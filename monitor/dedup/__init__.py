"""Identity, revisions, wire copies, stories: pure decisions with a reason."""
