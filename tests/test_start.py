"""Settings, keys, and what production refuses to start with."""

import json
import stat
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from environs import Env, EnvError

from audit.capture import Actor, change
from config import Config, as_markdown, describe, production_refusals
from edc.accounts.models import DEMO
from edc.accounts.people import create_user
from edc.app import StartRefused, create_app
from edc.db import Session, make_engine
from edc.keys import KeyMissing, Keyring
from edc.migrations.upgrade import upgrade_schema
from tests import databases

OPERATOR = Actor(user_uid=None, user_name="operator", role="system", process="command")


def upgrade(url: str) -> None:
    """Bring an empty database to the newest migration."""
    upgrade_schema(url)


@pytest.fixture
def sound(tmp_path: Path) -> Config:
    """Settings with which production starts."""
    Keyring.new().save(tmp_path / "keys.json")
    url = databases.prepared_database("sqlite", "migrated", upgrade, tmp_path)
    Path(url.removeprefix("sqlite:///")).chmod(0o600)
    return Config(
        environment="production",
        database_url=url,
        sqlite_in_production=True,
        keys=str(tmp_path / "keys.json"),
        https=True,
        trusted_hosts=("casebook.example",),
        security_contact="s.contact",
        anchor_file="/mnt/anchor/head",
        second_factor_reason="pilot with four people, risk accepted by the sponsor on 3 January",
    )


def test_sound_settings_start(sound: Config) -> None:
    assert production_refusals(sound) == []
    client = create_app(sound).test_client()
    page = client.get("/sign-in", base_url="https://casebook.example").text
    assert "nothing here is study data" not in page


@pytest.mark.requirement("T25", "6.3.2", "13.2.3", "13.4.2", "C13")
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"https": False}, "CASEBOOK_HTTPS"),
        ({"trusted_hosts": ()}, "CASEBOOK_TRUSTED_HOSTS"),
        ({"trusted_hosts": ("*",)}, "CASEBOOK_TRUSTED_HOSTS"),
        ({"proxies": ("*",), "proxy_hops": 1}, "CASEBOOK_PROXIES"),
        ({"proxy_hops": 1}, "CASEBOOK_PROXIES"),
        ({"debug": True}, "CASEBOOK_DEBUG"),
        ({"testing": True}, "CASEBOOK_TESTING"),
        ({"sqlite_in_production": False}, "CASEBOOK_SQLITE_IN_PRODUCTION"),
        ({"anchor_file": ""}, "CASEBOOK_ANCHOR_FILE"),
        ({"security_contact": ""}, "CASEBOOK_SECURITY_CONTACT"),
        ({"second_factor_reason": ""}, "CASEBOOK_SECOND_FACTOR_REASON"),
        ({"idle_minutes": 61}, "CASEBOOK_IDLE_MINUTES"),
        ({"idle_minutes": 0}, "CASEBOOK_IDLE_MINUTES"),
        ({"absolute_hours": 25}, "CASEBOOK_ABSOLUTE_HOURS"),
        ({"password_min_length": 8}, "CASEBOOK_PASSWORD_MIN_LENGTH"),
        ({"keys": "/nowhere/keys.json"}, "CASEBOOK_KEYS"),
        (
            {"database_url": "postgresql://app@db/casebook", "migration_url": "postgresql://app@db/casebook"},
            "CASEBOOK_MIGRATION_URL",
        ),
        ({"environment": "staging"}, "CASEBOOK_ENVIRONMENT"),
    ],
)
def test_production_does_not_start_with(sound: Config, wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(StartRefused, match=named) as refused:
        create_app(replace(sound, **wrong))
    assert all(sentence.startswith("CASEBOOK_") for sentence in str(refused.value).split(". ") if sentence)


@pytest.mark.requirement("T25")
def test_production_does_not_start_with_open_or_weak_keys(sound: Config) -> None:
    path = Path(sound.keys)
    path.chmod(0o644)
    with pytest.raises(StartRefused, match="CASEBOOK_KEYS must be readable by its owner only"):
        create_app(sound)
    entries = json.loads(path.read_text())["keys"]
    entries[0]["secret"] = "c2hvcnQ="
    path.write_text(json.dumps({"keys": entries[:-1]}))
    path.chmod(0o600)
    with pytest.raises(StartRefused, match=r"no key for seal.*cookie-1 is shorter than 32 bytes"):
        create_app(sound)


@pytest.mark.requirement("T25", "C16")
def test_production_does_not_start_on_a_trail_that_can_be_rewritten(sound: Config) -> None:
    engine = make_engine(sound.database_url, guarded=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_change_no_update")
    engine.dispose()
    with pytest.raises(StartRefused, match="does not guard the trail"):
        create_app(sound)


@pytest.mark.requirement("T25")
def test_production_does_not_start_before_the_newest_migration(sound: Config) -> None:
    engine = make_engine(sound.database_url, guarded=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    engine.dispose()
    with pytest.raises(StartRefused, match="run `edc db upgrade`"):
        create_app(sound)


@pytest.mark.requirement("T25")
def test_production_does_not_start_with_demo_users(sound: Config) -> None:
    engine = make_engine(sound.database_url)
    with Session(engine) as session, change(session, by=OPERATOR, act="user:create"):
        made = create_user(session, by=OPERATOR, user_name="r.diaz", printed_name="Rosa Diaz", confirmed=True)
        made.kind = DEMO
    engine.dispose()
    with pytest.raises(StartRefused, match="has 1 demo users"):
        create_app(sound)


def test_a_demo_makes_its_own_keys_and_says_on_every_page_what_it_is(tmp_path: Path, sound: Config) -> None:
    config = Config(database_url=sound.database_url, keys=str(tmp_path / "new" / "keys.json"))
    page = create_app(config).test_client().get("/sign-in").text
    assert "DEMO: nothing here is study data" in page
    assert stat.S_IMODE(Path(config.keys).stat().st_mode) == 0o600
    first = Path(config.keys).read_bytes()
    create_app(config)
    assert Path(config.keys).read_bytes() == first


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"HTTPS": "true", "PORT": "8443", "TRUSTED_HOSTS": "a.example,b.example", "SECURITY_CONTACT": "s.contact"}
    for name, value in given.items():
        monkeypatch.setenv(f"CASEBOOK_{name}", value)
    config = Config.from_environment(Env())
    assert (config.https, config.port, config.trusted_hosts) == (True, 8443, ("a.example", "b.example"))
    assert config.security_contact == "s.contact" and config.idle_minutes == 20


def test_an_unreadable_setting_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBOOK_PORT", "eighty")
    with pytest.raises(EnvError, match="CASEBOOK_PORT"):
        Config.from_environment(Env())


def test_every_setting_is_explained() -> None:
    document = Path(__file__).parent.parent / "docs" / "settings.md"
    assert document.read_text() == as_markdown()
    assert len(describe()) == len(fields(Config))
    assert all(name.startswith("CASEBOOK_") and len(meaning) > 10 for name, _, meaning in describe())


@pytest.mark.requirement("11.1.1", "T15")
def test_a_rotated_key_is_the_current_one_and_the_old_one_still_opens() -> None:
    ring = Keyring.new()
    turned = ring.rotated("pepper")
    assert turned.current("pepper").key_id == "pepper-2"
    assert turned.get("pepper-1") == ring.current("pepper")
    with pytest.raises(KeyMissing):
        ring.get("pepper-2")


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    Keyring.new().save(tmp_path / "keys.json")
    with pytest.raises(FileExistsError):
        Keyring.new().save(tmp_path / "keys.json")
