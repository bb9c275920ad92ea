"""What of a turn goes into the audit log."""

from __future__ import annotations

from hub.stages import Action
from hub.store.audit import appending, entries
from tests.fakes_control import trace


def test_an_entry_says_who_where_why_what_and_proof():
    (entry,) = entries(trace(), with_sentence=True)
    assert (entry.at, entry.satellite, entry.area, entry.sentence) == (
        "2026-11-20T18:02:11.120Z",
        "bedroom",
        "Bedroom",
        "turn on the bed light",
    )
    assert (entry.entity, entry.command, entry.topic, entry.payload, entry.outcome) == (
        "light.bed_light",
        "turn_on",
        "home/bed/set",
        "ON",
        "confirmed",
    )
    assert (entry.evidence_topic, entry.evidence_payload, entry.evidence_after_ms) == ("home/bed/state", "ON", 12.0)


def test_without_transcripts_the_sentence_stays_out():
    (entry,) = entries(trace(), with_sentence=False)
    assert entry.sentence is None


def test_an_action_without_proof_has_none():
    refused = Action("lock.door", "Door", "unlock", "home/door/set", "UNLOCK", "refused")
    (entry,) = entries(trace(actions=[refused]), with_sentence=True)
    assert (entry.outcome, entry.evidence_topic, entry.evidence_after_ms) == ("refused", None, None)


def test_a_turn_that_did_nothing_writes_nothing():
    assert appending(trace(actions=[]), with_sentence=True, days=1) == []
