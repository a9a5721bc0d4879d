"""Clients that abuse a server: thousands of connections in one process.

Prints a line when all clients have tried to connect, abuses the server until the end of standard input, and prints one
line of JSON with what happened.
"""

import argparse
import base64
import collections
import errno
import heapq
import json
import os
import random
import select
import ssl
import sys
import time

import endpoint

CONNECTING_AT_A_TIME = 200
BYTES_PER_SECOND = 2048
SMALL_BUFFER = 4096  # so that the server, not the kernel of the client, keeps the rest of a reply


class Idle:
    """Never sends anything."""

    period = None
    connects_again_after = 10.0
    uses_tls = True
    waits_for_bytes = True
    receive_buffer = None

    def __init__(self, server, path, number):
        self.server, self.path, self.number = server, path, number
        self.replies = collections.Counter()

    def start(self, connection):
        """Acts on a new connection."""

    def act(self, connection):
        """Acts again, once per period."""

    def receive(self, connection):
        """Reads what the server sent; returns whether the connection goes on."""
        return bool(connection.recv(65536))


class SlowHead(Idle):
    """Sends a head without end, one byte every two seconds."""

    period = 2.0
    connects_again_after = 1.0

    def __init__(self, server, path, number):
        super().__init__(server, path, number)
        self._head, self._sent = server.request(path)[:-2] + b"X-Slow: " + b"y" * 10_000, 0

    def start(self, connection):
        self._sent = 0
        self.act(connection)

    def act(self, connection):
        connection.send(self._head[self._sent : self._sent + 1])
        self._sent += 1

    def receive(self, connection):
        connection.recv(65536)
        return False


class SlowReader(Idle):
    """Requests a large reply and reads two kilobytes of it per second."""

    period = 1.0
    connects_again_after = 1.0
    waits_for_bytes = False
    receive_buffer = SMALL_BUFFER

    def start(self, connection):
        connection.send(self.server.request(self.path))

    def act(self, connection):
        try:
            if not connection.recv(BYTES_PER_SECOND):
                raise ConnectionResetError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass


class Pipeliner(Idle):
    """Sends one request after the other on the same connection and reads no reply."""

    period = 0.1
    connects_again_after = 1.0
    waits_for_bytes = False
    receive_buffer = SMALL_BUFFER

    def start(self, connection):
        self.act(connection)

    def act(self, connection):
        try:
            connection.send(self.server.request(self.path) * 1_000)
        except ssl.SSLWantWriteError:
            pass


class HalfHandshake(Idle):
    """Connects to a port with TLS; every second client sends half of its first message."""

    connects_again_after = 1.0
    uses_tls = False
    hello = endpoint.half_a_client_hello()

    def start(self, connection):
        if self.number % 2:
            connection.send(self.hello)

    def receive(self, connection):
        connection.recv(65536)
        return False


class Flood(Idle):
    """Sends one request after the other, each on a connection of its own."""

    connects_again_after = 0.0
    lines = ""

    def start(self, connection):
        self._is_first = True
        connection.send(self.server.request(self.path, lines=f"Connection: close\r\n{self.lines}"))

    def receive(self, connection):
        received = connection.recv(65536)
        if self._is_first:
            self.replies[received[9:12].decode("latin-1") or "none"] += 1
            self._is_first = False
        return bool(received)


class Guesser(Flood):
    """Sends one wrong password after the other."""

    @property
    def lines(self):
        guess = base64.b64encode(f"user0:guess {self.number} {random.random()}".encode()).decode()
        return f"Authorization: Basic {guess}\r\n"


KINDS = {
    "idle": Idle,
    "slow-heads": SlowHead,
    "slow-readers": SlowReader,
    "pipeliners": Pipeliner,
    "half-handshakes": HalfHandshake,
    "flood": Flood,
    "guessers": Guesser,
}


