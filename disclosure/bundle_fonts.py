"""The embedded fonts of the pages we make, and the rule that a missing letter is seen and counted."""

import hashlib
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFontFile

from disclosure.bundle_writer import PdfWriter, number_text, pdf_bytes
from store.font_files import FOLDER

_FILES = {"R": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf", "M": "DejaVuSansMono.ttf"}
_PLAIN = {ord("\t"), ord("\n")}


@lru_cache(maxsize=8)
def _font_file(key: str) -> TTFontFile:
    return TTFontFile(str(FOLDER / _FILES[key]))


class Face:
    """One embedded face. A character's code in the PDF is its Unicode number, so text is found as it is read."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._file = _font_file(key)
        self._widths = {
            chr(code): width / 1000
            for code, width in self._file.charWidths.items()
            if code <= 0xFFFF and self._file.charToGlyph.get(code)
        }
        self._known = frozenset(self._widths)
        self._used: set[str] = set()
        self._word_widths: dict[str, float] = {}

    def has_all(self, text: str) -> bool:
        """Every character has a glyph here."""
        return self._known.issuperset(text)

    def has(self, character: str) -> bool:
        """The character has a glyph here."""
        return character in self._known

    def width(self, text: str, size: float) -> float:
        """How wide the text is at a size."""
        known = self._word_widths.get(text)
        if known is None:
            known = sum(map(self._widths.__getitem__, text))
            if len(self._word_widths) < 20_000:
                self._word_widths[text] = known
        return known * size

    def encode(self, text: str) -> bytes:
        """The text as a string for this face."""
        self._used.update(text)
        return pdf_bytes(text.encode("utf-16-be"))

    def write(self, writer: PdfWriter, number: int) -> None:
        """The glyphs that were used stand in the file as a subset under the reserved number."""
        codes = sorted(map(ord, self._used)) or [0x20]
        base = 1000 / self._file.unitsPerEm
        program, descriptor, descendant, to_unicode, glyph_map = (writer.reserve() for _ in range(5))
        subset = self._file.makeSubset(codes)
        # The name differs when the glyphs do, or readers may mix the subsets of two bundles.
        tag = hashlib.sha256(repr(codes).encode()).digest()
        name = "".join(chr(65 + byte % 26) for byte in tag[:6]) + "+" + Path(_FILES[self.key]).stem
        label = name.encode("ascii")
        writer.put_stream(program, b"/Length1 %d" % len(subset), subset)
        box = b" ".join(number_text(round(value)) for value in self._file.bbox)
        writer.put(
            descriptor,
            b"<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%s] /ItalicAngle 0 /Ascent %d /Descent %d "
            b"/CapHeight %d /StemV %d /FontFile2 %d 0 R >>"
            % (
                label,
                box,
                round(self._file.ascent),
                round(self._file.descent),
                round(self._file.capHeight),
                round(getattr(self._file, "stemV", 80)),
                program,
            ),
        )
        writer.put_stream(glyph_map, b"", self._glyph_map(codes))
        writer.put_stream(to_unicode, b"", _identity_map(codes))
        widths = b" ".join(
            b"%d [%s]" % (code, number_text(round(self._widths[chr(code)] * 1000, 1)))
            for code in codes
            if chr(code) in self._widths
        )
        writer.put(
            descendant,
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) "
            b"/Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW %d /W [%s] /CIDToGIDMap %d 0 R >>"
            % (label, descriptor, round(600 * base), widths, glyph_map),
        )
        writer.put(
            number,
            b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] "
            b"/ToUnicode %d 0 R >>" % (label, descendant, to_unicode),
        )

    def _glyph_map(self, codes: list[int]) -> bytes:
        """Where each code's glyph lies in the subset: numbered by first use, exactly as makeSubset does."""
        order = {0: 0}
        table = bytearray(2 * (codes[-1] + 1))
        for code in codes:
            glyph = self._file.charToGlyph.get(code, 0)
            place = order.setdefault(glyph, len(order))
            table[2 * code : 2 * code + 2] = place.to_bytes(2, "big")
        return bytes(table)


class FontSet:
    """The three faces, and a count of what none of them can show."""

    def __init__(self) -> None:
        self.regular = Face("R")
        self.bold = Face("B")
        self.mono = Face("M")
        self.missing: Counter[str] = Counter()
        self.unshaped = 0
        self._objects: dict[str, int] = {}

    def clean(self, text: str) -> str:
        """The text with every character that cannot be shown replaced by its code in brackets, and counted.

        Line ends and tabs are kept for the layout to use; the other control characters are shown as codes.
        """
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
        strange = {
            character
            for character in set(text)
            if ord(character) not in _PLAIN and not (self.regular.has(character) and self.bold.has(character))
        }
        for character in sorted(strange):
            code = f"U+{ord(character):04X}"
            self.missing[code] += text.count(character)
            text = text.replace(character, f"[{code}]")
        if any(unicodedata.bidirectional(character) in ("R", "AL") for character in set(text) if character > "\u0590"):
            self.unshaped += 1
        return text

    def objects(self, writer: PdfWriter) -> dict[str, int]:
        """The object number of each face, reserved on first asking."""
        if not self._objects:
            self._objects = {key: writer.reserve() for key in _FILES}
        return self._objects

    def write(self, writer: PdfWriter) -> None:
        """All three faces stand in the file."""
        for face in (self.regular, self.bold, self.mono):
            face.write(writer, self.objects(writer)[face.key])


def _identity_map(codes: list[int]) -> bytes:
    lines = [
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(codes), 100):
        part = codes[start : start + 100]
        lines.append(b"%d beginbfchar" % len(part))
        lines.extend(b"<%04X> <%04X>" % (code, code) for code in part)
        lines.append(b"endbfchar")
    lines.append(b"endcmap CMapName currentdict /CMap defineresource pop end end")
    return b"\n".join(lines)
