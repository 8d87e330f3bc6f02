"""Every setting of Casebook once: name, default, environment variable and meaning.

The environment variable is `CASEBOOK_` and the name in capitals. `Config.from_environment()` reads them;
`production_refusals(config)` names what a production start must not have. `python -m config` prints docs/settings.md.
"""

import stat
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, cast

from environs import Env

ROOT = Path(__file__).resolve().parent
PREFIX = "CASEBOOK_"


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Config:
    """The settings of one installation."""

    environment: str = _setting("demo", "production, training or demo; the last two carry a band on every page")
    database_url: str = _setting(f"sqlite:///{ROOT}/instance/casebook.sqlite", "SQLAlchemy address of the database")
    migration_url: str = _setting("", "the same database as the role that may alter tables; only for `edc db upgrade`")
    sqlite_in_production: bool = _setting(False, "accept SQLite in production; an anchor is needed as well")
    keys: str = _setting(f"{ROOT}/instance/keys.json", "file of the secret keys, readable by its owner only")
    files: str = _setting(f"{ROOT}/instance/files", "folder of prepared downloads, outside any served folder")
    host: str = _setting("127.0.0.1", "address that `edc serve` listens on")
    port: int = _setting(8000, "port that `edc serve` listens on")
    threads: int = _setting(8, "threads of `edc serve`")
    https: bool = _setting(False, "people reach the application over HTTPS: Secure cookies, HSTS, no plain HTTP")
    trusted_hosts: tuple[str, ...] = _setting((), "host names the application answers to")
    proxy_hops: int = _setting(0, "number of proxies in front whose forwarded headers count")
    proxies: tuple[str, ...] = _setting((), "addresses of those proxies")
    max_body_mb: int = _setting(12, "largest request body in megabytes")
    api_requests_per_minute: int = _setting(3000, "requests of one token in a minute before it is slowed")
    idle_minutes: int = _setting(20, "a session without a request for so long ends")
    absolute_hours: int = _setting(12, "each session ends after so long")
    signing_minutes: int = _setting(60, "a pause in signing after which name and password are asked again")
    fresh_minutes: int = _setting(5, "how long a password stays fresh for grants, resets and releases")
    password_min_length: int = _setting(15, "shortest password")
    password_max_age_days: int = _setting(0, "age at which a password must be changed; 0 is never")
    breached_passwords: str = _setting("", "file of breached passwords, one a line, refused at each change")
    second_factor_reason: str = _setting("", "why this installation runs without a second factor")
    monitor_and_data_manager_reason: str = _setting("", "why one person may monitor and manage data here")
    training_build: str = _setting("1.0", "version of the forms that people must be trained for before they enter data")
    security_contact: str = _setting("", "user name of whoever is told of lockouts and refused signatures")
    anchor_file: str = _setting("", "append-only file on another host that receives the head of the sealed trail")
    debug: bool = _setting(False, "show faults to the developer; never in production")
    testing: bool = _setting(False, "cheap password hashes; set by the tests only")

    @classmethod
    def from_environment(cls, env: Env | None = None) -> Self:
        """Read every setting from the environment; what is unreadable is refused with its name."""
        reader = env or Env()
        return cls(**{item.name: _read(reader, item) for item in fields(cls)})

    @property
    def production(self) -> bool:
        """True when real data is collected."""
        return self.environment == "production"

    @property
    def sqlite(self) -> bool:
        """True when the database is a file."""
        return self.database_url.startswith("sqlite")


def variable(item: "Field[Any]") -> str:
    """Return the environment variable of a setting."""
    return PREFIX + item.name.upper()


def _read(env: Env, item: "Field[Any]") -> Any:
    if isinstance(item.default, bool):
        return env.bool(variable(item), item.default)
    if isinstance(item.default, int):
        return env.int(variable(item), item.default)
    if isinstance(item.default, tuple):
        return tuple(env.list(variable(item), list(item.default)))
    return env.str(variable(item), cast(str, item.default))


def describe() -> list[tuple[str, str, str]]:
    """Return (environment variable, default, meaning) of every setting."""
    return [
        (variable(item), str(item.default).replace(str(ROOT), "."), item.metadata["meaning"]) for item in fields(Config)
    ]


def as_markdown() -> str:
    """Return docs/settings.md: every setting in a table."""
    rows = [f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in describe()]
    head = ["# Settings", "", "Printed from `config.py` by `python -m config > docs/settings.md`; change it there.", ""]
    return "\n".join([*head, "| Environment variable | Default | Meaning |", "| --- | --- | --- |", *rows, ""])


def production_refusals(config: Config) -> list[str]:
    """Return one sentence for each reason not to start in production; empty when there is none."""
    return [sentence for refused, sentence in _rules(config) if refused]


def _rules(config: Config) -> list[tuple[bool, str]]:
    return [
        (not config.https, "CASEBOOK_HTTPS must be true: plain HTTP is refused in production."),
        (not config.trusted_hosts, "CASEBOOK_TRUSTED_HOSTS must name the host of this installation."),
        ("*" in config.trusted_hosts, "CASEBOOK_TRUSTED_HOSTS must not be a wildcard."),
        ("*" in config.proxies, "CASEBOOK_PROXIES must name the addresses of the proxies, not a wildcard."),
        (
            bool(config.proxy_hops) and not config.proxies,
            "CASEBOOK_PROXIES must name the proxies that proxy_hops counts.",
        ),
        (config.debug, "CASEBOOK_DEBUG must be false in production."),
        (config.testing, "CASEBOOK_TESTING must be false in production."),
        (
            config.sqlite and not config.sqlite_in_production,
            "CASEBOOK_SQLITE_IN_PRODUCTION must be true to run production on SQLite.",
        ),
        (not config.anchor_file, "CASEBOOK_ANCHOR_FILE must name where the head of the trail is kept outside."),
        (not config.security_contact, "CASEBOOK_SECURITY_CONTACT must name who is told of lockouts."),
        (
            not config.second_factor_reason,
            "CASEBOOK_SECOND_FACTOR_REASON must say why there is no second factor.",
        ),
        (not 0 < config.idle_minutes <= 60, "CASEBOOK_IDLE_MINUTES must be between 1 and 60."),
        (not 0 < config.absolute_hours <= 24, "CASEBOOK_ABSOLUTE_HOURS must be between 1 and 24."),
        (config.password_min_length < 12, "CASEBOOK_PASSWORD_MIN_LENGTH must be at least 12."),
        (
            not config.sqlite and config.migration_url == config.database_url,
            "CASEBOOK_MIGRATION_URL must use another database role than CASEBOOK_DATABASE_URL.",
        ),
        *_key_rules(Path(config.keys)),
    ]


def _key_rules(path: Path) -> list[tuple[bool, str]]:
    if not path.is_file():
        return [(True, "CASEBOOK_KEYS must name an existing file; make one with `edc keys new`.")]
    readable = bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    return [(readable, "CASEBOOK_KEYS must be readable by its owner only (mode 0600 or 0400).")]


if __name__ == "__main__":
    print(as_markdown(), end="")  # noqa: T201 (this is the command's output)
