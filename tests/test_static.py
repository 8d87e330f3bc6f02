"""Templates carry no inline code or style, static files keep to their weight, and every part of the kit renders."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask, render_template
from jinja2 import StrictUndefined

from tests import kit_samples

EDC = Path(__file__).parents[1] / "edc"
TEMPLATES = sorted((EDC / "templates").rglob("*.html"))
SCRIPTS = sorted((EDC / "static" / "js").glob("*.js"))
BOOTSTRAP_GZIP = 31 * 1024
FORBIDDEN = {
    "inline style": r"<style\b|\sstyle\s*=",
    "inline script": r"<script\b(?![^>]*\ssrc=)",
    "event attribute": r"<[^>]*\son[a-z]+\s*=",
    "unescaped text": r"\|\s*safe\b|autoescape\s+false|Markup\(",
    "script address": r"javascript:",
    "address of another host": r"(?:src|href|action)=[\"'](?:https?:)?//",
    "static address without its hash": r"(?:src|href)=[\"']/static",
    "placeholder": r"\splaceholder=",
}


def ids(path: Path) -> str:
    return str(path.relative_to(EDC))


@pytest.fixture(scope="module")
def kit_app() -> Flask:
    """The templates with the three globals that the application gives them."""
    app = Flask("kit", template_folder=str(EDC / "templates"), static_folder=None)
    app.secret_key = "gallery"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        static_url=lambda name: f"/static/0/{name}", csrf_token=lambda: "token", request_token=lambda: "request"
    )
    return app


@pytest.fixture(params=["light", "dark", "system"])
def kit(kit_app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """The gallery as HTML."""
    with kit_app.test_request_context():
        yield render_template("kit.html", **kit_samples.samples(theme=request.param))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_no(what: str, path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(FORBIDDEN[what], text, flags=re.IGNORECASE) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_every_icon_exists(path: Path) -> None:
    named = set(re.findall(r"\bicon\('([\w-]+)'", path.read_text()))
    assert named <= symbols().keys()


def symbols() -> dict[str, ElementTree.Element]:
    root = ElementTree.parse(EDC / "static" / "marks.svg").getroot()
    return {symbol.attrib["id"]: symbol for symbol in root}


def test_marks_differ_in_shape_not_only_in_colour() -> None:
    drawn = ["".join(ElementTree.tostring(child, "unicode") for child in symbol) for symbol in symbols().values()]
    assert len(set(drawn)) == len(drawn)


def test_static_files_keep_to_their_weight() -> None:
    css = (EDC / "static" / "casebook.css").read_bytes()
    marks = (EDC / "static" / "marks.svg").read_bytes()
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in SCRIPTS)
    assert len(css) < 40_000
    assert len(marks) < 8_000
    assert len(gzip.compress(css)) + len(gzip.compress(marks)) + scripts + BOOTSTRAP_GZIP < 80_000


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_no_page_loads_more_than_20_kilobytes_of_scripts(path: Path) -> None:
    general = (EDC / "templates" / "records" / "form.html").read_text()
    text = path.read_text() + (general if "super()" in path.read_text() else "")
    names = {"frame.js", "draft.js", *re.findall(r"\bscript\('([\w-]+\.js)'\)", text)}
    assert sum(len(gzip.compress(script.read_bytes())) for script in SCRIPTS if script.name in names) < 20_000


@pytest.mark.parametrize("path", SCRIPTS, ids=ids)
def test_scripts_stay_small_and_alone(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 180
    assert (
        re.findall(r"\beval\(|new Function|insertAdjacentHTML|outerHTML|document\.write|localStorage|https?://", text)
        == []
    )


def test_only_the_item_panel_inserts_html() -> None:
    """The page's content policy names one trusted-types policy, `casebook`, and one script makes it."""
    assert [path.name for path in SCRIPTS if "innerHTML" in path.read_text()] == ["form.js"]
    assert [path.name for path in SCRIPTS if "createPolicy('casebook'" in path.read_text()] == ["form.js"]


def test_style_sheet_loads_nothing_from_elsewhere() -> None:
    css = (EDC / "static" / "casebook.css").read_text()
    assert "@import" not in css
    assert set(re.findall(r"url\(\"?([a-z]+:)", css)) <= {"data:"}


def test_kit_shows_every_part(kit: str) -> None:
    for words in ("overdue since 25 Feb", "12 queries for the site", "1 answered, waiting for review", "3 of 6 verified",
                  "40 of 41 verified, 1 changed since verified", "signature void", "signed, frozen", "not done: refused"):  # fmt: skip
        assert words in kit
    assert kit.count("<h1") == 1
    assert '<link rel="stylesheet" href="/static/0/bootstrap.min.css">' in kit
    assert kit.index("bootstrap.min.css") < kit.index("casebook.css")


def test_ids_are_unique_and_references_lead_somewhere(kit: str) -> None:
    found = re.findall(r"\sid=\"([^\"]+)\"", kit)
    assert len(found) == len(set(found))
    pointed = re.findall(r"\s(?:for|aria-labelledby)=\"([^\"]+)\"", kit)
    described = " ".join(re.findall(r"\saria-describedby=\"([^\"]+)\"", kit)).split()
    assert set(pointed) | set(described) <= set(found)


def test_every_post_form_carries_both_tokens(kit: str) -> None:
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", kit, flags=re.DOTALL)
    assert forms
    assert all('name="csrf_token"' in form and 'name="request_token"' in form for form in forms)


def test_no_clinical_value_is_preset(kit_app: Flask) -> None:
    """A freshly opened item of each kind submits nothing."""
    source = "{% import '_item.html' as items %}{% for item in rows %}{{ items.item_row(item) }}{% endfor %}"
    kinds = ("text", "textarea", "integer", "decimal", "date", "partialdate", "time", "datetime", "yesno", "choice",
             "combobox", "multichoice", "reference")  # fmt: skip
    rows = [kit_samples.item(kind, kind, kind, options=kit_samples.YES_NO) for kind in kinds]
    with kit_app.test_request_context():
        html = kit_app.jinja_env.from_string(source).render(rows=rows)
    assert " checked" not in html
    assert " selected" not in html
    assert set(re.findall(r"type=\"(?:text|hidden)\"[^>]*\svalue=\"([^\"]*)\"", html)) == {""}


def test_radios_and_boxes_post_an_answer_taken_away_as_empty(kit: str) -> None:
    assert re.search(r'<input type="hidden" name="position" value="">.*?type="radio" name="position"', kit, re.DOTALL)
    assert re.search(r'<input type="hidden" name="AE.2.treatment" value="">.*?type="checkbox"', kit, re.DOTALL)


def test_problem_page_says_why_and_what_next(kit_app: Flask) -> None:
    with kit_app.test_request_context():
        html = render_template(
            "errors/problem.html", what="You may read queries but not close them", why="Closing needs the right query:close.",
            next="The monitor closes this one.", reference="42", frame=kit_samples.frame("light", "compact"),
        )  # fmt: skip
    assert "<h1>You may read queries but not close them</h1>" in html
    assert all(words in html for words in ("query:close", "The monitor closes this one.", "42"))
