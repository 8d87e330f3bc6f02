"""A plain HTTP client with cookies, and the fields of a page's form."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

AGENT = "bench"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Browser:
    """One person's browser, which opens a connection for each request as gunicorn's workers want it."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = cookies or {}

    def get(self, path: str, **headers: str) -> Answer:
        """Fetch a page."""
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(fields).encode(), kind)

    def post_and_read(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form, and be as after the page that follows: it would tell what was saved and forget it.

        Who never asked for that page would send a longer cookie with each save.
        """
        before = dict(self.cookies)
        answer = self.post(path, fields)
        self.cookies = before
        return answer

    def twin(self) -> Browser:
        """Another browser of the same session."""
        return Browser(self.port, dict(self.cookies))

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"User-Agent": AGENT, "Sec-Fetch-Site": "same-origin", "Cookie": cookie, **headers}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        connection.close()
        return Answer(answer.status, dict(answer.headers.items()), content)

    def sign_in(self, name: str, password: str) -> None:
        """Open a session."""
        fields = [*form_fields(self.get("/sign-in").text), ("user_name", name), ("password", password)]
        answer = self.post("/sign-in", fields)
        assert answer.status == 303, answer.text


def form_fields(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the form of a page that has the most fields, its buttons left out."""
    parser = _Forms()
    parser.feed(page)
    return max(parser.forms, key=len)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = [[]]
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and "name" in given:
            self._input(given)
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1].append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._area, self._text = given.get("name"), ""

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button", "image", "reset", "file", "password"):
            return
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if given["name"] != "user_name":
            self.forms[-1].append((given["name"], given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._area:
            self.forms[-1].append((self._area, self._text.removeprefix("\n")))
            self._area = None
