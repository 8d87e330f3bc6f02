"""A copy of the code in a folder of the test, where forms may be added and amended; programs run in it as processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests import databases

ROOT = Path(__file__).parents[2]
COPIED = ("audit", "edc", "exports", "forms", "tests")
EDC = ("-c", "from edc.cli import main; main()")
FILES = ("config.py", "setup.cfg", "pyproject.toml")
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules")
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def run_in(folder: Path, *arguments: str, status: int = 0, **settings: str) -> str:
    """Run a Python program in a copy of the code; returns what it wrote."""
    outside = ("CASEBOOK_", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outside)}
    environment |= {
        "PYTHONPATH": str(folder), "CASEBOOK_KEYS": str(folder / "keys.json"), "CASEBOOK_FILES": str(folder / "files"),
        databases.RUN_FOLDER: os.environ[databases.RUN_FOLDER], **settings,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@cache
def _released_copy() -> Path:
    """A copy of the code as this process found it, which has released the forms of the moment and nothing else."""
    folder = Path(databases.run_folder(f"workshop-{os.getpid()}"))
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=_NOT_COPIED)
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    for path in (folder / "forms" / "released").glob("*.json"):
        path.unlink()
    run_in(folder, *EDC, "crf", "release")
    return folder


class Workshop:
    """The copy, with the database that its programs use."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.database_url = folder, database_url
        shutil.copytree(_released_copy(), folder, dirs_exist_ok=True)

    def read(self, path: str) -> str:
        """A file of the copy."""
        return (self.folder / path).read_text()

    def write(self, path: str, text: str) -> None:
        """Write a file of the copy."""
        (self.folder / path).write_text(text)

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file."""
        text = self.read(path)
        assert text.count(old) == 1, (path, old, text.count(old))
        self.write(path, text.replace(old, new))

    def insert_after(self, path: str, beginning: str, line: str) -> None:
        """Put a line after the one line of a file that begins so."""
        lines = self.read(path).splitlines(keepends=True)
        [place] = [number for number, one in enumerate(lines) if one.startswith(beginning)]
        self.write(path, "".join([*lines[: place + 1], line, *lines[place + 1 :]]))

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a Python program in the copy; returns what it wrote."""
        return run_in(self.folder, *arguments, status=status, CASEBOOK_DATABASE_URL=self.database_url)

    def edc(self, *arguments: str, status: int = 0) -> str:
        """Run the `edc` command of the copy."""
        return self.run(*EDC, *arguments, status=status)

    def tell(self, module: str, *arguments: str) -> Any:
        """Run a module of the copy that writes JSON as its last line."""
        return json.loads(self.run("-m", module, self.database_url, *arguments).strip().splitlines()[-1])

    def follow(self, page: str) -> list[str]:
        """Do what a page of the documentation says: save its files, add its lines, run its commands.

        Returns the commands.
        """
        text = (ROOT / "docs" / page).read_text()
        ran: list[str] = []
        before = 0
        for block in _BLOCK.finditer(text):
            said, content = text[before : block.start()].strip().splitlines()[-1:], block[2]
            before = block.end()
            self._obey(said[0] if said else "", block[1], content, ran)
        return ran

    def _obey(self, said: str, language: str, content: str, ran: list[str]) -> None:
        if language == "sh":
            for command in content.strip().splitlines():
                ran.append(command)
                self._command(command)
        elif saved := re.search(r"[Ss]ave this as `([^`]+)`", said):
            self.write(saved[1], content)
        else:
            placed = re.search(r"`([\w/.]+\.py)`, after the line (?:that begins with )?`([^`]+)`", said)
            assert placed, said
            self.insert_after(placed[1], placed[2], content)

    def _command(self, command: str) -> None:
        program, *arguments = _words(command)
        if program == "edc":
            self.edc(*arguments)
        else:
            assert program == "python", command
            self.run(*arguments)


def _words(command: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', command)]
