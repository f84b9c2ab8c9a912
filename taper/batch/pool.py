"""Workers in processes of their own, or one in this process: the same work in the same order.

A worker plans a chunk, says how many bytes it takes, and is told where they go: so all write
into one file at the same time, and the file is the same however many they are.

While the one who began them looks through the input, the first worker plans rows of it to learn
what they have in common. The others are then forked from it, and know what it knows.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from taper.batch.reading.source import PARQUET, BatchError
from taper.batch.worker import Counts, Job, Task, Worker
from taper.errors import Problem, TaperError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    # the bytes of a chunk in every output -> where they go
    Place = Callable[[list[int]], list[int]]

_PR_SET_PDEATHSIG = 1  # of prctl(2)
_BEHIND = 5
_READY = "ready"  # what a worker says when it listens
_PREPARE = "prepare"  # what it does not answer
_AHEAD = 4  # chunks a worker whose result is waited for by an earlier one


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles less often: what is remembered is large, long-lived and has none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(300_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Written(NamedTuple):
    """A chunk that is written: the bytes in every output, and what became of its rows."""

    number: int
    sizes: list[int]
    counts: Counts


class Crew(Protocol):
    """Whoever does the work."""

    def each(self, name: str, chunks: Iterable[tuple[int, int]]) -> Iterator[Any]:
        """What a method of the workers gives for each range, in order."""

    def prepare(self) -> None:
        """Have the workers load what they will need, and do not wait for them."""

    def plan(self, tasks: Iterable[Task], place: Place, *, in_turn: bool) -> Iterator[Written]:
        """Plan and write chunks; ``place`` gives the offsets, in the order of the chunks.

        With ``in_turn`` (a stream) a chunk is written when the one before it has been.
        """

    def close(self) -> None:
        """Send the workers home."""


class Alone:
    """One worker, in this process."""

    def __init__(self, job: Job) -> None:
        """Open the input."""
        self._worker: Worker | None = Worker(job)

    def each(self, name: str, chunks: Iterable[tuple[int, int]]) -> Iterator[Any]:
        """See :class:`Crew`."""
        for start, end in chunks:
            yield getattr(self._worker, name)(start, end)

    def prepare(self) -> None:
        """See :class:`Crew`. Nobody else could wait meanwhile."""

    def plan(self, tasks: Iterable[Task], place: Place, *, in_turn: bool) -> Iterator[Written]:
        """See :class:`Crew`."""
        del in_turn
        for task in tasks:
            assert self._worker is not None
            sizes, counts = self._worker.plan(task)
            self._worker.write(place(sizes))
            yield Written(task.number, sizes, counts)

    def close(self) -> None:
        """Let go of what is remembered."""
        if self._worker is not None:
            self._worker.close()
        self._worker = None


def _end_with(parent: int) -> None:
    """End when the process does that began this one, even if it is killed.

    Nothing is written behind the back of the next run.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - in a worker only

    with suppress(OSError, AttributeError):  # another C library may lack it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before
        os._exit(1)


