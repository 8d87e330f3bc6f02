"""Static files under an address that changes with their content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

import flask_bootstrap
from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from edc.headers import STATIC_ENDPOINT
from edc.web import public

OWN = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
#: The only files of the Bootstrap package that pages may load.
FROM_BOOTSTRAP = {"bootstrap.min.css": BOOTSTRAP / "css" / "bootstrap.min.css"}
_YEAR = 365 * 24 * 3600


def digest_of(folder: Path) -> str:
    """Return one digest of all static files.

    It stands before the name, so that a script may import its neighbour by a relative address and a changed neighbour
    is fetched again.
    """
    total = hashlib.sha256()
    for path in (*sorted(path for path in folder.rglob("*") if path.is_file()), *FROM_BOOTSTRAP.values()):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def install(app: Flask) -> None:
    """Serve the static files and give templates `static_url(name)`."""
    digest = digest_of(OWN)
    debug = app.debug

    def read_digest() -> str:
        return digest_of(OWN) if debug else digest

    @cache
    def address(root: str, digest: str, name: str) -> str:
        return url_for(STATIC_ENDPOINT, digest=digest, name=name)

    def static_url(name: str) -> str:
        # A page names the same file for each of its marks.
        return address(request.script_root, read_digest(), name)

    @public
    def serve(digest: str, name: str) -> Response:
        if digest != read_digest():
            raise NotFound()
        return serve_file(name)

    app.add_url_rule("/static/<digest>/<path:name>", STATIC_ENDPOINT, serve)
    app.jinja_env.globals["static_url"] = static_url


def serve_file(name: str) -> Response:
    """Send one file, or scripts joined by '+', with a year to keep it."""
    path = FROM_BOOTSTRAP.get(name)
    if "+" in name:
        response = Response(join_scripts(name), mimetype="text/javascript")
        response.cache_control.max_age = _YEAR
    else:
        response = send_from_directory(path.parent if path else OWN, name, max_age=_YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response


def join_scripts(name: str) -> str:
    """Several scripts in one answer, each in a block of its own: 'js/form.js+entry.js'; raises NotFound."""
    folder, _, names = name.partition("/")
    known = {path.name: path for path in (OWN / folder).glob("*.js")}
    wanted = names.split("+")
    if not set(wanted) <= set(known):
        raise NotFound
    return "\n".join(f"{{\n{known[one].read_text(encoding='utf-8')}}}" for one in wanted)
