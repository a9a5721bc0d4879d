"""HTTP requests with random changes."""

import random
import re

from request_case import case, get, head, shown

ANY = frozenset({200, 204, 301, 400, 404, 405, 408, 411, 412, 413, 414, 417, 421, 426, 431, 501, 505})
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
VALUE = rb"[\x21-\x7e]*(?:[ \t]+[\x21-\x7e]+)*"
STRICT_HEAD = re.compile(
    rb"GET /metrics(\?[A-Za-z0-9=&._~-]*)? HTTP/1\.1\r\n((?:" + TOKEN + rb":[ \t]*" + VALUE + rb"[ \t]*\r\n)*)\r\n"
)


def is_valid(request):
    """Whether a request is a GET of /metrics that a server must serve, seen by this stricter grammar."""
    match = STRICT_HEAD.fullmatch(request)
    if not match:
        return False
    names = [line.split(b":")[0].lower() for line in match[2].split(b"\r\n")[:-1]]
    host = re.search(rb"(?i)(?:^|\n)host:[ \t]*[A-Za-z0-9.-]+(:[0-9]{1,4})?[ \t]*\r", match[2])
    special = {b"content-length", b"transfer-encoding", b"connection", b"expect", b"upgrade", b"if-match", b"range"}
    return names.count(b"host") == 1 and bool(host) and not special & set(names)


def generate(count, seed):
    """Returns requests with random changes; a server must answer those that are still valid with 200."""
    dice = random.Random(seed)
    bases = [
        get(),
        get("Accept: */*", "Connection: keep-alive"),
        get("Content-Length: 5") + b"hello",
        head("POST /metrics HTTP/1.1", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
        get() * 3,
        head("GET http://server:80/metrics?a=b HTTP/1.1", "Expect: 100-continue"),
    ]
    pieces = [
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b":",
        b"\0",
        b"/",
        b"HTTP/1.1",
        b"Host: x",
        b"Content-Length: 3",
        b"chunked",
        b"%",
        b",",
        b";",
        b"\xff",
        b"?",
        b"#",
        b"..",
        b"\r\n\r\n",
        b"0",
        b"-1",
    ]
    for number in range(count):
        request = bytearray(dice.choice(bases))
        for _ in range(dice.choice([1, 1, 2, 3, 8])):
            at = dice.randrange(len(request) + 1)
            action = dice.randrange(5)
            if action == 0:
                request[at:at] = dice.choice(pieces)
            elif action == 1:
                del request[at : at + dice.choice([1, 1, 2, 10])]
            elif action == 2 and at < len(request):
                request[at] = dice.randrange(256)
            elif action == 3 and at < len(request):
                request[at] ^= 1 << dice.randrange(8)
            else:
                request[at:at] = request[at : at + 20]
        sent = bytes(request)
        allowed = frozenset({200}) if is_valid(sent) else ANY
        yield case(
            f"random request {number}: {shown(sent)}",
            "2.2",
            sent,
            allowed,
            may_close=not is_valid(sent),
            fin=True,
            any_number=not is_valid(sent),
            interim=True,
        )
