"""One module per kind of page: each asks the store, and hands plain values to a template."""
