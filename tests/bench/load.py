"""Requests over persistent connections: to the portal by a bare socket, to the database by psycopg.

The same loop drives both. Nothing of Django is loaded here, so that the processes of the load start at once.
"""

import multiprocessing
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import psycopg


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Http:
    """One keep-alive connection asking for some paths in turn.

    Reading is by hand: the client of the standard library costs as much as the answer.
    """

    def __init__(self, port: int, paths: Sequence[str], headers: dict[str, str]) -> None:
        told = "".join(
            f"{key}: {value}\r\n" for key, value in {"Host": f"127.0.0.1:{port}", **headers}.items()
        )
        self._requests = cycle([f"GET {path} HTTP/1.1\r\n{told}\r\n".encode() for path in paths])
        self._port = port
        self._socket = self._connected()

    def _connected(self) -> socket.socket:
        found = socket.create_connection(("127.0.0.1", self._port))
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found

    def renew(self) -> None:
        """A fresh connection: servers close one that was idle while another side took long."""
        self._socket.close()
        self._socket = self._connected()

    def __call__(self) -> Answer:
        asked = next(self._requests)
        try:
            return self._answer(asked)
        except ConnectionError:  # closed as idle, or after so many requests: as every client does, once more
            self.renew()
            return self._answer(asked)

    def _answer(self, asked: bytes) -> Answer:
        self._socket.sendall(asked)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        status, headers = _head(got[:end])
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks(got[end + 4 :]))
        parts = [got[end + 4 :]]
        missing = int(headers.get("content-length", 0)) - len(parts[0])
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return Answer(status, headers, b"".join(parts))

    def _chunks(self, got: bytes) -> bytes:
        """A body in pieces, each after its length in hexadecimal; some servers do not know it beforehand."""
        parts: list[bytes] = []
        while True:
            while (end := got.find(b"\r\n")) < 0:
                got += self._more()
            length = int(got[:end].partition(b";")[0], 16)
            whole = end + 2 + length + 2
            while len(got) < whole:
                got += self._more()
            if length == 0:
                return b"".join(parts)
            parts.append(got[end + 2 : end + 2 + length])
            got = got[whole:]

    def _more(self) -> bytes:
        got = self._socket.recv(1 << 20)
        if not got:
            raise ConnectionError("The server closed the connection.")
        return got

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _head(text: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = text.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {key.lower(): value.strip() for key, _colon, value in pairs}


class Sql:
    """One statement over one connection with some values in turn.

    ``url`` carries the portal's own session settings; psycopg prepares the statement after five calls.
    """

    def __init__(self, url: str, statement: str, params: Sequence[dict[str, Any]]) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._statement, self._params = statement, cycle(params)

    def __call__(self) -> Any:
        row = self._connection.execute(self._statement, next(self._params)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


Side = tuple[type[Http] | type[Sql], tuple[Any, ...]]


def rates(bare: Side, ours: Side, *, connections: int, seconds: float, rounds: int) -> tuple[float, float]:
    """Median requests a second of both sides in turn, each over so many connections, a process for each."""
    first, second = rates_of([bare, ours], connections=connections, seconds=seconds, rounds=rounds)
    return first, second


def rates_of(sides: Sequence[Side], *, connections: int, seconds: float, rounds: int) -> list[float]:
    """The same for any number of sides."""
    crowds = [_Crowd(side, connections) for side in sides]
    try:
        found = [[crowd.rate(seconds) for crowd in crowds] for _round in range(rounds)]
    finally:
        for crowd in crowds:
            crowd.stop()
    return [statistics.median(kept) for kept in zip(*found, strict=True)]


class _Crowd:
    """Processes with a connection each that call for some seconds when told to."""

    def __init__(self, side: Side, connections: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes, self._processes = [], []
        for _number in range(connections):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, side), daemon=True)
            process.start()
            self._pipes.append(here)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()

    def rate(self, seconds: float) -> float:
        for pipe in self._pipes:
            pipe.send(seconds)
        return sum(float(pipe.recv()) for pipe in self._pipes)

    def stop(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(None)
            process.join(10)


def _work(pipe: Any, side: Side) -> None:
    kind, arguments = side
    call: Callable[[], Any] = kind(*arguments)
    for _number in range(10):
        call()
    pipe.send("ready")
    while (seconds := pipe.recv()) is not None:
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            call()
            count += 1
        pipe.send(count / (time.perf_counter() - started))
