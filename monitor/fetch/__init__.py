"""Ask the network, politely and safely; decide when to ask again."""
