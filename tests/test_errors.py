"""The catalogue of problems: each says what happened, why, and what to do next."""

import string
from typing import Any

import pytest

from edc.app import rooms
from edc.errors import Problem, RightMissing

# Each room adds its own problems to the catalogue when it is imported.
rooms()

BANNED = ("invalid", "successfully", "please", "error occurred", "oops", "!")


def facts_of(problem: type[Problem]) -> dict[str, Any]:
    """Return a word for each blank of the three sentences."""
    texts = (problem.what, problem.why, problem.next)
    names = {name for text in texts for _, name, *_ in string.Formatter().parse(text) if name}
    return dict.fromkeys(names, "something")


@pytest.mark.parametrize("code", sorted(Problem.catalogue))
def test_each_problem_speaks_in_three_parts(code: str) -> None:
    problem = Problem.catalogue[code]
    facts = facts_of(problem)
    what, why, then = (text.format_map(facts) for text in (problem.what, problem.why, problem.next))
    assert what and why and then, "a part is missing"
    assert 400 <= problem.status < 600
    assert not [word for word in BANNED if word in f"{what} {why} {then}".lower()]


def test_a_code_is_given_once() -> None:
    with pytest.raises(TypeError, match="taken by NotFound"):

        class Twin(Problem):
            code = "not-found"

    assert Problem.catalogue["not-found"].__name__ == "NotFound"


def test_the_sentence_is_filled_with_the_facts() -> None:
    assert str(RightMissing(permission="record:verify", role="coordinator")) == (
        "You need record:verify. Acting as coordinator you do not have this right. "
        "Switch to a role that has it, or ask someone who holds it."
    )
