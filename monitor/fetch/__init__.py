"""Ask the network, decide when to ask again.

`http` and `transport` do the asking, `politeness` keeps hosts from being pestered; everything else is pure:
`guard` (addresses, sizes), `decode` (Content-Encoding), `robots`, `answers` (what an answer means), `schedule`
(what to ask for and when to ask again), `rhythm`, `moves`, `health`, `websub`.
"""
