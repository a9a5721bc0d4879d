"""A scraper that measures its own scrapes: in a process of its own, so that no other work delays it.

Scrapes alternately with a new connection and with a kept one, and prints one line of JSON.
"""

import argparse
import base64
import json
import sys
import time

import endpoint

SLOWEST_SECONDS = 20  # a scrape that takes longer has failed


class ScrapeError(Exception):
    """A scrape that got no complete reply, or another status than 200."""


class Scraper:
    """Scrapes one path of a server."""

    def __init__(self, server, path="/metrics", credentials=None, source=None):
        lines = f"Authorization: Basic {base64.b64encode(credentials.encode()).decode()}\r\n" if credentials else ""
        self._server, self._source = server, source
        self._kept_request = server.request(path, lines=lines)
        self._new_request = server.request(path, lines=lines + "Connection: close\r\n")
        self._buffer = bytearray(1 << 20)
        self._kept = None
        self.reconnects = 0

    def scrape_new(self):
        """Scrapes with a connection of its own."""
        with self._server.connect(SLOWEST_SECONDS, self._source) as connection:
            connection.sendall(self._new_request)
            self._read(connection)

    def scrape_kept(self):
        """Scrapes with the kept connection. Connects again if the server closed it, as HTTP clients do."""
        if self._kept is not None:
            try:
                self._kept.sendall(self._kept_request)
                self._finish(self._kept)
                return
            except (OSError, EOFError):  # closed before the first byte of a reply
                self.drop()
                self.reconnects += 1
        connection = self._server.connect(SLOWEST_SECONDS, self._source)
        try:
            connection.sendall(self._kept_request)
            self._finish(connection)
        except EOFError:
            raise ScrapeError("closed without a reply") from None
        finally:
            if self._kept is not connection:
                connection.close()

    def drop(self):
        """Closes the kept connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _finish(self, connection):
        self._kept = None if self._read(connection) else connection

    def _read(self, connection):
        """Reads one reply; returns whether the connection ends after it. EOFError: it ended before the reply."""
        head = b""
        while (end := head.find(b"\r\n\r\n")) < 0:
            received = connection.recv(65536)
            if not received and not head:
                raise EOFError
            if not received:
                raise ScrapeError("cut inside the head")
            head += received
        head, rest = head[:end].lower(), head[end + 4 :]
        if not head.startswith(b"http/1.1 200 "):
            raise ScrapeError(head.split(b"\r\n")[0].decode("latin-1"))
        if b"\r\ncontent-length:" in head:
            self._skip(connection, int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0]) - len(rest))
        elif b"\r\ntransfer-encoding: chunked" in head:
            self._skip_chunks(connection, rest)
        else:
            while connection.recv_into(self._buffer):
                pass
            return True
        return b"\r\nconnection: close" in head

    def _skip(self, connection, count):
        while count > 0:
            received = connection.recv_into(self._buffer, min(count, len(self._buffer)))
            if not received:
                raise ScrapeError(f"cut {count} bytes before the end")
            count -= received

    def _skip_chunks(self, connection, rest):
        while True:
            while b"\r\n" not in rest:
                rest += self._some(connection)
            line, _, rest = rest.partition(b"\r\n")
            size = int(line, 16) + 2
            if len(rest) < size:
                self._skip(connection, size - len(rest))
                rest = b""
            else:
                rest = rest[size:]
            if size == 2:
                return

    @staticmethod
    def _some(connection):
        received = connection.recv(65536)
        if not received:
            raise ScrapeError("cut inside the chunks")
        return received


def quantile(values, q):
    """Returns a quantile of some values: the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def figures(seconds, errors):
    """Returns the figures of some scrapes, with times in milliseconds."""
    found = {"scrapes": len(seconds) + len(errors), "failed": len(errors), "errors": sorted(set(errors))[:5]}
    if seconds:
        milliseconds = [1000 * value for value in seconds]
        found.update(p50=quantile(milliseconds, 0.5), p99=quantile(milliseconds, 0.99), max=max(milliseconds))
    return found


def measure(scraper, seconds, pause):
    """Scrapes for some time; returns the figures of both kinds of scrapes."""
    times, errors = {"new": [], "kept": []}, {"new": [], "kept": []}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for kind, scrape in (("new", scraper.scrape_new), ("kept", scraper.scrape_kept)):
            start = time.perf_counter()
            try:
                scrape()
                times[kind].append(time.perf_counter() - start)
            except (OSError, ScrapeError, EOFError) as error:
                errors[kind].append(f"{type(error).__name__}: {error}")
            time.sleep(pause)
    scraper.drop()
    result = {kind: figures(times[kind], errors[kind]) for kind in times}
    result["kept"]["reconnects"] = scraper.reconnects
    return result


def main():
    """Parses the command line and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server")
    parser.add_argument("--certificates")
    parser.add_argument("--path", default="/metrics")
    parser.add_argument("--credentials", help="USER:PASSWORD")
    parser.add_argument("--source", help="address of the client")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--pause", type=float, default=0.005, help="seconds between two scrapes")
    arguments = parser.parse_args()
    server = endpoint.Endpoint(arguments.server, arguments.certificates)
    scraper = Scraper(server, arguments.path, arguments.credentials, arguments.source)
    print(json.dumps(measure(scraper, arguments.seconds, arguments.pause)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
