"""A document, prepared once for all rules: its paragraphs and their words."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from monitor.match.languages import recognise
from monitor.match.lexicon import Lexicon
from monitor.match.tokens import Tokens, tokenise
from monitor.model.article import Document

TEXT = frozenset({"title", "lead", "body"})
"""The fields that a term without a field is looked for in."""


PARAGRAPH_STEP: Final = 1 << 32
"""Positions in a text count on by that much from one paragraph to the next: no distance in words reaches across."""

_TITLE, _LEAD, _BODY, _AUTHOR = (frozenset({name}) for name in ("title", "lead", "body", "author"))


class Paragraph(NamedTuple):
    """One paragraph; `field` and `number` are those of its evidence, `fields` all fields that it is found under."""

    field: str
    number: int
    fields: frozenset[str]
    tokens: Tokens

    @property
    def text(self) -> str:
        """The original text."""
        return self.tokens.text

    def sentence(self, position: int) -> int:
        """The number of the sentence a word stands in; a title is one, and so is a paragraph without words ("€€€")."""
        return 0 if self.field == "title" or not self.tokens.spans else self.tokens.sentences[position]

    def sentence_span(self, sentence: int) -> tuple[int, int]:
        """Start and end of a sentence in the text."""
        spans = self.tokens.sentence_spans
        return (0, len(self.text)) if self.field == "title" or not spans else spans[sentence]


class Analysed:
    """A document with its words.

    `language` is the article's where that is sure, else None; `guess` the likeliest one; `key_language` the one its
    words are looked up in (None: every language of their script).
    """

    def __init__(
        self, document: Document, paragraphs: tuple[Paragraph, ...], *, guess: str | None, sure: bool, known: bool
    ) -> None:
        self.document = document
        self.paragraphs = paragraphs
        self.guess = guess
        self.language = guess if sure else None
        self.key_language = guess if sure and known else None

    @cached_property
    def chunks(self) -> list[str]:
        """What stands between white space, paragraph after paragraph."""
        return "\n".join([paragraph.tokens.text for paragraph in self.paragraphs]).split()


def analyse(document: Document, lexicon: Lexicon) -> Analysed:
    """Split a document into paragraphs and words; recognises the language where none is given."""
    guess, sure = document.language, document.language_sure
    if guess is None:
        guess, sure = recognise(_whole(document), declared=None)
    lead, blocks = document.lead.strip(), document.paragraphs
    repeated = bool(lead) and any(block.strip() == lead for block in blocks if lead in block)
    paragraphs = [Paragraph("title", 0, _TITLE, tokenise(document.title, language=guess))]
    if lead and not repeated:
        paragraphs.append(Paragraph("lead", 0, _LEAD, tokenise(document.lead, language=guess)))
    paragraphs.extend(Paragraph("body", n, _BODY, tokenise(block, language=guess)) for n, block in enumerate(blocks))
    if repeated or not lead:
        _mark_lead(paragraphs, lead)
    paragraphs.extend(
        Paragraph("author", n, _AUTHOR, tokenise(name, language=guess)) for n, name in enumerate(document.authors)
    )
    kept = tuple(paragraph for paragraph in paragraphs if paragraph.text)
    return Analysed(document, kept, guess=guess, sure=sure, known=guess in lexicon.languages)


def _whole(document: Document) -> str:
    return "\n".join((document.title, document.lead, *document.paragraphs))


def _mark_lead(paragraphs: list[Paragraph], lead: str) -> None:
    """The block that is the standfirst, or else the first one, is found under `lead` as well."""
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.text.strip()
        if paragraph.field == "body" and text and lead in {"", text}:
            paragraphs[number] = paragraph._replace(fields=_BODY | _LEAD)
            return
