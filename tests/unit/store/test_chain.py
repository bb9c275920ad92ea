"""A log is found to be changed wherever it is; what is sealed is written down so that anybody can check it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest

from hub.store.chain import Ends, Link, canonical, first_broken, seal


def log(count=5, anchor=""):
    links, previous = [], anchor
    for number in range(1, count + 1):
        text = canonical({"at": f"{number}", "payload": "ON"})
        links.append(Link(number + 10, text, previous, previous := seal(previous, text)))
    return Ends(10, anchor, count + 10, previous), links


def test_the_seal_is_what_the_document_says():
    text = '{"area":"Küche","evidence_after_ms":12.0,"payload":"a\\nb"}'
    assert canonical({"payload": "a\nb", "evidence_after_ms": 12.0, "area": "Küche", "why": None}) == text
    assert seal("", text) == hashlib.sha256(b"\n" + text.encode()).hexdigest()


@pytest.mark.parametrize("anchor", ["", "ab" * 32])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_whole_log_is_whole(count, anchor):
    assert first_broken(*log(count, anchor)) is None


def test_what_is_older_than_the_chain_is_passed_over():
    ends, links = log()
    old = [Link(number, "{}", None, None) for number in range(1, 11)]
    assert first_broken(ends, [*old, *links]) is None


@pytest.mark.parametrize("number", range(5))
def test_a_changed_entry_is_found(number):
    ends, links = log()
    links[number] = replace(links[number], text=canonical({"at": "9", "payload": "ON"}))
    assert first_broken(ends, links).id == links[number].id


@pytest.mark.parametrize("number", range(5))
def test_an_entry_that_was_sealed_anew_after_a_change_is_found(number):
    ends, links = log()
    link = replace(links[number], text="{}")
    links[number] = replace(link, hash=seal(link.previous, link.text))
    assert first_broken(ends, links) is not None


@pytest.mark.parametrize("number", range(5))
def test_a_removed_entry_is_found(number):
    ends, links = log()
    del links[number]
    assert first_broken(ends, links) is not None


@pytest.mark.parametrize("number", range(6))
def test_an_inserted_entry_is_found(number):
    ends, links = log()
    previous = links[number - 1].hash if number else ends.anchor
    links.insert(number, Link(99, "{}", previous, seal(previous, "{}")))
    assert first_broken(ends, links) is not None


@pytest.mark.parametrize(("one", "other"), list(pairwise(range(5))))
def test_swapped_entries_are_found(one, other):
    ends, links = log()
    links[one], links[other] = links[other], links[one]
    assert first_broken(ends, links) is not None


@pytest.mark.parametrize("number", range(5))
def test_an_entry_without_a_seal_is_found(number):
    ends, links = log()
    links[number] = replace(links[number], previous=None, hash=None)
    assert first_broken(ends, links).id == links[number].id


def test_a_beginning_that_was_moved_over_entries_is_found():
    ends, links = log()
    moved = replace(ends, anchor_id=links[2].id, anchor=links[2].hash)
    assert first_broken(moved, links).id == links[0].id
