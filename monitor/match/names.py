"""Case endings of names, generated: a name that no dictionary knows must still be found inflected.

The forms are made from the rule's name, once, not guessed from each word of a text; so a name form is exact and can
be shown as such.  Sources: the declension tables of school grammars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

# (ending of the base form, endings that replace it, "-" for none); the first fitting row of a language applies.
_Rows = Sequence[tuple[str, str]]

_RUSSIAN: Final[_Rows] = (
    ("ский", "ского скому ским ском ская ской скую ские ских скими"),
    ("цкий", "цкого цкому цким цком цкая цкой цкую цкие цких цкими"),
    ("ская", "ской скую скою"),
    ("цкая", "цкой цкую цкою"),
    ("ый", "ого ому ым ом ая ой ую ые ых ыми"),
    ("ой", "ого ому ым ом ая ую ою ые ых ыми"),
    ("ая", "ой ую ою"),
    ("ое", "ого ому ым ом"),
    ("ие", "их им ими"),
    ("ий", "ия ию ием ии его ему им ем"),
    ("ия", "ии ию ией иею"),
    ("ья", "ьи ье ью ьей"),
    ("ье", "ья ью ьем ьи"),
    ("ие", "ия ию ием ии"),
    ("й", "я ю ем е и ев ям ями ях"),
    ("ец", "ца цу цем цом це цы цев цов цам цами цах еца ецу ецом еце"),
    ("ок", "ка ку ком ке ки ков кам ками ках ока оку оком оке"),
    ("ел", "ла лу лом ле ела елу елом еле"),
    ("ев", "ева еву евым еве евы евых евыми евом"),
    ("ов", "ова ову овым ове овы овых овыми овом"),
    ("ин", "ина ину иным ином ине ины иных иными"),
    ("ын", "ына ыну ыным ыном ыне ыны ыных ыными"),
    ("ова", "овой ову овою ове овы"),
    ("ева", "евой еву евою еве евы"),
    ("ина", "иной ину иною ине ины"),
    ("ха", "хи хе ху хой хою"),
    ("ка", "ки ке ку кой кою"),
    ("га", "ги ге гу гой гою"),
    ("ша", "ши ше шу шей шой"),
    ("жа", "жи же жу жей жой"),
    ("ча", "чи че чу чей"),
    ("ца", "цы це цу цей цой"),
    ("а", "ы е у ой ою"),
    ("я", "и е ю ей ею"),
    ("ь", "я ю ем е и ью ей ям ями ях"),
    ("ы", "ов ам ами ах -"),
    ("и", "ей ев ам ами ах ям ями ях"),
    ("о", "а у ом е"),
    ("е", "я ю ем и"),
    ("у", ""),
    ("ю", ""),
    ("э", ""),
    ("", "а у ом ем е ы и ов ам ами ах"),
)
_UKRAINIAN: Final[_Rows] = (
    ("ський", "ського ському ським ська ської ській ську ською ські ських"),
    ("цький", "цького цькому цьким цька цької цькій цьку цькою"),
    ("ська", "ської ській ську ською"),
    ("ий", "ого ому им ім а ої ій у ою"),
    ("їв", "єва єву євом єві їва їву ївом їві"),
    ("ів", "ова ову овом ові ева еву евом еві іва іву івом іві"),
    ("ін", "іна іну іном іним іні інові"),
    ("ов", "ова ову овим ові ови ових"),
    ("єв", "єва єву євим єві єви євих"),
    ("ев", "ева еву евим еві еви евих"),
    ("ія", "ії ію ією"),
    ("ій", "ія ію ієм ії"),
    ("й", "я ю єві єм ї"),
    ("ець", "ця цю цеві цем ці ців"),
    ("ко", "ка ку кові ком"),
    ("ка", "ки ці ку кою"),
    ("га", "ги зі гу гою"),
    ("ща", "щі щу щею"),
    ("ша", "ші шу шею"),
    ("ча", "чі чу чею"),
    ("жа", "жі жу жею"),
    ("а", "и і у ою ей ам"),
    ("я", "і ю єю ею"),
    ("ь", "я ю еві ем і ю"),
    ("о", "а у ові ом і"),
    ("и", "ів ам ами ах -"),
    ("е", "я ю ем і"),
    ("і", ""),
    ("у", ""),
    ("р", "ра ру рові ром рі ри рів ря рю реві рем"),
    ("", "а у ові еві ом ем і и ів ами"),
)
_POLISH: Final[_Rows] = (
    ("ski", "skiego skiemu skim ska skiej ską scy skich"),
    ("cki", "ckiego ckiemu ckim cka ckiej cką"),
    ("ska", "skiej ską"),
    ("cka", "ckiej cką"),
    ("nia", "ni nii nię nią nio"),
    ("ia", "ii ię ią io"),
    ("ka", "ki ce kę ką ko"),
    ("ga", "gi dze gę gą"),
    ("ra", "ry rze rę rą"),
    ("da", "dy dzie dę dą"),
    ("ta", "ty cie tę tą"),
    ("ła", "ły le łę łą"),
    ("a", "y i ie ę ą o"),
    ("ów", "owa owowi owem owie owu"),
    ("ódź", "odzi odzią"),
    ("ń", "nia niowi niem niu ni nie nią"),
    ("ś", "sia siowi siem siu si sią"),
    ("ź", "zia ziowi ziem ziu zi zią"),
    ("aw", "awa awowi awem awie awia awiu awiem"),
    ("eł", "ła łowi łem le eła ełowi ełem ele"),
    ("ad", "ada adowi adem adzie adu"),
    ("at", "ata atowi atem acie atu"),
    ("ek", "ka kowi kiem ku ki ków"),
    ("ro", "ra ru rem ry rze rę rą rowi"),
    ("o", "a u em y ie ę ą"),
    ("y", "ego emu ym om ach ami -"),
    ("i", "ego emu im"),
    ("e", "ego emu em"),
    ("", "a owi em iem u ie y i ów ami ach"),
)


def _latin_s(name: str) -> Iterable[str]:
    """The -s of German genitives, Dutch and English plurals; none behind a hiss."""
    if name[-1] not in "sxzß":
        yield name + "s"


def _declined(rows: _Rows) -> Callable[[str], Iterable[str]]:
    def forms(name: str) -> Iterable[str]:
        fitting = ((end, ends) for end, ends in rows if name.endswith(end) and len(name) - len(end) >= 2)
        ending, endings = next(fitting)
        return [name.removesuffix(ending) + other.removeprefix("-") for other in endings.split()]

    return forms


_CYRILLIC: Final = re.compile("[а-яієїґ']+")
_LATIN: Final = re.compile("[a-zß-ɏ]+")
_DECLENSIONS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], Iterable[str]]]]] = {
    "de": (_LATIN, _latin_s),
    "en": (_LATIN, _latin_s),
    "nl": (_LATIN, _latin_s),
    "ru": (_CYRILLIC, _declined(_RUSSIAN)),
    "uk": (_CYRILLIC, _declined(_UKRAINIAN)),
    "pl": (_LATIN, _declined(_POLISH)),
}


def name_forms(norm: str, languages: Iterable[str]) -> frozenset[str]:
    """The inflected forms of a name in normal form, without the name itself, in those of `languages` that inflect."""
    forms: set[str] = set()
    for language in languages:
        script, decline = _DECLENSIONS.get(language, (None, None))
        if script and decline and len(norm) > 2 and script.fullmatch(norm):
            forms.update(decline(norm))
    return frozenset(forms - {norm})
