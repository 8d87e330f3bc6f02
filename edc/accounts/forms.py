"""The forms of the account pages."""

from flask_wtf import FlaskForm
from wtforms import DateField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from edc.permissions import Role

_ROLES = [SelectChoice("", ""), *(SelectChoice(role.value, role.label) for role in Role)]
_LIVES = [SelectChoice(days, f"{days} days") for days in ("30", "90", "365")]


class SignInForm(FlaskForm):  # type: ignore[misc]
    """User name and password; both are pasted or filled by a password manager."""

    user_name = StringField("User name", [DataRequired("Enter your user name"), Length(max=64)])
    password = PasswordField("Password", [DataRequired("Enter your password"), Length(max=512)])


class UnlockForm(FlaskForm):  # type: ignore[misc]
    """The password of whoever locked the screen."""

    password = PasswordField("Password", [DataRequired("Enter your password"), Length(max=512)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, typed once and shown on demand."""

    password = PasswordField("New password", [DataRequired("Enter a new password"), Length(max=512)])


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The password in use, and the new one."""

    present = PasswordField("Present password", [DataRequired("Enter your present password"), Length(max=512)])
    password = PasswordField("New password", [DataRequired("Enter a new password"), Length(max=512)])


class NewUserForm(FlaskForm):  # type: ignore[misc]
    """A new account with its first role."""

    user_name = StringField("User name", [DataRequired("Enter a user name, like r.diaz"), Length(max=64)])
    printed_name = StringField("Name as it prints on signatures", [DataRequired("Enter the name"), Length(max=120)])
    email = StringField("E-mail", [Optional(), Length(max=254)])
    role = SelectField("Role", [DataRequired("Choose a role")], choices=_ROLES)
    site = SelectField("Site", choices=[], validate_choice=False)
    reason = StringField("Why", [DataRequired("Say why, like: new research nurse"), Length(max=500)])
    fresh_password = PasswordField("Your password", [Optional(), Length(max=512)])


class GrantForm(FlaskForm):  # type: ignore[misc]
    """One more role."""

    role = SelectField("Role", [DataRequired("Choose a role")], choices=_ROLES)
    site = SelectField("Site", choices=[], validate_choice=False)
    reason = StringField("Why", [DataRequired("Say why"), Length(max=500)])
    fresh_password = PasswordField("Your password", [Optional(), Length(max=512)])


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """An act on an account that asks why."""

    reason = StringField("Why", [DataRequired("Say why"), Length(max=500)])
    fresh_password = PasswordField("Your password", [Optional(), Length(max=512)])


class TrainingForm(FlaskForm):  # type: ignore[misc]
    """Training that was completed."""

    build = StringField("Version of the forms", [DataRequired("Enter the version"), Length(max=20)])
    completed_on = DateField("Completed on", [DataRequired("Enter the date, like 2024-01-31")])
    evidence = StringField("Certificate", [Optional(), Length(max=500)])


class TokenForm(FlaskForm):  # type: ignore[misc]
    """A token for a program."""

    label = StringField("Name", [DataRequired("Enter what it is for"), Length(max=60)])
    permissions = SelectMultipleField("Rights", choices=[], validate_choice=False)
    days = SelectField("Ends after", choices=_LIVES, default="90")
    fresh_password = PasswordField("Your password", [Optional(), Length(max=512)])
