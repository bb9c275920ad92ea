"""The page's files hold together and ask nothing of anybody else."""

from __future__ import annotations

import json
import re
import struct

import pytest

from hub.web import page


@pytest.fixture(scope="module")
def files():
    return {name: "" if name.endswith(".png") else file.body.decode() for name, file in page.load().items()}


@pytest.fixture(scope="module")
def scripts(files):
    """Those that we wrote."""
    return {name: text for name, text in files.items() if name.endswith(".js") and not name.startswith("/vendor/")}


@pytest.fixture(scope="module")
def words(files):
    return {language: json.loads(files[f"/words/{language}.json"]) for language in page.LANGUAGES}


def test_nothing_is_inline_so_that_the_policy_can_forbid_it(files):
    html = files["/index.html"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    assert "unsafe" not in page.HEADERS["Content-Security-Policy"]


def test_nothing_comes_from_elsewhere(files):
    ours = {name: text for name, text in files.items() if not name.startswith("/vendor/")}
    addresses = {url for text in ours.values() for url in re.findall(r"https?://[^\s\"'`)]+", text)}
    assert addresses == {"http://www.w3.org/2000/svg"}  # a namespace, never fetched
    assert not any("@import" in text for text in files.values())


def test_no_text_becomes_markup(scripts):
    for name, text in scripts.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text), name


def test_every_file_that_a_file_asks_for_is_served(files):
    for name, text in files.items():
        asked = re.findall(r'(?:src|href|from|import\(|module:|register\()\s*=?\s*\(?"(/[\w./-]+\.\w+)"', text)
        for address in (*asked, *re.findall(r'styles: \["(/[\w./-]+)"', text)):
            assert address in files, f"{name} asks for {address}"


def test_every_word_is_there_in_every_language(scripts, words):
    for language, known in words.items():
        assert set(known) == set(words["en"]), language
        for key, text in known.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words["en"][key])), (language, key)


def test_every_word_that_is_asked_for_is_there(scripts, words):
    asked = {key for text in scripts.values() for key in re.findall(r'\bt\("([\w.-]+)"', text)}
    asked |= {key for text in scripts.values() for key in re.findall(r'title: "([\w.-]+)"', text)}
    assert asked
    assert asked <= set(words["en"])


def test_the_worker_keeps_every_file_but_itself_and_changes_with_each(files):
    kept = json.loads(re.search(r"const FILES = (\{.*?\});", files[page.WORKER]).group(1))
    assert kept == {address: file.tag for address, file in page.load().items() if address != page.WORKER}


def test_the_app_has_an_icon_of_each_size_it_names(files):
    for icon in json.loads(files["/manifest.webmanifest"])["icons"]:
        body = page.load()[icon["src"]].body
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", body[16:24])
            assert icon["sizes"] == f"{width}x{height}"


def test_what_is_packed_is_smaller():
    for file in page.load().values():
        assert file.packed is None or len(file.packed) < len(file.body)
