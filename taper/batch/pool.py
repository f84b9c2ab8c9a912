"""Worker processes, or this process alone: the same work in the same order.

Planning is cheap once a plan is known: of a million rows a few thousand differ in what decides
their plan. So this process plans some rows while others look through the input, and the workers
are then forked from it: they begin with what it knows, in memory that they share with it, and
do not each plan the same rows once more. Systems without a safe fork start workers that know
nothing, which costs time and changes no byte.

All workers write into one file at the same time, each chunk at its own place. The place is
known when the sizes of all chunks before it are: a :class:`Ticket` passes it on.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from taper.batch.job import Written
from taper.batch.reading.source import PARQUET, BatchError
from taper.batch.worker import Worker
from taper.errors import Problem, TaperError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from typing import IO

    from taper.batch.job import Job, Task

    Range = tuple[int, int]

_PR_SET_PDEATHSIG = 1  # of prctl(2)
_COLLECTIONS = (300_000, 50, 100)
_BEHIND = 5
_AT_ONCE = 32  # ranges that a worker is asked about
_AHEAD = 2  # chunks beyond one a worker that are asked for in advance


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for cycles less often: what is remembered is large, long-lived and has none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Ticket:
    """Whose turn it is to write, and where: chunks take their places one after another.

    A chunk is written within its turn. Two processes that write to one file at the same time
    wait for each other inside the system, which spins; a process that waits for its turn sleeps.
    """

    def __init__(self, context: Any, first: int, offsets: Sequence[int]) -> None:
        """``first`` is the number of the chunk that begins at ``offsets``, one an output."""
        self._turn = context.Condition()
        self._next = context.RawValue("q", first)
        self._offsets = context.RawArray("q", list(offsets))

    def write(self, number: int, sizes: list[int], write: Callable[[list[int]], None]) -> None:
        """Wait for the turn of a chunk, write it at its offsets, and pass the turn on."""
        with self._turn:
            self._turn.wait_for(lambda: self._next.value == number)
            offsets = list(self._offsets)
            write(offsets)
            self._offsets[:] = [at + size for at, size in zip(offsets, sizes, strict=True)]
            self._next.value += 1
            self._turn.notify_all()


# of a worker process: what it was begun with
_worker: Worker
_ticket: Ticket


def _begin(
    known: Worker | Job, ticket: Ticket | None, locks: Sequence[IO[str]], parent: int
) -> None:
    """Make this process a worker; ``known`` is the parent's own if this is a fork of it."""
    global _worker, _ticket  # noqa: PLW0603 - a worker process has one of each
    _behave(locks, parent)
    _worker = known if isinstance(known, Worker) else Worker(known)
    if ticket is not None:
        _ticket = ticket
    if hasattr(os, "nice") and any(output.is_parquet for output in _worker.job.outputs):
        os.nice(_BEHIND)  # all wait for the parent, which writes the file


