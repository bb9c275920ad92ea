"""A TOML file that people and the page both write: told apart by its digest, replaced whole or not at all."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wire.errors import ConfigError, EarshotError

MOST_BYTES = 1 << 20
NEW_FILE_MODE = 0o644


class FileChanged(EarshotError):
    """Somebody else wrote the file since it was read (code settings-conflict)."""


@dataclass(frozen=True, slots=True)
class Text:
    """digest: of the bytes; that of nothing for a file that is not there."""

    text: str
    digest: str


class SettingsFile:
    """One file by its path. Everything blocks on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Text:
        """Raises ConfigError (config-unreadable)."""
        try:
            content = self.path.read_bytes() if self.path.exists() else b""
            return Text(content.decode("utf-8"), digest_of(content))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("config-unreadable", f"{self.path}: {error}; make it readable UTF-8 text") from error

    @property
    def is_writable(self) -> bool:
        """Whether this user may put another file in its place."""
        path = self._target()
        return os.access(path.parent, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.W_OK))

    def write(self, text: str, *, digest: str) -> str:
        """Put ``text`` in the file's place if it still is what ``digest`` says; the new digest.

        Mode and owner stay, and what was there before is kept as ``NAME.bak``.
        Raises FileChanged (settings-conflict), ConfigError (settings-unwritable, config-unreadable).
        """
        content = text.encode()
        path = self._target()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        except OSError as error:
            raise self._unwritable(error) from error
        draft = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
                _as_before(file.fileno(), path)
                os.fsync(file.fileno())
            if self.read().digest != digest:
                message = f"{self.path} was changed meanwhile by somebody else; look at it again, then save"
                raise FileChanged("settings-conflict", message)
            _keep(path)
            draft.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            draft.unlink(missing_ok=True)
        return digest_of(content)

    def _target(self) -> Path:
        """A link stays a link."""
        return self.path.resolve()

    def _unwritable(self, error: OSError) -> ConfigError:
        message = (
            f"{self.path}: {error.strerror}; let the hub's user write its folder "
            f"(sudo chown -R {_user()} {self.path.parent}), or edit the file by hand"
        )
        return ConfigError("settings-unwritable", message)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _as_before(number: int, path: Path) -> None:
    """The draft gets mode and owner of what it replaces."""
    try:
        before = path.stat()
    except FileNotFoundError:
        os.fchmod(number, NEW_FILE_MODE)
        return
    draft = os.fstat(number)
    if (before.st_uid, before.st_gid) != (draft.st_uid, draft.st_gid):
        with suppress(PermissionError):  # only root may give a file away; then it is the hub's own
            os.fchown(number, before.st_uid, before.st_gid)
    os.fchmod(number, stat.S_IMODE(before.st_mode))


def _keep(path: Path) -> None:
    if path.exists():
        shutil.copy2(path, path.with_name(f"{path.name}.bak"))


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
