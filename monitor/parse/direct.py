"""Items of RSS, RDF, CDF and Atom read from lxml elements, held equal to feedparser where feedparser is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin

from lxml import etree

from monitor.parse.links import is_address, relation_of
from monitor.parse.markup import Element, content_of, drop_own_prefixes, language_in, name_in, text_of
from monitor.parse.names import name_of
from monitor.parse.raw import Link, RawItem

ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "rdf_rdf", "channel"})
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|\Z)", re.IGNORECASE)
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_BRACKETS = re.compile(r"[()<>\[\]]")

Handler = Callable[[RawItem, Element], None]


def xml_parser() -> etree.XMLParser:
    """A strict parser that loads nothing, expands nothing and refuses what is too deep or too large for it."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )


def parse_strict(data: bytes) -> Element | None:
    """The root element, None unless `data` is well-formed with all its namespaces."""
    try:
        return etree.fromstring(data, xml_parser())
    except etree.XMLSyntaxError:
        return None


def parse_recovering(data: bytes) -> Element | None:
    """The root of a broken document, as far as it can be had: good enough for a feed's own title, never for items."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def item_elements(root: Element) -> list[Element]:
    """All items in document order, wherever they stand, even inside another: some software forgets to close them.

    Where a feed has none of a known vocabulary, a stranger's prefix before the usual names is overlooked.
    """
    found = [element for element in root.iter("*") if name_of(element.tag) in ITEMS]
    return found if found or name_of(root.tag).removeprefix("?") not in _ROOTS else _foreign_items(root)


def _foreign_items(root: Element) -> list[Element]:
    found = [element for element in root.iter("*") if name_of(element.tag).removeprefix("?") in ITEMS]
    foreign = {str(element.tag).rpartition("}")[0] for element in found}
    for element in root.iter("*") if foreign else ():
        namespace, _, local = str(element.tag).rpartition("}")
        if namespace in foreign and ":" not in local:  # recovery lets such names pass, which nobody can give
            element.tag = local
    return found


def read_item(element: Element) -> RawItem:
    """One item with everything that its children say."""
    raw = RawItem()
    raw.id = element.get(_ABOUT) or ""
    raw.id_is_link = is_address(raw.id)
    raw.updated = element.get("lastmod") or element.get("LASTMOD") or ""
    if href := element.get("href") or element.get("HREF"):  # CDF
        raw.links.append(Link("alternate", "", href))
    raw.language = language_in(element)
    raw.base = base_of_element(element)
    _read_children(raw, element)
    return raw


def base_of_element(element: Element) -> str | None:
    """xml:base as the elements around say, innermost last resolved by us; None without any."""
    base: str | None = None
    node: Element | None = element
    while node is not None:
        if own := node.get(_XML_BASE) or node.get("base") or node.get("BASE"):
            base = own if base is None else _joined(own, base)
        node = node.getparent()
    return base


def _joined(outer: str, inner: str) -> str:
    try:
        return urljoin(outer, inner)
    except ValueError:
        return inner


def _read_children(raw: RawItem, element: Element) -> None:
    for child in element.iterchildren("*"):
        if handler := _HANDLERS.get(name_in(child)):
            handler(raw, child)


def _title(raw: RawItem, element: Element) -> None:
    if not raw.title:
        raw.title = content_of(element)
        raw.language = language_in(element) or raw.language


def _other_title(raw: RawItem, element: Element) -> None:
    raw.other_title = raw.other_title or text_of(element)


def _media_description(raw: RawItem, element: Element) -> None:
    raw.media_summary = raw.media_summary or text_of(element)


def _link(raw: RawItem, element: Element) -> None:
    href = element.get("href")
    if href is None and element.attrib:
        drop_own_prefixes(element)
        href = element.get("href")
    rel = relation_of(element.get("rel"))
    if rel == "enclosure":
        _note_enclosure(raw, href or text_of(element), element)
    elif href and rel:
        own = element.get(_XML_BASE)
        raw.links.append(Link(rel, (element.get("type") or "").lower(), _joined(own, href) if own else href))
    elif href := href or text_of(element) or element.get("url") or element.get("uri") or _address_behind(element):
        own = element.get(_XML_BASE)  # of several bare ones, all readers take the last
        raw.links.insert(0, Link("alternate", (element.get("type") or "").lower(), _joined(own, href) if own else href))


def _address_behind(element: Element) -> str | None:
    """What follows `<link/>`: in HTML a link is empty, so whoever writes RSS with HTML's tools closes it too soon."""
    behind = (element.tail or "").strip()
    return behind if is_address(behind) else None


def _url(raw: RawItem, element: Element) -> None:
    """No format has such an element in its items, yet some software has no other."""
    raw.links.append(Link("related", "", text_of(element)))


