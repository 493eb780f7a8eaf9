"""Hand messages to mail servers and chat services; decide whether to try again."""
