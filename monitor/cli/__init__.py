"""Parse arguments, call, print; one module per command group."""
