"""Handing messages over to the world, and deciding what follows when it does not take them."""
