"""The fixtures and hooks that every test runs under; tests/conftest.py puts them on, test_guards.py proves them."""

from __future__ import annotations

import hashlib
import inspect
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.guards import leaks, network
from tests.guards.blocking import block_buster

_CHILD_FOLDER = str(Path(__file__).parent / "child")
_RECORD = pytest.StashKey[Path]()


def _networks_of_this_code() -> Path:
    """Where built networks are kept from one test run to the next, as long as what builds them is the same."""
    builder = b"".join(path.read_bytes() for path in sorted(Path(__file__).parents[2].glob("models/**/*.py")))
    return Path("/tmp") / f"earshot-tests-{os.geteuid()}-{hashlib.sha256(builder).hexdigest()[:12]}"


def pytest_configure(config: pytest.Config) -> None:
    """Put on what lasts for the whole run; with pytest-xdist each worker does this for itself."""
    number, name = tempfile.mkstemp(prefix="earshot-network-")
    os.close(number)
    record = config.stash[_RECORD] = Path(name)
    home_namespace = network.namespace()
    network.install(home_namespace, record)
    os.environ[network.GUARD_VARIABLE] = f"{home_namespace};{record}"
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{_CHILD_FOLDER}{os.pathsep}{before}" if before else _CHILD_FOLDER
    os.environ["EARSHOT_CACHE"] = str(_networks_of_this_code())
    leaks.adopt_orphans()
    buster = block_buster()
    buster.activate()
    config.add_cleanup(buster.deactivate)
    config.add_cleanup(lambda: record.unlink(missing_ok=True))


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a thread, file descriptor or child process.

    The first fixture in and the last out: by then the test's event loop is closed.
    """
    before = leaks.belongings()
    yield
    if left := leaks.left_since(before):
        pytest.fail("left behind:\n  " + "\n  ".join(left), pytrace=False)


@pytest.fixture(autouse=True)
def loopback_only(nothing_left: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that tried to reach anything but loopback, in this process or in a Python child, caught or not."""
    record = request.config.stash[_RECORD]
    yield
    if record.stat().st_size:
        tries = record.read_text("utf-8")
        os.truncate(record, 0)
        pytest.fail(f"reached for the network:\n{tries}", pytrace=False)


@pytest.fixture(autouse=True)
def own_home(nothing_left: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point EARSHOT_HOME at a place of this test's own, which most tests never make.

    Not in tmp_path: a Unix socket's path may have 107 bytes, and pytest's folders take most of them.
    """
    place = Path("/tmp") / f"e.{secrets.token_hex(4)}"
    monkeypatch.setenv("EARSHOT_HOME", str(place))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def home(own_home: Path) -> Path:
    """The folder in EARSHOT_HOME, made, private and empty; removed after the test."""
    own_home.mkdir(mode=0o700)
    return own_home


@pytest.fixture(autouse=True)
def no_task_left(nothing_left: None, request: pytest.FixtureRequest) -> None:
    """Fail an async test, or its fixtures, that leaves a task behind."""
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("tasks_end_with_the_test")


@pytest.fixture
async def tasks_end_with_the_test() -> AsyncIterator[None]:
    yield
    if left := await leaks.tasks_left():
        pytest.fail("left behind:\n  " + "\n  ".join(left), pytrace=False)