def _id(raw: RawItem, element: Element) -> None:
    raw.id = text_of(element) or raw.id
    permalink = (element.get("isPermaLink") or element.get("ispermalink") or "").strip().lower()
    if is_address(raw.id):
        raw.id_is_link = permalink in ("", "true")
    else:  # a bare number that claims to be a link is none: some software says so of everything
        raw.id_is_link = permalink == "true" and "/" in raw.id and " " not in raw.id


def _summary(raw: RawItem, element: Element) -> None:
    raw.describe(content_of(element))


def _content(raw: RawItem, element: Element) -> None:
    text = content_of(element)
    raw.contents.append(text)
    source = element.get("src")
    if source and not text:
        raw.links.append(Link("related", "", source))


def _date(field: str) -> Handler:
    def handler(raw: RawItem, element: Element) -> None:
        setattr(raw, field, text_of(element) or getattr(raw, field))

    return handler


def _author(raw: RawItem, element: Element) -> None:
    """RSS writes a mail address and a name in brackets, Atom has elements for both, some write a link around a name."""
    if len(element) == 0 or (element.text or "").strip() or name_of(element[0].tag) in ("a", "xhtml_a"):
        raw.authors.append(person_of(text_of(element)))
        return
    parts = {name_of(child.tag): text_of(child) for child in element.iterchildren("*")}
    raw.authors.append(parts.get("name") or parts.get("itunes_name") or parts.get("email") or "")


def person_of(text: str) -> str:
    """`Name` of "mail (Name)", "Name <mail>", "mail [Name]" and "mail Name"; the mail address without any other."""
    if "@" not in text or "</" in text:
        return text
    words = _BRACKETS.sub(" ", text).split()
    return " ".join([word for word in words if "@" not in word] or words).removeprefix("mailto:")


def _category(raw: RawItem, element: Element) -> None:
    terms = (element.get("term"), element.get("text"), (element.text or "").strip(), element.get("label"))
    raw.categories.extend(term for term in terms if term)
    for child in element.iterchildren("*"):  # iTunes nests them, others wrap them in <categories>
        if name_of(child.tag) in ("category", "itunes_category"):
            _category(raw, child)


def _keywords(raw: RawItem, element: Element) -> None:
    raw.categories.extend(term.strip() for term in text_of(element).split(",") if term.strip())


def _enclosure(raw: RawItem, element: Element) -> None:
    if href := element.get("url") or element.get("href") or element.get("uri"):
        _note_enclosure(raw, href, element)


def _note_enclosure(raw: RawItem, href: str, element: Element) -> None:
    raw.enclosures.append(href)
    if (element.get("type") or "").lower().startswith("image/"):
        raw.images.append(href)


def _media_content(raw: RawItem, element: Element) -> None:
    href = element.get("url")
    kind, medium = element.get("type") or "", element.get("medium")
    shown = kind.startswith("image/") or medium == "image"
    if href and (shown or (not kind and not medium and _PICTURE.search(href))):
        raw.images.append(href)
    _read_children(raw, element)


def _image(raw: RawItem, element: Element) -> None:
    href = element.get("url") or element.get("href")
    if not href and len(element):
        href = next((text_of(child) for child in element.iterchildren("*") if name_of(child.tag) == "url"), "")
    if href or (href := (element.text or "").strip()):
        raw.images.append(href)


def _language(raw: RawItem, element: Element) -> None:
    raw.language = text_of(element) or raw.language


_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("title", "dc_title"), _title),
    **dict.fromkeys(("media_title", "itunes_title"), _other_title),
    **dict.fromkeys(("media_description", "googleplay_description", "itunes_subtitle"), _media_description),
    "link": _link,
    "url": _url,
    **dict.fromkeys(("guid", "id"), _id),
    **dict.fromkeys(("description", "summary", "abstract", "dc_description", "itunes_summary"), _summary),
    **dict.fromkeys(("content", "content_encoded", "body", "xhtml_body", "fullitem"), _content),
    **dict.fromkeys(("yandex_full-text", "turbo_content", "xhtml_div"), _content),
    **dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), _date("published")),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dcterms_modified"), _date("updated")),
    **dict.fromkeys(("date", "dc_date", "dcterms_date"), _date("updated")),
    **dict.fromkeys(("created", "dcterms_created", "dcterms_available"), _date("created")),
    **dict.fromkeys(("publishdate", "publicationdate", "prism_publicationdate"), _date("created")),
    **dict.fromkeys(("author", "dc_creator", "dc_author", "itunes_author", "googleplay_author"), _author),
    **dict.fromkeys(("category", "dc_subject", "itunes_category", "media_category", "categories"), _category),
    **dict.fromkeys(("keywords", "tags", "media_keywords", "itunes_keywords"), _keywords),
    "enclosure": _enclosure,
    "media_content": _media_content,
    "media_group": _read_children,
    **dict.fromkeys(("media_thumbnail", "itunes_image", "image"), _image),
    **dict.fromkeys(("language", "dc_language"), _language),
}
