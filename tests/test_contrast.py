"""Every colour pair of the style sheet, recomputed: 4.5 to 1 for text, 3 to 1 for borders and icons (WCAG 1.4.3, 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "edc" / "static" / "casebook.css").read_text()
THEMES = {"light": ":root,[data-bs-theme=light]{color-scheme", "dark": "[data-bs-theme=dark]{color-scheme"}
GROUNDS = ("page", "surface")
STATES = ("ok", "warn", "error", "query", "verify", "sign", "frozen", "locked")
TINTS = ("select", *(f"{state}-tint" for state in STATES))
TEXT = [
    *((ink, ground) for ink in ("ink", "muted", "primary", "primary-hover") for ground in GROUNDS),
    *((state, ground) for state in STATES for ground in (*GROUNDS, f"{state}-tint")),
    *((ink, tint) for ink in ("ink", "primary") for tint in TINTS),
    ("muted", "select"), ("primary-hover", "select"), ("surface", "error"),
    ("on-primary", "primary"), ("on-primary", "primary-hover"), ("on-training", "training"),
]  # fmt: skip
CONTROLS = [("control", ground) for ground in (*GROUNDS, "select")]


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme by token name."""
    block = CSS.split(THEMES[theme], 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--cb-([\w-]+):(#[0-9A-F]{6})", block))


def luminance(colour: str) -> float:
    """The relative luminance of #RRGGBB."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """The contrast ratio of two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("colour", "ground"), TEXT)
def test_text_can_be_read(theme: str, colour: str, ground: str) -> None:
    assert ratio(tokens(theme)[colour], tokens(theme)[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("colour", "ground"), CONTROLS)
def test_borders_and_icons_can_be_seen(theme: str, colour: str, ground: str) -> None:
    assert ratio(tokens(theme)[colour], tokens(theme)[ground]) >= 3


def test_both_themes_name_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_every_colour_token_is_measured() -> None:
    measured = {name for pair in [*TEXT, *CONTROLS] for name in pair}
    assert tokens("light").keys() - measured == {"line"}, "only the hairline is decoration"


def test_no_colour_outside_the_tokens() -> None:
    rules = CSS.split("[data-bs-theme=dark]{--bs-body-bg", 1)[1].split("@media print", 1)[0]
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", rules)) == set()


def test_known_ratios_are_computed_right() -> None:
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert round(ratio("#1B2733", "#FFFFFF"), 1) == 15.2