def _behave(locks: Sequence[IO[str]], parent: int) -> None:
    """Stop when the parent says so, or dies; let go of the outputs, which it alone holds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for lock in locks:
        lock.close()
    _end_with(parent)
    gc.set_threshold(*_COLLECTIONS)  # as in the parent, also if this is not a fork of it


def _end_with(parent: int) -> None:
    """End when the parent does, even if it is killed.

    Otherwise a worker would write behind the back of the next run.
    """
    if sys.platform != "linux":
        threading.Thread(target=_wait_for_end, daemon=True).start()
        return
    import ctypes  # noqa: PLC0415 - in a worker only

    with suppress(OSError, AttributeError):  # another C library may lack it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before
        os._exit(1)


def _wait_for_end() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _asked(name: str, ranges: Sequence[Range]) -> list[Any]:
    """In a worker: the answers of one of its methods for some ranges of the input."""
    return [getattr(_worker, name)(*each) for each in ranges]


def _planned(task: Task) -> Written:
    """In a worker: plan a chunk, and write it when its turn has come."""
    sizes, counts = _worker.plan(task)
    _ticket.write(task.number, sizes, _worker.write)
    return Written(task.number, sizes, counts)


class Crew:
    """The workers of a run: ``count`` processes, or this process alone."""

    def __init__(self, job: Job, count: int, locks: Sequence[IO[str]] = ()) -> None:
        """``locks`` are the files that hold the outputs, of which workers let go."""
        self.job = job
        self.count = count
        forks = sys.platform == "linux"
        self._context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self._locks = locks if forks else ()
        # Arrow has threads of its own once it has read: no worker is forked with what it read
        self._shares = forks and job.kind != PARQUET
        self._worker = Worker(job)
        self._rehearsal: Iterator[bool] = iter(())
        self._others = set(multiprocessing.active_children())
        self._pools: list[ProcessPoolExecutor] = []

    def each(self, name: str, ranges: Sequence[Range]) -> Iterator[Any]:
        """The answers of a method of the workers for each range, in order.

        If other processes answer, this one plans some rows in advance.
        """
        if self.count == 1:
            yield from (getattr(self._worker, name)(*each) for each in ranges)
            return
        if self._shares:
            self._rehearsal = self._worker.rehearsed(ranges)
        # many at once: while this process plans, it is slow to hand out the next
        some = (ranges[at : at + _AT_ONCE] for at in range(0, len(ranges), _AT_ONCE))
        pool = self._pool(self.count - 1, self._known(), None)
        for answers in self._done(pool, ((_asked, name, each) for each in some)):
            yield from answers

    def plan(self, tasks: Iterable[Task], first: int, sizes: Sequence[int]) -> Iterator[Written]:
        """Plan and write chunks, from the ``first`` on; every output has ``sizes`` bytes so far."""
        self._worker.prepare()
        if self.count > 1:
            for is_useful in self._rehearsal:
                if not is_useful:
                    break
            self._end_pools()  # with their threads: a fork has only the one that forks
            ticket = Ticket(self._context, first, sizes)
            pool = self._pool(self.count, self._known(), ticket)
            yield from self._done(pool, ((_planned, task) for task in tasks))
            return
        offsets = list(sizes)
        for task in tasks:
            added, counts = self._worker.plan(task)
            self._worker.write(offsets)
            offsets = [at + size for at, size in zip(offsets, added, strict=True)]
            yield Written(task.number, added, counts)

    def _known(self) -> Worker | Job:
        """What a worker begins with: all that this process knows, or the job alone."""
        return self._worker if self._shares else self.job

    def _pool(self, count: int, *values: Any) -> ProcessPoolExecutor:
        gc.freeze()  # what is shared is not touched by the collectors of the workers
        words = (*values, self._locks, os.getpid())
        self._pools.append(ProcessPoolExecutor(count, self._context, _begin, words))
        return self._pools[-1]

    def _done(self, pool: ProcessPoolExecutor, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """The results of calls in other processes, in order; a few are under way at any time."""
        doing: deque[Future[Any]] = deque()
        for call in calls:
            with _errors():
                doing.append(pool.submit(*call))
            if len(doing) >= self.count + _AHEAD:
                yield self._result(doing.popleft())
        while doing:
            yield self._result(doing.popleft())

    def _result(self, future: Future[Any]) -> Any:
        """The result of a call; until it is there, plan rows in advance."""
        while not future.done() and next(self._rehearsal, None) is not None:
            pass
        with _errors():
            return future.result()

    def close(self) -> None:
        """End the workers, whatever they are doing, and let go of what is remembered."""
        for process in set(multiprocessing.active_children()) - self._others:
            process.kill()
        self._end_pools()
        self._worker.close()

    def _end_pools(self) -> None:
        while self._pools:
            self._pools.pop().shutdown(cancel_futures=True)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn the error or the death of a worker into an error of this process, in one line."""
    try:
        yield
    except BrokenProcessPool:
        hint = "go on with --resume, or start again"
        raise BatchError(Problem("batch", "a worker was killed", hint)) from None
    except TaperError as error:
        raise BatchError(error.problems) from None
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug, in one line instead of two tracebacks
        message = f"a worker failed: {type(error).__name__}: {error}"
        raise BatchError(Problem("batch", message, "please report it")) from None
