"""Types a page as a picture: a worn typewriter, an office printer, or a hand that is only a typeface."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from samples.layout import Line, pages_of

FONTS = Path(__file__).parent / "fonts"
DPI = 200
PAPERS = {"a4": (1654, 2339), "a5": (1165, 1654), "foolscap": (1600, 2600), "landscape-memo": (1654, 1165)}
INK_ON_PAPER = 245

Grey: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Machine:
    """A way of putting words on paper: its typeface, the size of it and the distance between lines, in pixels."""

    font: str
    size: int
    leading: int
    one_by_one: bool = False


MACHINES = {
    "typewriter": Machine("CourierPrime.otf", 33, 50, one_by_one=True),
    "typewriter-double": Machine("CourierPrime.otf", 33, 66, one_by_one=True),
    "typewriter-close": Machine("CourierPrime.otf", 33, 34, one_by_one=True),
    "elite": Machine("LiberationMono-Regular.ttf", 28, 46, one_by_one=True),
    "serif": Machine("LiberationSerif-Regular.ttf", 33, 46),
    "sans": Machine("LiberationSans-Regular.ttf", 31, 46),
    "hand": Machine("DancingScript-Regular.otf", 52, 74),
}


@cache
def typeface(machine: Machine) -> ImageFont.FreeTypeFont:
    """The machine's typeface, read once for each process."""
    return ImageFont.truetype(str(FONTS / machine.font), machine.size)


def margins(paper: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom margins in pixels."""
    width, height = PAPERS[paper]
    return round(width * 0.12), round(height * 0.075), round(width * 0.09), round(height * 0.075)


def lay_pages(words: str, machine: Machine, paper: str) -> list[list[Line]]:
    """The words as this machine would break them on this paper."""
    width, height = PAPERS[paper]
    left, top, right, bottom = margins(paper)
    font = typeface(machine)
    room = width - left - right
    return pages_of(
        words, lambda text: font.getlength(text) <= room, lines_per_page=(height - top - bottom) // machine.leading
    )


def type_page(lines: list[Line], machine: Machine, paper: str, random: np.random.Generator) -> Image.Image:
    """The page as a grey picture, ink on paper, before any wear."""
    width, height = PAPERS[paper]
    left, top, right, _ = margins(paper)
    font = typeface(machine)
    ink = np.zeros((height, width), dtype=np.float32)
    for row, line in enumerate(lines):
        length = font.getlength(line.text)
        start = {"centre": (width - length) / 2, "right": width - right - length}.get(line.standing, float(left))
        y = top + row * machine.leading
        if machine.one_by_one:
            strike(ink, line.text, font, (start, y), random)
        else:
            write(ink, line.text, font, (start, y), random, unsteady=machine.font.startswith("Dancing"))
        if line.standing == "underlined":
            ink[y + machine.size + 2 : y + machine.size + 4, int(start) : int(start + length)] = 0.8
    # A small piece of grain is laid over the whole sheet: as much chance as there is paper would be slow.
    grain = random.normal(0, 2.5, (251, 307)).astype(np.float32)
    sheet = INK_ON_PAPER + np.tile(grain, (height // 251 + 1, width // 307 + 1))[:height, :width]
    return Image.fromarray(np.clip(sheet * (1 - 0.88 * ink), 0, 255).astype(np.uint8))


@cache
def stamp_of(letter: str, font: ImageFont.FreeTypeFont) -> Grey:
    """One type-bar's letter, as a darkness between 0 and 1."""
    size = int(font.size)
    cell = Image.new("L", (size, round(size * 1.5)), 0)
    ImageDraw.Draw(cell).text((4, 4), letter, font=font, fill=255)
    return np.asarray(cell, dtype=np.float32) / np.float32(255)


def strike(
    ink: Grey, text: str, font: ImageFont.FreeTypeFont, at: tuple[float, float], random: np.random.Generator
) -> None:
    """Strike the letters one by one: each sits a little off the line, and the ribbon fades and comes back."""
    pitch = font.getlength("n")
    fade = 0.82 + 0.14 * np.sin(np.arange(len(text)) / random.uniform(9, 20) + random.uniform(0, 6))
    for place, letter in enumerate(text):
        if letter == " ":
            continue
        cell = stamp_of(letter, font) * np.float32(min(1.0, fade[place] * random.uniform(0.82, 1.06)))
        # Certain bars of a worn machine always sit high or low.
        sag = ((ord(letter) * 37) % 5 - 2) * 0.45
        x = round(at[0] + place * pitch + random.normal(0, 0.5)) - 4
        y = round(at[1] + sag + random.normal(0, 0.6)) - 4
        lay_ink(ink, cell, x, y)


def write(
    ink: Grey,
    text: str,
    font: ImageFont.FreeTypeFont,
    at: tuple[float, float],
    random: np.random.Generator,
    *,
    unsteady: bool,
) -> None:
    """Print a line whole; or, unsteadily, word by word with the line rising and falling as a hand's does."""
    if not text:
        return
    drift = random.uniform(-0.012, 0.012) if unsteady else 0.0
    x = at[0] + (random.uniform(-14, 14) if unsteady else 0)
    for word in text.split(" ") if unsteady else [text]:
        box = Image.new("L", (int(font.getlength(word)) + 40, int(font.size * 1.8)), 0)
        ImageDraw.Draw(box).text((16, 6), word, font=font, fill=255)
        if unsteady:
            slant = random.uniform(-0.16, 0.16)
            box = box.transform(
                box.size, Image.Transform.AFFINE, (1, slant, -slant * 20, 0, 1, 0), Image.Resampling.BICUBIC
            )
            box = box.rotate(random.uniform(-2.2, 2.2), Image.Resampling.BICUBIC)
        y = at[1] + drift * (x - at[0]) + (random.normal(0, 2.6) if unsteady else 0)
        lay_ink(
            ink,
            np.asarray(box, dtype=np.float32) / np.float32(255) * np.float32(random.uniform(0.8, 1)),
            round(x) - 16,
            round(y) - 6,
        )
        x += font.getlength(word + " ") + (random.uniform(-3, 9) if unsteady else 0)


def lay_ink(ink: Grey, cell: Grey, x: int, y: int) -> None:
    """Put the darker of what is there and the new ink, inside the page only."""
    x, y = max(0, x), max(0, y)
    part = ink[y : y + cell.shape[0], x : x + cell.shape[1]]
    np.maximum(part, cell[: part.shape[0], : part.shape[1]], out=part)
