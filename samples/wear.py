"""What forty years do to a page: skew, dust, a fax machine, a bad copier, a stamp, a careless feed, a phone."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from samples.typist import FONTS

PAPER = 238


def skew(page: Image.Image, degrees: float) -> Image.Image:
    """The page as it lay on the glass."""
    return page.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=PAPER)


def speckle(page: Image.Image, random: np.random.Generator, *, specks: int) -> Image.Image:
    """Dust, toner and two punched holes at the left."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    for _ in range(specks):
        x, y = random.uniform(0, page.width), random.uniform(0, page.height)
        size = random.exponential(0.9)
        draw.ellipse((x, y, x + size, y + size), fill=int(random.uniform(10, 120)))
    for hole in (0.36, 0.64):
        x, y = page.width * 0.035, page.height * hole
        draw.ellipse((x - 16, y - 16, x + 16, y + 16), fill=60)
        draw.ellipse((x - 12, y - 16, x + 20, y + 16), fill=25)
    return page


def two_tone(page: Image.Image, *, threshold: int = 150) -> Image.Image:
    """Black and white only, as an office scanner keeps a page."""
    return page.point(lambda value: 255 if value > threshold else 0).convert("1", dither=Image.Dither.NONE)


def rough(page: Image.Image, random: np.random.Generator, *, depth: float) -> Image.Image:
    """The uneven edge that paper and toner give to a letter."""
    grain = random.normal(0, depth, (257, 311)).astype(np.float32)
    tiles = np.tile(grain, (page.height // 257 + 1, page.width // 311 + 1))[: page.height, : page.width]
    return Image.fromarray(np.clip(np.asarray(page, dtype=np.float32) + tiles, 0, 255).astype(np.uint8))


def scan(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A plain black and white scan, a little crooked and dusty, now too faint and now too heavy."""
    page = page.filter(ImageFilter.GaussianBlur(random.uniform(0.7, 1.2)))
    page = speckle(skew(page, random.uniform(-1.6, 1.6)), random, specks=int(random.uniform(120, 420)))
    page = rough(edge_shadow(page, random), random, depth=random.uniform(8, 23))
    return two_tone(page, threshold=int(random.choice((150, 157, 164, 176, 188))))


def grey(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A grey scan of yellowed paper, with foxing and a fold."""
    cloud = Image.fromarray(random.uniform(0, 255, (9, 7)).astype(np.uint8)).resize(page.size, Image.Resampling.BICUBIC)
    shade = np.asarray(page, dtype=np.float32) * (0.86 + 0.13 * np.asarray(cloud, dtype=np.float32) / 255)
    fold = round(page.height * random.uniform(0.45, 0.55))
    shade[fold - 2 : fold + 2] *= 0.86
    page = Image.fromarray(shade.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    return speckle(skew(page, random.uniform(-1, 1)), random, specks=60)


def carbon(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """The third carbon: soft, smudged, on flimsy paper."""
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(2.6)), dtype=np.float32)
    smudge = Image.fromarray(random.uniform(0, 255, (40, 26)).astype(np.uint8)).resize(
        page.size, Image.Resampling.BICUBIC
    )
    # The carbon takes the pressure of the keys and not the ink: some letters hardly show.
    soft = 84 + soft * 0.6 - np.asarray(smudge, dtype=np.float32) * 0.05
    return skew(Image.fromarray(np.clip(soft, 0, 255).astype(np.uint8)), random.uniform(-0.8, 0.8))


def fax(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A fax: half the lines, a streak down the page, lines lost across it, a header from the machine."""
    page = skew(page.filter(ImageFilter.GaussianBlur(0.8)), random.uniform(-0.7, 0.7))
    coarse = page.resize((page.width, round(page.height * 0.6)), Image.Resampling.BILINEAR)
    page = two_tone(coarse, threshold=165).resize(page.size, Image.Resampling.NEAREST).convert("L")
    draw = ImageDraw.Draw(page)
    for _ in range(3):
        x = round(random.uniform(0.1, 0.95) * page.width)
        draw.line((x, 0, x, page.height), fill=0, width=1)
    for _ in range(4):
        y = round(random.uniform(0.1, 0.95) * page.height)
        draw.rectangle((0, y, page.width, y + 2), fill=255)
    return two_tone(speckle(page, random, specks=220))


def low_resolution(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A page once kept at about 75 dots to the inch and hard compression, made large again."""
    width, height = round(page.width * 0.38), round(page.height * 0.38)
    small = rough(skew(page, random.uniform(-0.8, 0.8)).resize((width, height), Image.Resampling.BOX), random, depth=7)
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=32)
    return Image.open(kept).resize(page.size, Image.Resampling.BICUBIC)


def stamped(page: Image.Image, random: np.random.Generator, *, words: str = "RECEIVED") -> Image.Image:
    """A rubber stamp across the words."""
    font = ImageFont.truetype(str(FONTS / "LiberationSans-Regular.ttf"), 62)
    stamp = Image.new("L", (620, 190), 0)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((6, 6, 613, 183), outline=200, width=7)
    draw.text((310, 62), words, font=font, fill=205, anchor="mm")
    draw.text((310, 134), "SOCIAL SERVICES", font=font.font_variant(size=42), fill=190, anchor="mm")
    worn = np.asarray(stamp, dtype=np.float32) * (random.uniform(0, 1, (190, 620)) > 0.28)
    stamp = Image.fromarray(worn.astype(np.uint8)).rotate(random.uniform(7, 16), Image.Resampling.BICUBIC, expand=True)
    page = page.copy()
    at = (round(page.width * random.uniform(0.3, 0.45)), round(page.height * random.uniform(0.08, 0.2)))
    page.paste(70, (*at, at[0] + stamp.width, at[1] + stamp.height), stamp.filter(ImageFilter.GaussianBlur(0.8)))
    return scan(page, random)


def upside_down(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A page fed the wrong way up."""
    return scan(page, random).rotate(180)


def handwritten(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """Ink on ruled paper, copied in grey."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    for y in range(round(page.height * 0.075) + 62, page.height - 120, 74):
        draw.line((0, y, page.width, y), fill=196, width=2)
    return grey(page, random)


def edge_shadow(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """The dark edge where the lid did not close."""
    draw = ImageDraw.Draw(page)
    depth = random.uniform(6, 26)
    draw.polygon([(page.width - depth, 0), (page.width, 0), (page.width, page.height)], fill=30)
    return page


def photograph(page: Image.Image, random: np.random.Generator) -> Image.Image:
    """A phone's picture of the page on a desk: leaning, shadowed, in colour."""
    wide, high = 1500, 2000
    corners = [(0.07, 0.06), (0.90, 0.03), (0.96, 0.95), (0.04, 0.92)]
    target = [(x * wide + random.uniform(-12, 12), y * high + random.uniform(-12, 12)) for x, y in corners]
    source = [(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)]
    sheet = page.transform(
        (wide, high), Image.Transform.PERSPECTIVE, perspective(target, source), Image.Resampling.BICUBIC
    )
    mask = Image.new("L", page.size, 255).transform(
        (wide, high), Image.Transform.PERSPECTIVE, perspective(target, source)
    )
    grain = random.normal(0, 6, (high, 1)) + random.normal(0, 3, (high, wide))
    desk = np.stack([118 + grain, 84 + grain, 58 + grain], axis=-1)
    tint = np.asarray(sheet, dtype=np.float32)[..., None] * np.array([1.0, 0.97, 0.88])
    cover = np.asarray(mask, dtype=np.float32)[..., None] / 255
    across = np.linspace(0, 1, wide)[None, :, None] + np.linspace(0, 0.6, high)[:, None, None]
    shadow = 1 - 0.38 / (1 + np.exp(-(across - 1.15) * 14))
    picture = np.clip((desk * (1 - cover) + tint * cover) * shadow, 0, 255).astype(np.uint8)
    return Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.6))


def perspective(target: list[tuple[float, float]], source: list[tuple[int, int]]) -> tuple[float, ...]:
    """The eight numbers by which Pillow maps the target's corners to the source's."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    answer: NDArray[np.float64] = np.linalg.solve(np.array(rows), np.array(source, dtype=float).ravel())
    return tuple(float(number) for number in answer)


WEARS: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "scan": scan,
    "grey-scan": grey,
    "carbon-copy": carbon,
    "fax": fax,
    "low-resolution": low_resolution,
    "stamped": stamped,
    "upside-down": upside_down,
    "handwritten": handwritten,
    "photo": photograph,
}
