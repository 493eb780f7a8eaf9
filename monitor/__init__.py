"""News-Monitor: watches feeds and pages, keeps every article once, alerts people to what matches.

The tree is the pipeline::

    cli        parse arguments, call, print
    bootstrap  the composition root: the only place that names concrete adapters
    daemon     ticks, signals, reload, drain
    loops      gather, read, evaluate, courier: order things, decide nothing
    config     the YAML people edit
    fetch      ask the network, decide when to ask again
    parse      bytes -> ParsedFeed
    extract    bytes -> article text, links, feeds
    dedup      identity, copies, stories
    match      the rule language and its engine
    alert      what is told, to whom, when
    deliver    hand messages over, decide whether to try again
    store      the database
    workers    killable processes for CPU-bound stages
    web        the page a desk keeps open
    ports      what the loops need of the world
    model      what the stages hand to each other

`docs/architecture.md` has the picture and the words.
"""

__version__ = "0.1.0"
