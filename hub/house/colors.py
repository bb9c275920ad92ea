"""Colours: the names people say, and the forms that lamps take and report. Pure."""

from __future__ import annotations

import colorsys

HueSaturation = tuple[float, float]  # degrees 0-360, percent 0-100
Rgb = tuple[int, int, int]

NAMED: dict[str, Rgb] = {  # every colour value of home-assistant-intents' sentences, in CSS's shades
    "beige": (245, 245, 220),
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "brown": (165, 42, 42),
    "coral": (255, 127, 80),
    "crimson": (220, 20, 60),
    "cyan": (0, 255, 255),
    "gold": (255, 215, 0),
    "goldenrod": (218, 165, 32),
    "gray": (128, 128, 128),
    "green": (0, 128, 0),
    "lavender": (230, 230, 250),
    "lime": (0, 255, 0),
    "magenta": (255, 0, 255),
    "orange": (255, 165, 0),
    "pink": (255, 192, 203),
    "purple": (128, 0, 128),
    "red": (255, 0, 0),
    "sky blue": (135, 206, 235),
    "skyblue": (135, 206, 235),
    "turquoise": (64, 224, 208),
    "white": (255, 255, 255),
    "yellow": (255, 255, 0),
}


def rgb_to_hs(rgb: tuple[float, float, float]) -> HueSaturation:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(min(255.0, max(0.0, part)) / 255 for part in rgb))
    return (round(hue * 360, 3), round(saturation * 100, 3))


def hs_to_rgb(hs: HueSaturation) -> Rgb:
    """At full value: how bright is another attribute."""
    red, green, blue = colorsys.hsv_to_rgb(hs[0] % 360 / 360, min(100.0, max(0.0, hs[1])) / 100, 1.0)
    return (round(red * 255), round(green * 255), round(blue * 255))


def hs_to_xy(hs: HueSaturation) -> tuple[float, float]:
    """CIE 1931 xy through sRGB (D65), as the common lamps take it."""
    red, green, blue = (_linear(part / 255) for part in hs_to_rgb(hs))
    x = red * 0.4124 + green * 0.3576 + blue * 0.1805
    y = red * 0.2126 + green * 0.7152 + blue * 0.0722
    z = red * 0.0193 + green * 0.1192 + blue * 0.9505
    return (round(x / (x + y + z), 4), round(y / (x + y + z), 4))


def xy_to_hs(xy: tuple[float, float]) -> HueSaturation | None:
    """None for a point that is no colour (y not above 0)."""
    chroma_x, chroma_y = xy
    if not 0 < chroma_y <= 1 or not 0 <= chroma_x <= 1:
        return None
    x, z = chroma_x / chroma_y, (1 - chroma_x - chroma_y) / chroma_y
    parts = (
        x * 3.2406 - 1.5372 - z * 0.4986,
        x * -0.9689 + 1.8758 + z * 0.0415,
        x * 0.0557 - 0.2040 + z * 1.0570,
    )
    brightest = max(*parts, 1e-9)
    red, green, blue = (_encoded(max(0.0, part) / brightest) * 255 for part in parts)
    return rgb_to_hs((red, green, blue))


def kelvin_to_mireds(kelvin: float) -> int:
    return round(1_000_000 / kelvin)


def mireds_to_kelvin(mireds: float) -> int | None:
    return round(1_000_000 / mireds) if 1 <= mireds <= 10_000 else None


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _encoded(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
