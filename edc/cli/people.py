"""`edc user` and `edc keys`: the first accounts and the secret keys, which no web page gives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edc.cli.refusals import Refusal
from edc.cli.workplace import Workplace

if TYPE_CHECKING:
    from edc.keys import Keyring

ROLES = (
    "coordinator", "investigator", "monitor", "data_manager", "sponsor", "administrator", "inspector",
    "medical_monitor",
)  # fmt: skip
PURPOSES = ("cookie", "pepper", "lookup", "kek", "draft", "seal")


@click.group()
def user() -> None:
    """Accounts made on the server, above all the first administrator."""


@user.command("create")
@click.argument("user_name")
@click.argument("printed_name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="The role granted.")
@click.option("--site", help="Code of the site where the role holds; not for roles of the whole study.")
@click.option("--email", help="Where messages go.")
@click.option("--reason", default="opened on the server", show_default=True, help="Why the role is granted.")
@click.option("--link", is_flag=True, help="Print a one-time link to set the password; do not ask for one.")
def create(
    user_name: str, printed_name: str, role: str, site: str | None, email: str | None, reason: str, link: bool
) -> None:
    """Open an account with a role: edc user create r.diaz "Rosa Diaz, RN" --role coordinator --site 001.

    The password is asked for twice, or read as one line where the input is no terminal.
    """
    from audit.capture import change
    from edc.accounts import service
    from edc.permissions import Role, reaches_all_sites
    from edc.study.service import get_site_by_code

    place = Workplace.open()
    place.require_current_schema()
    acting = Role(role)
    if bool(site) == reaches_all_sites(acting):
        needed = "has no --site: the role is for the whole study" if site else "needs --site, the code of its site"
        raise Refusal(f"{acting.label} {needed}.")
    password = None if link else _ask_password()
    with place.session(writes=True) as session, change(session, by=place.operator, act="user:create"):
        site_uid = get_site_by_code(session, site).uid if site else None
        made = service.create_user(
            session, by=place.operator, user_name=user_name, printed_name=printed_name, email=email, confirmed=True
        )
        # Granting a role reads the account from the database.
        session.flush()
        service.grant_role(
            session, place.rules, by=place.operator, user=made, role=acting, site_uid=site_uid, reason=reason
        )
        if password is None:
            code = service.make_password_link(session, by=place.operator, user=made, reason=reason)
        else:
            service.set_password(session, place.rules, by=place.operator, user=made, password=password)
    click.echo(f"{user_name.casefold()} may sign in as {acting.label}.")
    if password is None:
        click.echo(f"Set the password within 72 hours at /set-password/{code}")


def _ask_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise Refusal("No password came on the input.")
    return line


@click.group()
def keys() -> None:
    """The secret keys in the file that CASEBOOK_KEYS names."""


@keys.command()
def new() -> None:
    """Make the key file, readable by its owner only; an existing one is never touched."""
    from edc.keys import Keyring

    path = Path(Workplace.open().config.keys)
    if path.exists():
        raise Refusal(f"{path} exists already. `edc keys rotate` adds a newer key to it.")
    Keyring.new().save(path)
    click.echo(f"{path} holds {len(PURPOSES)} keys. Keep a copy apart from every copy of the database.")


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
def rotate(purpose: str) -> None:
    """Add a newer key of a purpose; older ones stay, for what they protect."""
    path = Path(Workplace.open().config.keys)
    ring = _load(path).rotated(purpose)
    ring.replace(path)
    click.echo(f"{ring.current(purpose).key_id} is the current key for {purpose}. Restart the application.")
    if purpose == "kek":
        click.echo("Run `edc db upgrade`: it wraps the data key anew. No value is touched.")


@keys.command("list")
def list_keys() -> None:
    """Name the keys, never their bytes."""
    ring = _load(Path(Workplace.open().config.keys))
    for key in ring.keys:
        current = " (current)" if ring.current(key.purpose) is key else ""
        click.echo(f"{key.key_id:<12} {key.purpose}{current}")


def _load(path: Path) -> Keyring:
    from edc.keys import Keyring

    if not path.exists():
        raise Refusal(f"{path} does not exist. Make it with `edc keys new`.")
    return Keyring.load(path)
