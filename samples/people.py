"""The invented borough of Pellingford: its homes and its people, and the forms in which papers name them."""

import re
from dataclasses import dataclass

# None of these names belongs to a real place or institution: each was looked for and found nowhere but in fiction.
BOROUGH = "Pellingford"


@dataclass(frozen=True)
class Named:
    """A name as the index of people or homes has it, and the pattern that finds it in a paper."""

    name: str
    pattern: str


PEOPLE = (
    Named("Leonard Osterwain", r"(?:Mr\.?|Leonard|L\.|Len|Uncle Len) ?(?:and Mrs\.? )?Osterwain|Uncle Len\b|L\.O\.\B"),
    Named("Mavis Osterwain", r"(?:Mrs\.?|Mavis|Matron|M\.) Osterwain"),
    Named("Donald Farrowgill", r"Farrowgill|\bD\.F\.\B"),
    Named("Graham Pollexby", r"Pollexby"),
    Named("Ambrose Tillotway", r"Tillotway"),
    Named("Hilda Carrismoor", r"Carrismoor"),
    Named("Desmond Ruddlesworth", r"Ruddlesworth"),
    Named("Patricia Venngrove", r"Venngrove"),
    Named("Norman Hapgrave", r"Hapgrave"),
    Named("Roy Cottismore", r"Cottismore"),
    Named("Stanley Bellathorne", r"(?:Mr\.?|Stanley) (?:and Mrs\.? |and Enid |& Mrs )?Bellathorne"),
    Named("Enid Bellathorne", r"(?:Mrs\.?|Enid) Bellathorne"),
    Named("Keith Skerrowby", r"Skerrowby"),
    Named("Joan Thwendale", r"Thwendale"),
    Named("Ruth Ingledray", r"Ingledray"),
    Named("Cecil Dunsmarsh", r"Dunsmarsh"),
    Named("Maurice Quenbridge", r"Quenbridge"),
    Named("Nasreen Qadoori", r"Qadoori"),
    Named("Tunde Akinsolara", r"Akinsolara"),
    Named("Siân Tanrhŵd", r"Tanrh[ŵw]d"),
    Named("Emrys Llwydgarth", r"Llwydgarth"),
    Named("Kevin Draymoor", r"Kevin D(?:raymoor|\.)"),
    Named("Irene Draymoor", r"(?:Mrs\.?|Irene|I\.) Draymoor"),
    Named("Paul Mintercroft", r"Mintercroft|Paul M\."),
    Named("Stephen Lathbrook", r"Lathbrook|Stephen L\."),
    Named("Alan Tideswain", r"Tideswain|Alan T\."),
    Named("Colin Ebbersley", r"Ebbersley|Colin E\."),
    Named("Terence Wragmire", r"Wragmire|Terence W\."),
    Named("Donna Sallowby", r"Sallowby"),
    Named("Michelle Farthenby", r"Farthenby"),
    Named("Walter Hobblethrop", r"Hobblethrop"),
    Named("Frank Turvendale", r"Turvendale"),
    Named("Olive Penscoombe", r"Penscoombe"),
    Named("Brenda Axwithen", r"Axwithen"),
    Named("Malcolm Dreavesby", r"Dreavesby"),
    Named("Mrs Bracegate", r"Bracegate"),
    Named("E. Dolwich", r"Dolwich"),
    Named("Councillor Ormsgarth", r"Ormsgarth"),
    Named("Councillor Pym-Hartle", r"Pym-Hartle"),
    Named("Councillor Sarn", r"\bSarn\b"),
    Named("Alfred Sedgewyre", r"Sedgewyre"),
    Named("Olwen Prydderwyn", r"Prydderwyn"),
)

HOMES = (
    Named("Ravelstoke House", r"Ravelstoke(?: House)?|RAVELSTOKE HOUSE"),
    Named("Carrowdene", r"Carrowdene|CARROWDENE"),
    Named("Skelmoor Lodge", r"Skelmoor(?: Lodge)?|SKELMOOR LODGE"),
    Named("Tŷ Llwyngwŷr", r"T[ŷy]'?r? Llwyngw[ŷy]r|the (?:weekend )?cottage|The Cottage"),
    Named("Plas Gwernhŵr", r"Plas Gwernh[ŵw]r"),
)


def names_in(text: str, register: tuple[Named, ...]) -> list[str]:
    """The names of the register which the text mentions, in the register's order."""
    flat = re.sub(r"\s+", " ", text)
    return [named.name for named in register if re.search(named.pattern, flat)]
