"""Bytes of pages -> article text, metadata, links, feeds.

::

    charset page blocks zones     bytes -> one parsed tree -> text blocks with where they stand; shared by all
    kind                          what a document is
    article                       the door: page, PDF or text dump -> Extracted
      metadata titles authors dates jsonld
      body core own framework     which extractor's lines
      trim standfirst failures live pagination
      pdf plaintext               the same door for other documents
    listing links linkscore       story links of a page
    watch                         additions to a page
    site                          which of a site's sources to poll
    discover                      feeds that a page declares
    sanitize selector             HTML for showing; CSS and XPath of the configuration

Only `core` loads trafilatura, when it is first called: call `extract_article` in worker processes, the rest anywhere.
"""
