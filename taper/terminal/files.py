"""Files in and out: requests and saved plans are read whole, and written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper.errors import FileFault, InputError, Problem
from taper.terminal.streams import escaped

if TYPE_CHECKING:
    from taper.planning.plan import Plan

LARGEST_BYTES = 50_000_000  # of a request or a plan; a batch is read by its own reader


def read_bytes(name: str) -> bytes:
    """What a file holds, or standard input for ``-``.

    Raises :class:`FileFault` if it cannot be read, :class:`~taper.InputError` if it is
    empty or far too large.
    """
    shown = "standard input" if name == "-" else name
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise FileFault(Problem(shown, f"cannot be read: {error.strerror or error}")) from None
    if len(data) > LARGEST_BYTES:
        raise InputError(Problem(shown, "the file is too large", "at most 50 MB"))
    if not data.strip():
        raise InputError(Problem(shown, "the file is empty", "see examples/ for a request"))
    return data


def read_text(name: str) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises :class:`FileFault` if it cannot be read, :class:`~taper.InputError` if it is
    empty, not text, or far too large.
    """
    shown = "standard input" if name == "-" else name
    data = read_bytes(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Problem(shown, "not a text file", "UTF-8 text: TOML or JSON")) from None
    if "\0" in text:
        raise InputError(Problem(shown, "not a text file", "UTF-8 text: TOML or JSON"))
    if not text.strip():
        raise InputError(Problem(shown, "the file is empty", "see examples/ for a request"))
    return text


def parse_values(text: str, name: str) -> dict[str, Any]:
    """The values of a TOML or JSON text; numbers keep the digits they are written with."""
    from taper.data.texts import json_values, toml_values  # noqa: PLC0415 - if a file comes in

    if name.lower().endswith(".json") or (name == "-" and text.lstrip()[:1] == "{"):
        from decimal import Decimal  # noqa: PLC0415

        values = json_values(text, name, "see examples/", Decimal)
    else:
        values = toml_values(text, name, "see examples/")
    if not isinstance(values, dict):
        raise InputError(Problem(name, "not a request", "field names with their values"))
    return values


def read_plan(name: str) -> Plan:
    """A saved plan; what is to be known of how it was read is printed on standard error.

    Raises :class:`~taper.InputError` for a plan that another hand has changed.
    """
    from taper.course.saved import read_saved  # noqa: PLC0415 - loaded with a plan

    saved = read_saved(read_text(name), "standard input" if name == "-" else name)
    if saved.said:
        sys.stderr.write(f"{escaped(saved.said)}\n")
    return saved.plan


def write_all(contents: dict[str, str | bytes]) -> None:
    """Write files whole or not at all: aside in the same folder, then renamed.

    Raises :class:`FileFault`; what was not renamed yet is removed.
    """
    aside: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            data = content.encode() if isinstance(content, str) else content
            target = Path(name)
            handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            aside.append((Path(temporary), target))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(_mode(target))
        for temporary_path, target in aside:
            temporary_path.replace(target)
    except OSError as error:
        where = str(error.filename2 or error.filename or "")
        name = next((name for name in contents if Path(name).name in where), next(iter(contents)))
        message = f"cannot be written: {error.strerror or error}"
        raise FileFault(Problem(name, message)) from None
    finally:
        for temporary_path, _ in aside:
            temporary_path.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, or that of a new file."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
