"""A copy of this process in which one fault is put, and what keeps it from doing harm."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import resource
import signal
import sys
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mutating import Mutant

PACKAGE = Path(__file__).parent.parent / "taper"
MEMORY = 3 << 30  # bytes of one copy
SECONDS = 120  # of one copy, however many tests it runs


def alone(pipe: int, attempt: object) -> None:
    """In a fork: try one fault, hand back the test that failed, and end."""
    be_quiet()

    def give_up(*_: object) -> None:
        os.write(pipe, b"timeout")
        os._exit(0)

    signal.signal(signal.SIGPROF, give_up)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        result = attempt()
    except BaseException as error:  # noqa: BLE001 - whatever the fault did
        result = f"stopped: {type(error).__name__}"
    os.write(pipe, result.encode())
    os._exit(0)


def be_quiet() -> None:
    """Print nothing from here."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def in_a_fork(work: Callable[[], None]) -> None:
    """Do work in a copy of this process, which ends with it."""
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it ends here
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(1)


def replace(mutant: Mutant) -> None:
    """Give the function the code with the fault."""
    module = sys.modules[f"taper.{mutant.module}"]
    path = PACKAGE / f"{mutant.module}.py"
    code = compile(mutant.mutated, str(path), "exec")
    owner: object = module
    *classes, name = mutant.function.split(".")
    for each in classes:
        owner = getattr(owner, each)
    function = vars(owner)[name]
    while not isinstance(function, FunctionType):
        for attribute in ("__wrapped__", "fget", "func", "__func__"):
            inner = getattr(function, attribute, None)
            if inner is not None:
                function = inner
                break
        else:
            raise TypeError(mutant.function)
    function.__code__ = _code_of(code, mutant.function)


def _code_of(code: CodeType, name: str) -> CodeType:
    """The code of a function by its qualified name."""
    waiting = [code]
    while waiting:
        each = waiting.pop()
        if each.co_qualname == name:
            return each
        waiting += [inner for inner in each.co_consts if isinstance(inner, CodeType)]
    raise LookupError(name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Loads one module of the package with a fault in it."""

    def __init__(self, mutant: Mutant) -> None:
        """Take the fault to load."""
        self.name = f"taper.{mutant.module}"
        self.path = PACKAGE / f"{mutant.module}.py"
        self.mutant = mutant

    def find_spec(self, name: str, *_: object) -> object:
        """Answer for that module only."""
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def get_filename(self, _fullname: str) -> str:
        """Where the module stands."""
        return str(self.path)

    def get_data(self, _path: str) -> bytes:
        """The source with the fault."""
        return self.mutant.mutated.encode()
