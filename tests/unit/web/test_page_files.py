"""The page's files hold together and ask nothing of anybody else."""

from __future__ import annotations

import re

import pytest

from hub.web import page


@pytest.fixture(scope="module")
def files():
    return {name: body.decode() for name, body in page.load().items()}


def test_nothing_is_inline_so_that_the_policy_can_forbid_it(files):
    html = files["index.html"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    assert "unsafe" not in page.HEADERS["Content-Security-Policy"]


def test_nothing_comes_from_elsewhere(files):
    addresses = {url for text in files.values() for url in re.findall(r"https?://[^\s\"'`)]+", text)}
    assert addresses == {"http://www.w3.org/2000/svg"}  # a namespace, never fetched
    assert not any("@import" in text for text in files.values())


def test_no_text_becomes_markup(files):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", files["page.js"])


def test_the_script_finds_every_element_it_names(files):
    named = set(re.findall(r'byId\("([\w-]+)"\)', files["page.js"]))
    present = set(re.findall(r'\bid="([\w-]+)"', files["index.html"]))
    assert named
    assert named <= present


def test_every_icon_exists(files):
    drawn = set(re.findall(r'icon\("(\w+)"\)', files["page.js"]))
    table = re.search(r"const ICONS = \{(.+?)\};", files["page.js"], re.DOTALL)[1]
    drawn |= set(re.findall(r': "(\w+)"', table)) | {"mic", "muted", "switch"}
    present = set(re.findall(r'id="i-(\w+)"', files["index.html"]))
    assert drawn == present


def test_every_file_the_page_asks_for_is_served(files):
    asked = set(re.findall(r'(?:src|href)="/([\w.]+)"', files["index.html"]))
    assert asked == set(files) - {"index.html"}


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765"])
def test_this_machine_is_known_by_its_names(host):
    assert host in page.own_hosts("127.0.0.1", 8765)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8766", "evil.example:8765", "127.0.0.1.evil.example:8765", ""]
)
def test_other_names_are_foreign(host):
    assert host not in page.own_hosts("127.0.0.1", 8765)


def test_port_80_needs_no_port_in_the_name():
    assert "localhost" in page.own_hosts("127.0.0.1", 80)
