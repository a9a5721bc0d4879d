"""A strict reader of HTTP/1.1 replies: it reports every byte that RFC 9110 and RFC 9112 do not allow."""

import re
import socket
import time

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)")  # RFC 9112 section 4
FIELD_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*"
    rb"[\x21-\x7e\x80-\xff])?)?)[ \t]*"
)  # RFC 9112 section 5
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d GMT"
)  # RFC 9110 section 5.6.7
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})")  # RFC 9112 section 7.1, without extensions: no server here sends any
SINGLETONS = ("content-length", "content-type", "date", "location", "retry-after", "server", "transfer-encoding")


class ReplyError(Exception):
    """A reply that breaks a rule."""


class Silence(Exception):
    """No further bytes arrived in time."""


class Reset(Exception):
    """The server reset the connection before the reply was complete."""


class Reply:
    """One complete reply."""

    def __init__(self, head, method):
        self.head, self.body, self.method = head, b"", method
        lines = head.split(b"\r\n")
        match = STATUS_LINE.fullmatch(lines[0])
        if not match:
            raise ReplyError(f"status line {lines[0][:80]!r} (RFC 9112 section 4)")
        self.version, self.status = f"1.{int(match[1])}", int(match[2])
        self.fields = {}
        self.omissions = []  # fields that the RFC demands; the reply can be read without them
        for line in lines[1:]:
            match = FIELD_LINE.fullmatch(line)
            if not match:
                raise ReplyError(f"header line {line[:80]!r} (RFC 9112 section 5)")
            self.fields.setdefault(match[1].decode().lower(), []).append(match[2].decode("latin-1"))
        self._check_fields()

    def _check_fields(self):
        for name in SINGLETONS:
            if len(self.fields.get(name, [])) > 1:
                raise ReplyError(f"{name} is sent more than once (RFC 9110 section 5.3)")
        length = self.field("content-length")
        if length is not None and not re.fullmatch("[0-9]+", length):
            raise ReplyError(f"Content-Length {length!r} (RFC 9110 section 8.6)")
        if length is not None and "transfer-encoding" in self.fields:
            raise ReplyError("Content-Length and Transfer-Encoding (RFC 9112 section 6.2)")
        if length is not None and (self.status < 200 or self.status == 204):
            raise ReplyError(f"Content-Length in a {self.status} (RFC 9110 section 8.6)")
        date = self.field("date")
        if date is None and self.status >= 200 and self.status < 500:
            self.omissions.append(f"{self.status} without Date (RFC 9110 section 6.6.1)")
        if date is not None and not DATE.fullmatch(date):
            raise ReplyError(f"Date {date!r} (RFC 9110 section 5.6.7)")
        for status, name, section in (
            (405, "allow", "15.5.6"),
            (401, "www-authenticate", "15.5.2"),
            (426, "upgrade", "15.5.22"),
        ):
            if self.status == status and name not in self.fields:
                self.omissions.append(f"{status} without {name} (RFC 9110 section {section})")

    def field(self, name):
        """Returns the value of a field that occurs at most once; None if it is missing."""
        return self.fields.get(name, [None])[0]

    @property
    def closes(self):
        """Whether the reply announces that the server closes the connection."""
        options = [option.strip() for option in ",".join(self.fields.get("connection", [])).lower().split(",")]
        return "close" in options or (self.version == "1.0" and "keep-alive" not in options)

    @property
    def has_body(self):
        """Whether the rules of RFC 9112 section 6.3 give this reply a body."""
        return self.method != "HEAD" and self.status >= 200 and self.status not in (204, 304)


class ReplyReader:
    """Reads the replies of one connection."""

    def __init__(self, connection, seconds=3.0):
        self._connection, self._seconds = connection, seconds
        self._bytes = b""
        self._ended = self._was_reset = False

    def _fill(self, deadline):
        """Receives more bytes; returns False at the end of the connection."""
        if self._ended:
            return False
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise Silence()
        self._connection.settimeout(remaining)
        try:
            received = self._connection.recv(1 << 20)
        except (socket.timeout, TimeoutError):
            raise Silence() from None
        except (ConnectionResetError, BrokenPipeError):
            received, self._was_reset = b"", True
        except OSError as error:  # TLS: the server closed without an alert
            if "EOF" not in str(error):
                raise
            received = b""
        self._bytes += received
        self._ended = not received
        return not self._ended

    def _take(self, count):
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken

    def _need(self, count, what, deadline):
        while len(self._bytes) < count:
            if not self._fill(deadline):
                if self._was_reset:
                    raise Reset()
                raise ReplyError(f"the connection ends inside {what} (RFC 9112 section 8)")
        return self._take(count)

    def _line(self, what, deadline):
        while (end := self._bytes.find(b"\r\n")) < 0:
            if len(self._bytes) > 1 << 16:
                raise ReplyError(f"{what} does not end: {self._bytes[:80]!r}")
            self._bytes = self._need(len(self._bytes) + 1, what, deadline) + self._bytes
        line = self._take(end + 2)
        return line[:-2]

    def read(self, method):
        """Returns the next reply, to a request with this method; None if the connection ended before it."""
        deadline = time.monotonic() + self._seconds
        while (end := self._bytes.find(b"\r\n\r\n")) < 0:
            if self._bytes and not self._bytes.startswith(b"HTTP/1."[: len(self._bytes)]):
                raise ReplyError(f"the reply starts with {self._bytes[:80]!r}")
            if len(self._bytes) > 1 << 16:
                raise ReplyError("the head of the reply is longer than 64 KiB")
            if not self._fill(deadline):
                if self._was_reset:
                    raise Reset()
                if self._bytes:
                    raise ReplyError(f"the connection ends inside a head: {self._bytes[:80]!r}")
                return None
        reply = Reply(self._take(end + 4)[:-4], method)
        if reply.has_body:
            reply.body = self._body(reply, deadline)
        return reply

    def _body(self, reply, deadline):
        coding = reply.field("transfer-encoding")
        if coding is not None:
            if coding.lower() != "chunked":
                raise ReplyError(f"Transfer-Encoding {coding!r} (RFC 9112 section 6.1)")
            return self._chunks(deadline)
        length = reply.field("content-length")
        if length is not None:
            return self._need(int(length), "a body", deadline)
        if not reply.closes:
            raise ReplyError("a body without a length on a connection that stays open (RFC 9112 section 6.3)")
        while self._fill(deadline):
            pass
        return self._take(len(self._bytes))

    def _chunks(self, deadline):
        body = b""
        while True:
            line = self._line("a chunk size", deadline)
            if not CHUNK_LINE.fullmatch(line):
                raise ReplyError(f"chunk size {line[:80]!r} (RFC 9112 section 7.1)")
            size = int(line, 16)
            body += self._need(size, "a chunk", deadline)
            if self._need(2, "a chunk", deadline) != b"\r\n":
                raise ReplyError("a chunk is longer than its size (RFC 9112 section 7.1)")
            if size == 0:
                return body

    def end(self, seconds):
        """Returns whether the connection ends in this time; fails if further bytes arrive."""
        deadline = time.monotonic() + seconds
        try:
            while not self._ended and not self._bytes:
                self._fill(deadline)
        except Silence:
            return False
        if self._bytes:
            raise ReplyError(f"bytes after the last reply: {self._bytes[:80]!r} (RFC 9112 section 8)")
        return True
