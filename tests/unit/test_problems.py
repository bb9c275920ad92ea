"""A turn in which nothing was done says why by its code."""

from __future__ import annotations

import pytest

from hub.problems import problem
from hub.stages import Intent, Result

UNLOCK = Intent("HassTurnOff", {"name": "Front Door"}, "lock", "en", "unlock the front door")


@pytest.mark.parametrize(("needs", "what"), [("needs-pin", "the PIN"), ("needs-yes", "a yes")])
def test_what_was_only_asked_about_is_no_success(needs, what):
    found = problem(UNLOCK, Result("unconfirmed", choices=("Front Door",), problem=needs))
    assert found.code == "action-unconfirmed"
    assert what in found.message
    assert "Front Door" in found.message


def test_what_the_policy_refused_names_its_reason():
    found = problem(UNLOCK, Result("refused", problem="policy-unlock"))
    assert (found.code, found.message) == ("action-refused", "policy-unlock")
