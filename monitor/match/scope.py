"""Where an article may come from: language, source, section, address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from monitor.match.program import Only
from monitor.match.text import Analysed
from monitor.model.reasons import Reason
from monitor.model.rule import WhereSpec

Test = Callable[[str], bool]


def out_of_scope(where: WhereSpec, analysed: Analysed) -> Reason | None:
    """Why an article does not come from where the rule looks; None where it does."""
    if not (where.lang or where.source or where.section or where.url):
        return None
    document = analysed.document
    checks: tuple[tuple[str, Sequence[str], Test, str], ...] = (
        ("lang", where.lang, lambda glob: _language(glob, analysed), analysed.language or ""),
        ("source", where.source, lambda glob: _source(glob, analysed), ", ".join(document.sources)),
        ("section", where.section, lambda glob: fnmatchcase(document.section.lower(), glob), document.section),
        ("url", where.url, lambda glob: _url(glob, document.url), document.url),
    )
    for name, globs, test, value in checks:
        if unknown(name, analysed):
            continue
        fault = _refused(globs, test)
        if fault:
            return Reason(f"where-{name}", f"where: {name} {value or 'unknown'} {fault}")
    return None


def unknown(field: str, analysed: Analysed) -> bool:
    """Whether the article's value is not known and so excludes nothing: a doubtful language, a text from nowhere."""
    document = analysed.document
    match field:
        case "lang":
            return analysed.language is None
        case "url":
            return not document.url
        case "section":
            return not document.section and not document.sources
        case _:
            return not document.sources


def _refused(globs: Sequence[str], test: Test) -> str | None:
    wanted = [glob.lower() for glob in globs if not glob.startswith("!")]
    unwanted = [glob[1:].lower() for glob in globs if glob.startswith("!")]
    for glob in unwanted:
        if test(glob):
            return f"is excluded by !{glob}"
    if wanted and not any(test(glob) for glob in wanted):
        return f"is not among {', '.join(wanted)}"
    return None


def in_values(only: Only, analysed: Analysed) -> bool:
    """Whether the article's field has one of the values of a condition inside an expression."""
    tests: dict[str, Test] = {
        "lang": lambda glob: _language(glob, analysed),
        "source": lambda glob: _source(glob, analysed),
        "section": lambda glob: fnmatchcase(analysed.document.section.lower(), glob),
        "url": lambda glob: _url(glob, analysed.document.url),
    }
    return unknown(only.field, analysed) or any(tests[only.field](value) for value in only.values)


def _language(glob: str, analysed: Analysed) -> bool:
    return fnmatchcase(analysed.language or "", glob)


def _source(glob: str, analysed: Analysed) -> bool:
    return any(fnmatchcase(name.lower(), glob) for name in analysed.document.sources)


def _url(glob: str, url: str) -> bool:
    lower = url.lower()
    return fnmatchcase(lower, glob) if "*" in glob else glob in lower
