"""Programs that encrypt nothing do not load OpenSSL."""

from __future__ import annotations

import hashlib
import runpy
import ssl
import subprocess
import sys

import wyoming.version  # noqa: F401 - as it is in a program that has it already


def test_a_program_that_begins_with_it_has_no_openssl() -> None:
    told = "import wire.lean, asyncio, hashlib, sys; print(sys.modules['ssl'], hashlib.sha256(b'').hexdigest()[:8])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", hashlib.sha256(b"").hexdigest()[:8]]


def test_what_is_loaded_already_stays() -> None:
    runpy.run_module("wire.lean")
    assert sys.modules["ssl"] is ssl
