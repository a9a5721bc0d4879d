"""An HTTP request for a test, and the replies that RFC 9110 and RFC 9112 allow."""

import dataclasses

MARK = "Zq7xK"  # stands in every part of a request that a reply must not reflect


@dataclasses.dataclass(frozen=True)
class Case:
    """One request, or several on one connection, and what the RFC allows in reply."""

    name: str
    section: str  # of RFC 9112, unless it starts with another number
    segments: tuple  # bytes, sent one after the other
    replies: tuple  # the statuses that are allowed for each reply
    promise: tuple = ()  # the same, if the documentation of narthex promises more than the RFC demands
    methods: tuple = ("GET",)
    may_close: bool = False  # without a reply
    must_close: bool = False  # after the reply
    fin: bool = False  # the client ends its side of the connection after the request
    interim: bool = False  # 100 (Continue) is allowed before the reply
    any_number: bool = False  # of replies: for random requests


def head(*lines, host="Host: server"):
    """Returns the bytes of a request without a body, with a Host line unless it is None."""
    first, *others = [line.encode("latin-1") if isinstance(line, str) else line for line in lines]
    hosts = [host.encode("latin-1") if isinstance(host, str) else host] if host is not None else []
    return b"\r\n".join([first, *hosts, *others, b"", b""])


def get(*fields, host="Host: server"):
    """Returns the bytes of GET /metrics with these header lines."""
    return head("GET /metrics HTTP/1.1", *fields, host=host)


def case(name, section, request, allowed, **rest):
    """Returns a case with one request and one reply."""
    segments = (request,) if isinstance(request, bytes) else tuple(request)
    promise = (rest.pop("promise"),) if "promise" in rest else ()
    method = (rest.pop("method", "GET"),)
    return Case(name, section, segments, (allowed,), promise, method, **rest)


def post_case(name, section, request, refusals, **rest):
    """Returns a case whose method the RFC lets an application serve, while narthex promises to refuse it."""
    return case(name, section, request, frozenset(refusals | {200}), promise=frozenset(refusals), **rest)


def shown(value):
    """Returns a name for some bytes or text."""
    return repr(value if len(value) <= 40 else value[:40])[:60]