class Swarm:
    """The clients and their connections."""

    def __init__(self, server, kind, count, path="/metrics", sources=()):
        self._server, self._kind, self._sources = server, kind, sources
        self._clients = [kind(server, path, number) for number in range(count)]
        self._connections = {}  # by descriptor: (connection, client, whether it is connected)
        self._poll = select.epoll()
        self._due = []  # heap of (time, counter, client or descriptor)
        self._order = 0
        self.counts = collections.Counter()

    def _later(self, seconds, item):
        self._order += 1
        heapq.heappush(self._due, (time.monotonic() + seconds, self._order, item))

    def _open(self, client):
        source = self._sources[client.number % len(self._sources)] if self._sources else None
        try:
            connection = self._server.raw(source, client.receive_buffer)
        except OSError:
            self.counts["no descriptor"] += 1
            self._later(1.0, client)
            return
        connection.setblocking(False)
        code = connection.connect_ex(self._server.address)
        if code not in (0, errno.EINPROGRESS):  # a full queue of a Unix socket: EAGAIN
            connection.close()
            self.counts["refused"] += 1
            self._later(0.2, client)
            return
        self._connections[connection.fileno()] = [connection, client, False]
        self._poll.register(connection.fileno(), select.EPOLLOUT)

    def _start(self, descriptor):
        connection, client, _ = self._connections[descriptor]
        try:
            if self._server.tls and client.uses_tls:
                self._poll.unregister(descriptor)
                connection.settimeout(10)
                connection = self._server.tls.wrap_socket(connection, server_hostname="localhost")
                connection.setblocking(False)
                self._poll.register(descriptor, select.EPOLLOUT)
            self._connections[descriptor] = [connection, client, True]
            client.start(connection)
        except OSError:
            self._drop(descriptor, "closed by the server")
            return
        self.counts["connected"] += 1
        self._poll.modify(descriptor, select.EPOLLIN if client.waits_for_bytes else 0)
        if client.period:
            self._later(client.period * (1 + client.number % 16 / 16), (descriptor, connection))

    def _drop(self, descriptor, why):
        connection, client, _ = self._connections.pop(descriptor)
        connection.close()
        self.counts[why] += 1
        self._later(client.connects_again_after, client)

    def _act(self, descriptor, connection):
        if descriptor not in self._connections or self._connections[descriptor][0] is not connection:
            return
        client = self._connections[descriptor][1]
        try:
            client.act(connection)
            self._later(client.period, (descriptor, connection))
        except BlockingIOError:
            self._later(client.period, (descriptor, connection))
        except OSError:
            self._drop(descriptor, "closed by the server")

    def _happens(self, descriptor, event):
        entry = self._connections.get(descriptor)
        if entry is None:
            return
        if not entry[2]:
            self._start(descriptor)
            return
        try:
            if event & (select.EPOLLERR | select.EPOLLHUP) and not event & select.EPOLLIN:
                raise ConnectionResetError
            goes_on = entry[1].receive(entry[0])
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            goes_on = False
        if not goes_on:
            self._drop(descriptor, "closed by the server")

    def run(self, stopped, on_ready):
        """Connects all clients and abuses the server until stopped() is true."""
        waiting = collections.deque(self._clients)
        ready = False
        while not stopped():
            for _ in range(min(CONNECTING_AT_A_TIME, len(waiting))):
                self._open(waiting.popleft())
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                item = heapq.heappop(self._due)[2]
                if isinstance(item, tuple):
                    self._act(*item)
                else:
                    self._open(item)
            if not waiting and not ready:
                ready = True
                on_ready()
            pause = min(0.05, max(0.0, self._due[0][0] - now)) if self._due else 0.05
            for descriptor, event in self._poll.poll(0 if waiting else pause, 1000):
                self._happens(descriptor, event)
        self.counts["open at the end"] = sum(entry[2] for entry in self._connections.values())
        for client in self._clients:
            for status, count in client.replies.items():
                self.counts[f"replies {status}"] += count

    def close(self):
        """Closes all connections with a reset, which leaves no port in the state TIME_WAIT."""
        for connection, _, _ in self._connections.values():
            if self._server.is_ip:
                connection.setsockopt(endpoint.socket.SOL_SOCKET, endpoint.socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()


def input_ended():
    """Returns a function that returns whether standard input has ended."""
    poll = select.poll()
    poll.register(sys.stdin.fileno(), select.POLLIN | select.POLLHUP)
    return lambda: bool(poll.poll(0)) and not os.read(sys.stdin.fileno(), 4096)


def main():
    """Parses the command line and abuses the server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int)
    parser.add_argument("--certificates")
    parser.add_argument("--path", default="/metrics")
    parser.add_argument("--sources", default="", help="addresses of the clients, separated by commas")
    arguments = parser.parse_args()
    endpoint.raise_descriptor_limit()
    # On a machine of its own, the abuser would not compete with the server for processors.
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.nice(10)
    server = endpoint.Endpoint(arguments.server, arguments.certificates)
    sources = list(filter(None, arguments.sources.split(",")))
    swarm = Swarm(server, KINDS[arguments.kind], arguments.count, arguments.path, sources)
    swarm.run(input_ended(), lambda: print("ready", flush=True))
    print(json.dumps(swarm.counts))
    swarm.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