def _work(
    job: Job,
    ranges: Sequence[tuple[int, int]],
    pipes: list[Connection],
    inherited: list[Any],
    parent: int,
) -> None:
    """A worker process: does what it is told until there is nobody to tell it.

    Of several ``pipes`` each but the first is that of another worker, which is forked here.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who began it says when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    _end_with(parent)
    if hasattr(os, "nice") and any(output.kind == PARQUET for output in job.outputs):
        os.nice(_BEHIND)  # the one process that writes the file is what all wait for
    pipe = pipes[0]
    forked: list[int] = []
    with _told(pipe):
        worker = Worker(job)
        with few_collections():
            if pipes[1:]:
                worker.rehearse(ranges, pipe.poll)
                gc.freeze()  # what is shared from here on
                pipe = _divided(pipes, forked)
            with _told(pipe):
                _serve(worker, pipe)
    if pipe is not pipes[0]:
        os._exit(0)
    pipe.close()
    for each in forked:  # they end as this one does, and are not left to others
        os.waitpid(each, 0)


def _serve(worker: Worker, pipe: Connection) -> None:
    pipe.send((_READY, None))
    while True:
        name, *values = pipe.recv()
        result = getattr(worker, name)(*values)
        if name != _PREPARE:
            pipe.send((name, result))


@contextmanager
def _told(pipe: Connection) -> Iterator[None]:
    """What goes wrong is told the one who began this process."""
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError) as error:
        if isinstance(error, BrokenPipeError):
            _tell(pipe, ("os", error.errno, error.strerror, None))
    except OSError as error:
        _tell(pipe, ("os", error.errno, error.strerror, error.filename))
    except TaperError as error:
        _tell(pipe, ("problems", error.problems))
    except Exception as error:  # noqa: BLE001 - the other process says it, without a traceback
        _tell(pipe, ("fault", f"{type(error).__name__}: {error}"))


def _divided(pipes: list[Connection], forked: list[int]) -> Connection:
    """Fork a worker for every pipe but the first; the pipe of the one that this then is.

    ``forked`` takes the numbers of their processes.
    """
    parent = os.getpid()
    for pipe in pipes[1:]:
        process = os.fork()
        if process == 0:
            for other in pipes:
                if other is not pipe:
                    other.close()
            _end_with(parent)
            return pipe
        forked.append(process)
        pipe.close()
    return pipes[0]


def _tell(pipe: Connection, message: tuple[Any, ...]) -> None:
    try:
        pipe.send(("failed", message))
    except OSError:
        os._exit(1)


def _raise(message: tuple[Any, ...]) -> None:
    kind, *values = message
    if kind == "os":
        number, text, name = values
        raise OSError(number, text, name)
    if kind == "problems":
        raise BatchError(*values)
    raise BatchError(Problem("batch", f"a worker failed: {values[0]}", "please report it"))


class Team:
    """Several workers, each in a process of its own, each at the end of a pipe."""

    def __init__(
        self, job: Job, count: int, lock: Any, ranges: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Start them; ``lock`` is a file that they must not hold on to.

        ``ranges`` are those of the input, of which the first are looked at in advance.
        """
        forks = sys.platform == "linux"
        context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        ends = [context.Pipe() for _ in range(count)]
        self._job = job
        self._here: Worker | None = None
        self._pipes: list[Connection] = [ours for ours, _ in ends]
        self._silent = list(self._pipes)  # that did not say yet that they listen
        self._idle: list[Connection] = []
        self._processes: list[Any] = []
        theirs = [end for _, end in ends]
        inherited = [*self._pipes, lock] if forks else []
        for pipes in [theirs] if forks else [[end] for end in theirs]:
            words = (job, ranges if forks else (), pipes, inherited, os.getpid())
            self._processes.append(context.Process(target=_work, args=words, daemon=True))
            self._processes[-1].start()
        for end in theirs:
            end.close()

    def _messages(
        self, waiting: list[Connection], timeout: float | None = None
    ) -> list[tuple[Connection, str, Any]]:
        """What workers say next; an error of theirs, or their death, is raised."""
        found = []
        for ready in wait({*waiting, *self._silent}, timeout):
            pipe = cast("Connection", ready)
            name, result = self._message(pipe)
            if name == _READY:
                self._silent.remove(pipe)
                self._idle.append(pipe)
            else:
                found.append((pipe, name, result))
        return found

    def _message(self, pipe: Connection) -> tuple[str, Any]:
        try:
            name, result = pipe.recv()
        except (EOFError, ConnectionResetError):
            self._raise_what_was_said()
            hint = "go on with --resume, or start again"
            raise BatchError(Problem("batch", "a worker was killed", hint)) from None
        if name == "failed":
            _raise(result)
        return name, result

    def _raise_what_was_said(self) -> None:
        """The error that a worker told before it ended, and others with it."""
        for pipe in self._pipes:
            failed = None
            with suppress(EOFError, OSError):
                while failed is None and pipe.poll():
                    name, result = pipe.recv()
                    failed = result if name == "failed" else None
            if failed is not None:
                _raise(failed)

    def _tell(self, pipe: Connection, message: tuple[Any, ...]) -> None:
        """Tell a worker what to do; if it has ended, what it said last is raised, or its death."""
        try:
            pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            while True:  # not a closed pipe of the user's, which would be quiet
                self._message(pipe)

    def each(self, name: str, chunks: Iterable[tuple[int, int]]) -> Iterator[Any]:
        """See :class:`Crew`. Where nobody else has time, it is done here."""
        if self._here is None:
            self._here = Worker(self._job)
        numbered = enumerate(chunks)
        doing: dict[Connection, int] = {}
        done: dict[int, Any] = {}
        following = 0
        number, chunk = next(numbered, (-1, None))
        while chunk is not None or doing or done:
            while chunk is not None and self._idle and len(done) < _AHEAD * len(self._pipes):
                pipe = self._idle.pop()
                self._tell(pipe, (name, *chunk))
                doing[pipe] = number
                number, chunk = next(numbered, (-1, None))
            if chunk is not None and number == following:
                done[number] = getattr(self._here, name)(*chunk)
                number, chunk = next(numbered, (-1, None))
            now = following in done or not doing
            for pipe, _, result in self._messages(list(doing), 0 if now else None):
                done[doing.pop(pipe)] = result
                self._idle.append(pipe)
            while following in done:
                yield done.pop(following)
                following += 1

    def prepare(self) -> None:
        """See :class:`Crew`."""
        for pipe in self._pipes:
            self._tell(pipe, (_PREPARE,))

    def plan(self, tasks: Iterable[Task], place: Place, *, in_turn: bool) -> Iterator[Written]:
        """See :class:`Crew`. A worker has its next chunk before it has written the last."""
        following = iter(tasks)
        doing: dict[Connection, list[int]] = {}
        planned: dict[int, tuple[Connection, list[int], Counts]] = {}
        writing: dict[Connection, list[Written]] = {}
        turn: int | None = None
        for pipe in self._pipes:
            task = next(following, None)
            if task is not None:
                turn = task.number if turn is None else turn
                self._tell(pipe, ("plan", task))
                doing[pipe] = [task.number]
                writing[pipe] = []
        while doing:
            for pipe, name, result in self._messages(list(doing)):
                if name == "write":
                    yield writing[pipe].pop(0)
                else:
                    planned[doing[pipe].pop(0)] = (pipe, *result)
            while turn in planned and not (in_turn and any(writing.values())):
                assert turn is not None
                pipe, sizes, counts = planned.pop(turn)
                self._tell(pipe, ("write", place(sizes)))
                writing[pipe].append(Written(turn, sizes, counts))
                task = next(following, None)
                if task is not None:
                    self._tell(pipe, ("plan", task))
                    doing[pipe].append(task.number)
                turn += 1
            for pipe in [pipe for pipe in doing if not doing[pipe] and not writing[pipe]]:
                if all(pipe is not waiting for waiting, _, _ in planned.values()):
                    del doing[pipe]

    def close(self) -> None:
        """End the processes that were started here."""
        if self._here is not None:
            self._here.close()
            self._here = None
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join()
