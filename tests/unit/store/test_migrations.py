"""The schema's steps are in a row: two with one number would lock everybody out of their store."""

from __future__ import annotations

from hub.store.migrate import migrations


def test_every_step_has_the_next_number():
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))
