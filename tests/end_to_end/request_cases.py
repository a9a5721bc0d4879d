"""Malformed and unusual HTTP/1.x requests, each with the replies that RFC 9110 and RFC 9112 allow.

The requests are for a server that serves GET and HEAD on /metrics and has no other method and no other path except /.
"""

import random_requests
from request_case import MARK, Case, case, get, head, post_case, shown

OK = frozenset({200})
BAD = frozenset({400})
LENIENT = frozenset({200, 400})
MISSING = frozenset({404})
NOT_ALLOWED = frozenset({405, 501})  # RFC 9110 sections 9.1, 15.5.6, and 15.6.2
OTHER_VERSION = frozenset({505})
BODY_OF_GET = frozenset({200, 400, 413})  # RFC 9110 section 9.3.1: its content has no meaning, and may be refused
BODY_OF_POST = frozenset({405, 413, 501})
TOO_LARGE = frozenset({400, 413, 414, 431})  # RFC 9110 section 5.4: an appropriate 4xx


def request_lines():
    """Spaces and versions in the request line."""
    section = "3"
    for name, line in [
        ("two spaces after the method", "GET  /metrics HTTP/1.1"),
        ("two spaces after the target", "GET /metrics  HTTP/1.1"),
        ("tab after the method", "GET\t/metrics HTTP/1.1"),
        ("tab after the target", "GET /metrics\tHTTP/1.1"),
        ("vertical tab after the method", "GET\v/metrics HTTP/1.1"),
        ("form feed after the target", "GET /metrics\fHTTP/1.1"),
        ("carriage return after the method", "GET\r/metrics HTTP/1.1"),
        ("carriage return after the target", "GET /metrics\rHTTP/1.1"),
        ("space after the version", "GET /metrics HTTP/1.1 "),
        ("tab after the version", "GET /metrics HTTP/1.1\t"),
        ("carriage return after the version", "GET /metrics HTTP/1.1\r"),
        ("space before the method", " GET /metrics HTTP/1.1"),
        ("tab before the method", "\tGET /metrics HTTP/1.1"),
    ]:
        yield case(name, section, head(line), LENIENT)
    for name, line in [
        ("a space inside the target", f"GET /metrics {MARK} HTTP/1.1"),
        ("no target", "GET HTTP/1.1"),
        ("empty target", "GET  HTTP/1.1"),
        ("a method alone", "GET"),
        ("a version alone", "HTTP/1.1"),
        ("a reply", "HTTP/1.1 200 OK"),
        ("four words", f"GET /metrics HTTP/1.1 {MARK}"),
        ("commas instead of spaces", "GET,/metrics,HTTP/1.1"),
        ("no space before the version", "GET /metricsHTTP/1.1"),
        ("a header line instead of a request line", "Host: server"),
        ("a NUL after the version", "GET /metrics HTTP/1.1\0"),
        ("a NUL before the method", "\0GET /metrics HTTP/1.1"),
        ("a byte order mark", "\xef\xbb\xbfGET /metrics HTTP/1.1"),
        ("a method of a quoted string", '"GET" /metrics HTTP/1.1'),
    ]:
        yield case(name, section, head(line), BAD, must_close=True)
    old = frozenset({400, 505})
    yield case("HTTP/0.9 request", "App. C", b"GET /metrics\r\n\r\n", old, may_close=True, must_close=True)
    yield case("HTTP/0.9 request with a space", "App. C", b"GET /metrics \r\n\r\n", old, may_close=True,
               must_close=True)
    yield case("HTTP/0.9 request with one line end", "App. C", b"GET /metrics\r\n", old, may_close=True,
               must_close=True,
               fin=True)


def versions():
    """Versions in the request line."""
    for minor in range(2, 10):
        yield case(f"HTTP/1.{minor}", "9110 2.5", head(f"GET /metrics HTTP/1.{minor}"), OK)
        yield case(f"HTTP/1.{minor} without Host", "3.2", head(f"GET /metrics HTTP/1.{minor}", host=None), BAD,
                   must_close=True)
    for version in ["0.0", "0.9", "2.0", "2.1", "3.0", "4.2", "5.0", "9.9"]:
        yield case(f"HTTP/{version}", "9110 15.6.6", head(f"GET /metrics HTTP/{version}"), OTHER_VERSION,
                   must_close=True)
    syntax = frozenset({400, 505})
    for version in ["HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/11", "HTTP/1.10", "HTTP/1.01", "HTTP/01.1", "HTTP/1.1.1",
                    "HTTP/1,1", "HTTP/-1.1", "HTTP/+1.1", "HTTP/1.+1", "HTTP/1.x", "HTTP/x.1", "HTTP/a.b", "HTTP/1.1x",
                    "HTTP/ 1.1", "HTTP /1.1", "HTTP//1.1", "HTTP1.1", "HTTP-1.1", "HTTP", "HTTP/", "HTTP/\xb9.\xb9",
                    "HTTP/10.1", "HTTP/2", "HTTP/3", "HTTP/18446744073709551617.1", "HTTP/1.18446744073709551617",
                    "http/1.1", "Http/1.1", "hTTP/1.1", "HTTPS/1.1", "HTTQ/1.1", "XHTTP/1.1", "ICAP/1.0", "RTSP/1.0",
                    "SIP/2.0", f"{MARK}/1.1"]:
        yield case(f"version {version}", "2.3", head(f"GET /metrics {version}"), syntax, must_close=True)
    yield case("HTTP/1.0 without Host", "9110 7.2", head("GET /metrics HTTP/1.0", host=None), OK, must_close=True)
    yield case("HTTP/1.0 with Host", "9.3", head("GET /metrics HTTP/1.0"), OK, must_close=True)
    yield case("HTTP/1.0 with keep-alive", "9.3", head("GET /metrics HTTP/1.0", "Connection: keep-alive"), OK)
    yield case("HTTP/1.0 with close", "9.3", head("GET /metrics HTTP/1.0", "Connection: close"), OK, must_close=True)
    yield case("HTTP/1.0 with both", "9.3", head("GET /metrics HTTP/1.0", "Connection: keep-alive, close"), OK,
               must_close=True)
    yield case("HTTP/1.0 with HEAD", "9.3", head("HEAD /metrics HTTP/1.0", host=None), OK, must_close=True,
               method="HEAD")


def methods():
    """Methods: known, unknown, and invalid ones."""
    section = "9110 9.1"
    for method in ["POST", "PUT", "DELETE", "PATCH"]:
        yield post_case(f"method {method}", "9110 15.5.6", head(f"{method} /metrics HTTP/1.1"), NOT_ALLOWED)
    for method in ["TRACE", "PROPFIND", "MKCOL", "LOCK", "SEARCH", "QUERY", "PURGE", "PRI", "LINK", "BREW", "get",
                   "Get", "gET", "head", "HEAd", "GETT", "GE", "G", "GETGET", "HEADER", "GET-X", "_GET", "GET1", "0",
                   "!#$%&'*+-.^_`|~", MARK, f"X{MARK}-Y"]:
        yield case(f"method {method}", section, head(f"{method} /metrics HTTP/1.1"), NOT_ALLOWED)
    for method in ["POST", "PUT", "DELETE", "PATCH", MARK]:
        yield post_case(f"method {method} with length 0", section,
                        head(f"{method} /metrics HTTP/1.1", "Content-Length: 0"),
                        NOT_ALLOWED)
        yield case(f"method {method} on another path", section, head(f"{method} /{MARK} HTTP/1.1", "Content-Length: 0"),
                   NOT_ALLOWED | MISSING)
    yield case("OPTIONS", "9110 9.3.7", head("OPTIONS /metrics HTTP/1.1"), NOT_ALLOWED | {200, 204})
    yield case("OPTIONS of another path", "9110 9.3.7", head(f"OPTIONS /{MARK} HTTP/1.1"),
               NOT_ALLOWED | {200, 204, 404})
    yield case("OPTIONS *", "9110 9.3.7", head("OPTIONS * HTTP/1.1"), NOT_ALLOWED | {200, 204})
    yield case("OPTIONS * with Max-Forwards", "9110 7.6.2", head("OPTIONS * HTTP/1.1", "Max-Forwards: 0"),
               NOT_ALLOWED | {200, 204})
    yield case("OPTIONS of an absolute target without a path", "3.2.4", head("OPTIONS http://server HTTP/1.1"),
               NOT_ALLOWED | {200, 204, 404})
    yield case("TRACE with a secret", "9110 9.3.8", head("TRACE / HTTP/1.1", f"Cookie: {MARK}"), NOT_ALLOWED)
    connect = NOT_ALLOWED | BAD | MISSING
    for target in ["server:443", "127.0.0.1:22", "[::1]:80", "server", "/metrics", "http://server/", "*", ":80",
                   "server:", f"{MARK}:1"]:
        yield case(f"CONNECT {target}", "9110 9.3.6", head(f"CONNECT {target} HTTP/1.1"), connect)
    for length in [100, 1_000, 8_000, 15_000]:
        yield case(f"method of {length} letters", "3", head("A" * length + " /metrics HTTP/1.1"),
                   NOT_ALLOWED | TOO_LARGE)
    for length in [20_000, 100_000]:
        yield case(f"method of {length} letters", "3", head("A" * length + " /metrics HTTP/1.1"),
                   NOT_ALLOWED | TOO_LARGE, must_close=True)
    yield case("empty method", "3", head(" /metrics HTTP/1.1"), BAD, must_close=True)
    for byte in [*range(0x00, 0x20), 0x7F, 0x80, 0xA0, 0xC3, 0xFF, *b'"(),/:;<=>?@[\\]{}']:
        if byte in b"\t\n\v\f\r":  # spaces and line ends have their own cases
            continue
        request = b"GE" + bytes([byte]) + b"T /metrics HTTP/1.1\r\nHost: server\r\n\r\n"
        yield case(f"byte {byte:#04x} in the method", "9110 9.1", request, BAD, must_close=True)


def targets():
    """Targets in origin form."""
    section = "3.2"
    unencoded = frozenset({400, 301})  # section 3.2: SHOULD be 400, or 301 to the encoded target
    for target in ["metrics", "?query", "#fragment", "../metrics", "./metrics", "..", "server/metrics", "\\metrics",
                   "@/metrics", "*/metrics", "metrics/", f"{MARK}"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), BAD | {404}, promise=BAD)
    yield case("GET *", "3.2.4", head("GET * HTTP/1.1"), BAD | {404})
    yield case("HEAD *", "3.2.4", head("HEAD * HTTP/1.1"), BAD | {404}, method="HEAD")
    for target in ["/metrics#fragment", "/#", f"/{MARK}#{MARK}", "/metrics?x#y"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), unencoded)
    for byte in [*range(0x00, 0x20), 0x7F]:
        if byte in b"\t\n\v\f\r":
            continue
        for where, before, after in [("at the end", "/metrics", ""), ("inside", "/met", "rics"),
                                     ("in the query", "/metrics?x=", "y")]:
            request = f"GET {before}{chr(byte)}{after} HTTP/1.1\r\nHost: server\r\n\r\n".encode("latin-1")
            yield case(f"byte {byte:#04x} in the target, {where}", section, request, unencoded)
    for byte in [0x80, 0x85, 0xA0, 0xC3, 0xFE, 0xFF]:
        request = b"GET /metrics" + bytes([byte]) + b" HTTP/1.1\r\nHost: server\r\n\r\n"
        yield case(f"byte {byte:#04x} in the target", section, request, unencoded | {404})
        request = b"GET /metrics?x=" + bytes([byte]) + b" HTTP/1.1\r\nHost: server\r\n\r\n"
        yield case(f"byte {byte:#04x} in the query", section, request, unencoded | {200})
    for letter in '"<>\\^`{|}[]':
        yield case(f"{letter} in the path", section, head(f"GET /metrics{letter} HTTP/1.1"), unencoded | {404})
        yield case(f"{letter} in the query", section, head(f"GET /metrics?x={letter} HTTP/1.1"), unencoded | {200})
    yield case("name[] in the query", section, head("GET /metrics?name[]=narthex HTTP/1.1"), unencoded | {200},
               promise=OK)
    for target in ["/metrics?", "/metrics??", "/metrics?a?b", "/metrics?a=%20", "/metrics?&&&", "/metrics?=",
                   "/metrics?x=/y/..", "/metrics?%00", "/metrics?" + "a=b&" * 500, f"/metrics?{MARK}"]:
        yield case(f"target {shown(target)}", "9110 4.2.1", head(f"GET {target} HTTP/1.1"), OK)
    for target in ["/metrics?%", "/metrics?%2", "/metrics?%zz", "/metrics?x=%%20", "/metrics?x=%u0041"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), LENIENT)


def other_paths():
    """Paths that are not served, though they look like one that is."""
    section = "9110 4.2.3"
    elsewhere = frozenset({301, 307, 308, 400, 404})
    for path in ["/x/%2e%2e/metrics", "/%2e/metrics", "/%2e%2e/metrics", "/metrics/%2e%2e/metrics", "/x/%2E%2E/metrics",
                 "/x/.%2e/metrics", "/x%2f..%2fmetrics", "/metrics%2f", "/%2fmetrics", "%2fmetrics", "/metrics%00",
                 "/metrics%00.html", "/%00/metrics", "/metrics%0d%0aX:%20y", f"/{MARK}%0d%0aSet-Cookie:%20{MARK}",
                 "/metrics%20", "/metrics%09", "/metrics%c0%ae", "/%c0%ae%c0%ae/metrics", "/metrics%e0%80%af",
                 "/metrics%ff", "/metrics%252e", "/metrics%3fx", "/metrics%23", "/metrics%5c", "/..%5cmetrics",
                 "/metrics\\", "/METRICS", "/Metrics", "/metrics.", "/metrics~", "/metricsx", "/metric", "/metrics;a=b",
                 "/metrics;", "/;/metrics", "/metrics,", "/metrics:", "/etc/passwd", "/../../etc/passwd",
                 "/%2e%2e/%2e%2e/etc/passwd", "/.git/config", "/cgi-bin/x.cgi", f"/{MARK}", f"/{MARK}/metrics",
                 "/metrics/x", "/$%7bjndi:ldap://x%7d", "/favicon.ico", "/robots.txt"]:
        yield case(f"path {path}", section, head(f"GET {path} HTTP/1.1"), elsewhere)
    for path in ["//metrics", "///metrics", "/metrics/", "/metrics//", "/./metrics", "/x/../metrics",
                 "/metrics/../metrics", "/../metrics", "/metrics/.", "/metrics/..", "/.//metrics", "/x/..//metrics"]:
        yield case(f"path {path}", section, head(f"GET {path} HTTP/1.1"), elsewhere | {200}, promise=elsewhere)
    for path in ["/m%65trics", "/%6d%65%74%72%69%63%73", "/metric%73"]:
        yield case(f"path {path}", section, head(f"GET {path} HTTP/1.1"), elsewhere | {200})
    for path in ["/metrics%", "/metrics%2", "/metrics%zz", "/%", "/%%", "/%1", "/%g0metrics", "/metrics%u002f", "/%-1"]:
        yield case(f"path {path}", section, head(f"GET {path} HTTP/1.1"), elsewhere)


def absolute_targets():
    """Targets in absolute form and in authority form."""
    section = "3.2.2"
    for target in ["http://server/metrics", "http://server:9464/metrics", "http://server:1/metrics",
                   "http://other:65535/metrics", "http://127.0.0.1/metrics", "http://127.0.0.1:80/metrics",
                   "http://[::1]/metrics", "http://[::1]:8080/metrics", "http://localhost:/metrics",
                   "HTTP://SERVER/metrics", "hTTp://server/metrics?x=y", "http://a.b-c.d/metrics",
                   "http://xn--bcher-kva.example/metrics", "http://1.2.3.4.5/metrics", "http://a_b/metrics",
                   f"http://{MARK}/metrics", "http://server/metrics?http://other/"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), OK)
        yield case(f"target {target} in HTTP/1.0", section, head(f"GET {target} HTTP/1.0", host=None), OK,
                   must_close=True)
    yield case("absolute target with another Host", section,
               head("GET http://server/metrics HTTP/1.1", host=f"Host: {MARK}:1"), OK)
    yield case("absolute target without Host", "3.2", head("GET http://server/metrics HTTP/1.1", host=None), BAD,
               must_close=True)
    yield case("absolute target with two Host", "3.2", head("GET http://server/metrics HTTP/1.1", "Host: server"), BAD,
               must_close=True)
    yield case("HEAD of an absolute target", section, head("HEAD http://server/metrics HTTP/1.1"), OK, method="HEAD")
    yield post_case("POST of an absolute target", section,
                    head("POST http://server/metrics HTTP/1.1", "Content-Length: 0"),
               NOT_ALLOWED)
    yield case("absolute target of another path", section, head(f"GET http://server/{MARK} HTTP/1.1"), MISSING)
    for target in ["http://server", "http://server/", "http://server:80", "http://server?x",
                   "http://server:80?/metrics"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), OK | MISSING)
    yield case("https target over plain HTTP", "9110 7.4", head("GET https://server/metrics HTTP/1.1"),
               frozenset({200, 400, 421, 404}))
    yield case("port 99999", section, head("GET http://server:99999/metrics HTTP/1.1"), LENIENT | {421})
    yield case("user information", "9110 4.2.4", head(f"GET http://u:{MARK}@server/metrics HTTP/1.1"), LENIENT)
    for target in ["http:///metrics", "http://:80/metrics", "http:/metrics", "http:metrics", "http:", "http:/",
                   "http://", "://", "http//server/metrics", "http://server:abc/metrics", "http://server:-1/metrics",
                   "http://server:80:80/metrics", "http://[::1/metrics", "http://::1/metrics", "http://[]/metrics",
                   "http://[x]/metrics", "http://[::1]x/metrics", "http://a b/metrics", 'http://a"b/metrics',
                   "http://a\\b/metrics", "http://a<b/metrics", "http://%zz/metrics", "http://server/metrics#x",
                   "http://a\x80b/metrics", "http://a\0b/metrics"]:
        yield case(f"target {target}", section, head(f"GET {target} HTTP/1.1"), BAD | {301}, promise=BAD)
    for target in ["ftp://server/metrics", "file:///etc/passwd", "ws://server/metrics", "urn:x", "data:,x",
                   f"{MARK}://server/", "httpx://server/metrics", "x+y-z.1://server/metrics"]:
        yield case(f"target {target}", "9110 7.4", head(f"GET {target} HTTP/1.1"), BAD | {404, 421})
    for target in ["server:80", "127.0.0.1:9464", "[::1]:9464", "server", "user@server:80"]:
        yield case(f"GET {target}", "3.2.3", head(f"GET {target} HTTP/1.1"), BAD | {404, 421})


def lengths():
    """Sizes of the request line and of the header section."""
    yield case("request line of 8,000 bytes", "3", head("GET /metrics?" + "x" * 7_978 + " HTTP/1.1"), OK)
    yield case("path of 8,000 bytes", "3", head("GET /" + "x" * 7_986 + " HTTP/1.1"), MISSING)
    for size in [20_000, 64_000, 100_000, 1_000_000]:
        for target, found in [("/metrics?" + "x" * size, 200), ("/" + "x" * size, 404),
                              ("http://server/" + "x" * size, 404), ("/metrics?" + "a=b&" * (size // 4), 200),
                              ("/" + "../" * (size // 3), 404), ("/metrics" + "%41" * (size // 3), 404)]:
            yield case(f"target of {size} bytes: {target[:20]}", "3", head(f"GET {target} HTTP/1.1"),
                       frozenset({414, found, 400}), promise=frozenset({414}))
    limit = 16 * 1024
    for size in [1_000, 4_096, 8_192, 12_000, 16_000, limit - 1, limit]:
        request = get("X: ")
        request = get("X: " + "y" * (size - len(request)))
        yield case(f"head of {size} bytes", "9110 5.4", request, OK | TOO_LARGE, promise=OK)
    for size in [limit + 1_024, 20_000, 32_768, 65_536, 100_000, 500_000, 1_000_000]:
        for name, fields in [("one line", ["X: " + "y" * size]), ("a long name", ["y" * size + ": x"]),
                             ("many lines", ["X: y"] * (size // 6)), ("empty values", ["Y:"] * (size // 4)),
                             ("a long Accept", ["Accept: " + "text/plain," * (size // 11)]),
                             ("a long Cookie", [f"Cookie: {MARK}=" + "z" * size])]:
            yield case(f"header section of {size} bytes, {name}", "9110 5.4", get(*fields), OK | TOO_LARGE,
                       promise=frozenset({431}))
    for count in [100, 101, 250, 500, 1_000]:
        yield case(f"{count} header lines", "9110 5.4", get(*[f"A{number}: b" for number in range(count)]),
                   OK | TOO_LARGE,
                   promise=OK)
        yield case(f"{count} equal header lines", "9110 5.4", get(*["X: y"] * count), OK | TOO_LARGE, promise=OK)
    yield case("2,000 empty header lines within the size", "9110 5.4", get(*["X:"] * 2_000), OK | TOO_LARGE, promise=OK)


def hosts():
    """The Host header."""
    section = "3.2"
    yield case("no Host", section, get(host=None), BAD, must_close=True)
    yield case("no Host, HEAD", section, head("HEAD /metrics HTTP/1.1", host=None), BAD, must_close=True, method="HEAD")
    yield case("no Host, other fields", section, get("Accept: */*", "User-Agent: x", host=None), BAD, must_close=True)
    for second in ["Host: server", "Host: other", "Host:", "host: server", "HOST: server", "hOsT: server",
                   "Host: server:80"]:
        yield case(f"Host twice: {second}", section, get(second), BAD, must_close=True)
    yield case("Host twice in HTTP/1.0", section, head("GET /metrics HTTP/1.0", "Host: server"), BAD, must_close=True)
    yield case("Host twice, far apart", section, get(*[f"A{n}: b" for n in range(50)], "Host: server"), BAD,
               must_close=True)
    for value in ["a b", "a\tb", "http://server", "http://server/", "server/", "server/metrics", "a?b", "a#b",
                  "user@server", "u:p@server", "[::1", "::1", "::", "fe80::1", "[::1]x", "[::1]:x", "[::g]", "[]",
                  "[1.2.3.4]", "[::1]]", "[[::1]]", "[::1%eth0]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[:1]", "a:b",
                  "a:80:80", "a:-1", "a:+80", "a: 80", "a :80", "a:80 b", ":", ":80", "a\\b", "a<b", "a>b", 'a"b',
                  "a^b", "a`b", "a{b", "a|b", "a}b", "%", "a%", "a%4", "a%zz", "a:8x", "a:0x50", "a\x01b", "a\x7fb",
                  "\x80", "b\xfccher", "a@", "a, b", "server, server"]:
        lenient = value in (":", ":80")  # an empty host is in the grammar of RFC 3986, but not in http's
        yield case(f"Host: {value}", section, get(host=f"Host: {value}"), LENIENT if lenient else BAD,
                   must_close=not lenient)
    for value in ["server", "a", "1", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:9464", "[::ffff:1.2.3.4]:1",
                  "[2001:db8::1]", "a:", "a:0", "a:65535", "A.B.C", "a.", "a-b", "a_b", "xn--bcher-kva", "a%41",
                  "1.2.3", "256.1.1.1", "~a", "a~", f"{MARK}.example:1234"]:
        yield case(f"Host: {value}", section, get(host=f"Host: {value}"), OK)
    for value in ["", "a,b", "!$&'()*+,;=", "a:99999", "a:000080", "[v1.x]", "[v1f.a:b]", "a" * 300, "a." * 2_000]:
        yield case(f"Host: {shown(value)}", section, get(host=f"Host: {value}"), LENIENT)
    for line in ["Host:server", "Host:\tserver", "Host:    server   ", "Host: server\t", "HOST: server",
                 "hOSt: server"]:
        yield case(f"line {line!r}", "5.1", get(host=line), OK)
    for line in ["Host : server", "Host\t: server", " Host: server", "Host", "Host server", "Host=server",
                 "H\0st: server"]:
        yield case(f"line {line!r}", "5.1", get(host=line), BAD, must_close=True)


def fields():
    """The syntax of header lines."""
    for name in ["X-A", "Accept", "Connection", "Content-Length", "Transfer-Encoding", MARK]:
        for space in [" ", "\t", "  ", " \t "]:
            yield case(f"{name}{space!r} before the colon", "5.1", get(f"{name}{space}: 0"), BAD, must_close=True)
    for line in ["X-A", "X-A 1", f"{MARK}", "X-A=1", "X-A;1", "GET /metrics HTTP/1.1", "-", "\0", "\x7f", "X-A\x80: 1",
                 "X A: 1"]:
        yield case(f"line {line!r}", "2.2", get(line), BAD, must_close=True)
    for line in [": x", ":", "::", ": ", ":x", " : x"]:
        yield case(f"empty name {line!r}", "9110 5.1", get("A: b", line) if line[0] == " " else get(line),
                   LENIENT if line[0] == " " else BAD, must_close=line[0] != " ")
    for byte in [*range(0x00, 0x20), 0x7F, 0x80, 0x90, 0xA0, 0xBF, 0xC0, 0xE9, 0xFF, *b'"(),/;<=>?@[\\]{}']:
        if byte not in b"\n\r":
            line = b"X" + bytes([byte]) + b"Y: " + MARK.encode()
            yield case(f"byte {byte:#04x} in a name", "9110 5.1", get(line), BAD, must_close=True)
    for byte in [*range(0x00, 0x20), 0x7F]:
        if byte in b"\n\r\t":
            continue
        yield case(f"byte {byte:#04x} in a value", "9110 5.5", get(b"X: a" + bytes([byte]) + b"b"), LENIENT)
        yield case(f"byte {byte:#04x} in Accept", "9110 5.5", get(b"Accept: */*" + bytes([byte])), LENIENT | {406})
    for byte in [0x80, 0x85, 0xA0, 0xAD, 0xC3, 0xE9, 0xFE, 0xFF]:
        yield case(f"byte {byte:#04x} in a value", "9110 5.5", get(b"X: a" + bytes([byte]) + b"b"), OK)
    for line in ["X:", "X: ", "X:\t", "X:  \t ", "X:a", "X: a\tb", "X: a  b", "X: :", "X: a:b", 'X: "a', "X: (a",
                 "X: a,,b", "!: x", "0: x", "a.b: x", "#$%&'*+-.^_`|~: x", "X: " + "," * 1_000, "__proto__: x",
                 f"X-{MARK}: {MARK}"]:
        yield case(f"line {shown(line)}", "5", get(line), OK)


def line_ends():
    """Line ends and folded lines."""
    full = b"GET /metrics HTTP/1.1\r\nHost: server\r\nX: y\r\n\r\n"
    section = "2.2"
    yield case("LF alone at all line ends", section, full.replace(b"\r\n", b"\n"), LENIENT)
    yield case("LF alone after the request line", section, full.replace(b"1.1\r\n", b"1.1\n"), LENIENT)
    yield case("LF alone after Host", section, full.replace(b"server\r\n", b"server\n"), LENIENT)
    yield case("LF alone after the last field", section, full.replace(b"y\r\n", b"y\n"), LENIENT)
    yield case("LF alone as the empty line", section, full[:-2] + b"\n", LENIENT | {408}, may_close=True, fin=True)
    yield case("LF alone before the empty line", section, full[:-4] + b"\n\r\n", LENIENT)
    yield case("CR alone at all line ends", section, full.replace(b"\r\n", b"\r"), BAD, may_close=True, fin=True)
    yield case("CR alone after the request line", section, full.replace(b"1.1\r\n", b"1.1\r"), BAD, must_close=True)
    yield case("CR alone between fields", section, full.replace(b"server\r\n", b"server\r"), BAD, must_close=True)
    yield case("CR alone after the last field", section, full.replace(b"y\r\n\r\n", b"y\r\r\n\r\n"), LENIENT)
    yield case("CR CR LF at all line ends", section, full.replace(b"\r\n", b"\r\r\n"), LENIENT, fin=True,
               may_close=True)
    yield case("LF CR at all line ends", section, full.replace(b"\r\n", b"\n\r"), LENIENT, fin=True, may_close=True)
    for value in [b"a\rb", b"\ra", b"a\r", b"a\r b", b"a\rX: b", b"\r\r\r", b"a\r\0"]:
        yield case(f"CR in the value {value!r}", section, get(b"X: " + value), LENIENT)
    yield case("CR in a name", section, get(b"X\rY: a"), BAD, must_close=True)
    yield case("CR in Host", section, get(host=b"Host: ser\rver"), BAD, must_close=True)
    yield case("CR in the target", section, get().replace(b"/metrics", b"/met\rrics"), LENIENT | MISSING)
    for count in [1, 2]:
        yield case(f"{count} empty lines first", section, b"\r\n" * count + get(), OK if count == 1 else LENIENT)
    yield case("8 empty lines first", section, b"\r\n" * 8 + get(), LENIENT)
    yield case("100,000 empty lines first", section, b"\r\n" * 100_000 + get(), LENIENT | TOO_LARGE, may_close=True)
    yield case("LF first", section, b"\n" + get(), LENIENT)
    yield case("CR first", section, b"\r" + get(), LENIENT)
    yield case("empty lines only", section, b"\r\n\r\n\r\n", BAD | {408}, may_close=True, fin=True)
    section = "5.2"
    for line in ["X: a\r\n b", "X: a\r\n\tb", "X:\r\n a", "X: a\r\n  b\r\n  c", "X: a \r\n b", "X: a\r\n ",
                 "Accept: */*\r\n ,*/*", f"X: a\r\n {MARK}: b", "X: a\r\n Host: other", "X: a\r\n Content-Length: 5",
                 "User-Agent: a\r\n b"]:
        yield case(f"folded line {line!r}", section, get(line), LENIENT)
    yield case("folded Host", section, get(host="Host: a\r\n b"), BAD, must_close=True)
    yield case("folded Host with its value", section, get(host="Host:\r\n server"), LENIENT)
    yield case("folded Content-Length", section, get("Content-Length: 1\r\n 0"), BAD, must_close=True)
    yield case("folded Transfer-Encoding", section, get("Transfer-Encoding:\r\n chunked") + b"0\r\n\r\n",
               LENIENT | {411, 413, 501})
    for first in [" X: y", "\tX: y", " ", "  GET / HTTP/1.1"]:
        request = b"GET /metrics HTTP/1.1\r\n" + first.encode() + b"\r\nHost: server\r\n\r\n"
        yield case(f"space after the request line: {first!r}", section, request, LENIENT)


def content_lengths():
    """Content-Length, valid and invalid."""
    section = "6.3"
    for value in ["abc", "-1", "-0", "+1", "+0", "1.0", "1e3", "0x10", "0b1", "", "1 1", "1\t1", "1;x=y", "'1'", '"1"',
                  "1_000", "1'000", "1,000", "5,6", "5, 6", "5,5,6", ",", "5,", ",5", "5,,5", "--1", "NaN", "inf",
                  "\xb2", "\xd9\xa3", "1\x0b", "\0", "1\0", "1\x01", "18446744073709551616", "99999999999999999999",
                  "340282366920938463463374607431768211456", "9" * 100, "9" * 5_000, "-18446744073709551615", "0 0",
                  "0,1", "O", "5 chunked", MARK]:
        for method in ["GET", "HEAD"]:
            huge = value.isdigit() and value.isascii() and len(value) > 15
            listed = value in ("5,5", "5,", ",5", "5,,5")
            allowed = BAD | ({413} if huge else set()) | (BODY_OF_GET if listed else set())
            request = head(f"{method} /metrics HTTP/1.1", f"Content-Length: {value}")
            yield case(f"{method} with length {shown(value)}", section, request, frozenset(allowed), method=method,
                       must_close=not listed)
    for first, second in [("5", "6"), ("0", "1"), ("1", "0"), ("5", "abc"), ("abc", "5"), ("5", ""), ("0", "-0"),
                          ("5", "+5"),
                          ("0", "00")]:
        allowed = BAD | (BODY_OF_GET if (first, second) == ("0", "00") else set())
        yield case(f"lengths {first} and {second}", section,
                   get(f"Content-Length: {first}", f"content-length: {second}"),
                   frozenset(allowed), must_close=len(allowed) == 1)
    for number in [0, 5]:
        request = get(f"Content-Length: {number}", f"Content-Length: {number}") + b"a" * number
        yield case(f"length {number} twice", "9110 8.6", request, BODY_OF_GET)
        request = get(f"Content-Length: {number}, {number}") + b"a" * number
        yield case(f"length {number}, {number}", "9110 8.6", request, BODY_OF_GET)
    yield case("length 0", "9110 8.6", get("Content-Length: 0"), OK)
    yield case("length 00", "9110 8.6", get("Content-Length: 00"), OK)
    yield case("length with spaces", "5.1", get("Content-Length:   0  "), OK)
    for method in ["GET", "HEAD", "POST", "PUT", MARK]:
        for body in [b"a", b"hello", MARK.encode() * 20, b"GET /metrics HTTP/1.1\r\nHost: server\r\n\r\n",
                     b"\0" * 1_000, b"x" * 100_000, b"y" * 1_000_000]:
            request = head(f"{method} /metrics HTTP/1.1", f"Content-Length: {len(body)}")
            kind, allowed = (case, BODY_OF_GET) if method in ("GET", "HEAD") else (post_case, BODY_OF_POST)
            yield kind(f"{method} with {len(body)} bytes {shown(body[:8])}", "9110 9.3.1", (request, body), allowed,
                       method=method)
    yield case("leading zeros", "9110 8.6", get("Content-Length: 0005") + b"hello", BODY_OF_GET)
    for length in ["10", "1000000", "9223372036854775807", "4294967296", "18446744073709551615"]:
        early = BODY_OF_GET | {408}
        yield case(f"length {length} and no body", "8", get(f"Content-Length: {length}"), early, may_close=True,
                   fin=True)
        request = head("POST /metrics HTTP/1.1", f"Content-Length: {length}")
        yield post_case(f"POST, length {length}, half of the body", "8", request + b"hello", BODY_OF_POST | {400, 408},
                        may_close=True, fin=True, method="POST")


def transfer_encodings():
    """Transfer-Encoding, and bodies in chunks."""
    chunks = b"5\r\nhello\r\n0\r\n\r\n"
    of_get, of_post = BODY_OF_GET | {411, 501}, BODY_OF_POST | {400, 411}
    te = "Transfer-Encoding: "
    for lengths in (["Content-Length: 5"], ["Content-Length: 0"], ["Content-Length: 15"], ["Content-Length: abc"]):
        for first in (True, False):
            lines = [*lengths, te + "chunked"] if first else [te + "chunked", *lengths]
            yield case(f"{lines}", "6.1", get(*lines) + chunks, of_get, must_close=True)
            request = head("POST /metrics HTTP/1.1", *lines) + chunks
            yield post_case(f"POST {lines}", "6.1", request, of_post, must_close=True, method="POST")
    smuggled = b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: server\r\n\r\n"
    yield case("length and chunks with a second request", "6.1",
               get(f"Content-Length: {len(smuggled)}", te + "chunked") + smuggled, of_get, must_close=True)
    for value in ["chunked", "Chunked", "CHUNKED", " chunked ", "chunked,", ",chunked"]:
        yield case(f"GET with {te}{value!r}", "7.1", get(te + value) + chunks, of_get)
        yield post_case(f"POST with {te}{value!r}", "7.1", head("POST /metrics HTTP/1.1", te + value) + chunks, of_post,
                        method="POST")
    for value in ["gzip", "deflate", "compress", "identity", "x", MARK, "chunked, gzip", "chunked, identity",
                  "chunked, x", "chunked gzip", "", ",", "xchunked", "chunkedx", "chunke", "\"chunked\"", "'chunked'",
                  "chunked\x0b", "chunked\0", "\x0bchunked", "chunked;", "chunked; q=1", "chunked=1", "chunk ed",
                  "\xe7hunked", "5"]:
        yield case(f"GET with {te}{value!r}", "6.3", get(te + value), BAD | {501}, must_close=True)
    for value in ["gzip, chunked", "x, chunked", "identity, chunked", "chunked, chunked", "gzip, gzip, chunked",
                  f"{MARK}, chunked"]:
        yield case(f"GET with {te}{value!r}", "6.1", get(te + value) + chunks, of_get)
    yield case("two fields, chunked last", "6.1", get(te + "gzip", te + "chunked") + chunks, of_get)
    yield case("two fields, chunked first", "6.3", get(te + "chunked", te + "gzip") + chunks, BAD | {501},
               must_close=True)
    yield case("two fields, both chunked", "7", get(te + "chunked", te + "chunked") + chunks, of_get)
    for version in ["1.0"]:
        for lines in ([te + "chunked"], [te + "chunked", "Connection: keep-alive"], [te + "gzip"],
                      [te + "chunked", "Content-Length: 5"]):
            yield case(f"HTTP/{version} with {lines}", "6.1", head(f"GET /metrics HTTP/{version}", *lines) + chunks,
                       of_get, must_close=True)
    for body in [b"zz\r\n", b"-1\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n",
                 b"\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n", b"5\r\nhello0\r\n\r\n", b"5\r\nhelloworld\r\n0\r\n\r\n",
                 b"4\r\nhello\r\n0\r\n\r\n", b"FFFFFFFFFFFFFFFFF\r\nhello", b"10000000000000000\r\nhello",
                 b"8000000000000000\r\nhello", b"5 \r\nhello\r\n0\r\n\r\n", b" 5\r\nhello\r\n0\r\n\r\n",
                 b"5\0\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n", b"5\r\nhel", b"5", b"0\r\n", b"0\r\n\r",
                 b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n", b"0" * 100_000 + b"\r\n\r\n", b"0\r\nX\r\n\r\n",
                 b"0\r\nX : y\r\n\r\n", b"0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"5\r\n" * 1_000,
                 b"1\r\na\r\n" * 20_000, b"\xff" * 100]:
        yield case(f"chunks {shown(body)}", "7.1", get(te + "chunked") + body, of_get | {408, 431}, may_close=True,
                   fin=True)
    for body in [b"5;a=b\r\nhello\r\n0\r\n\r\n", b"5;a\r\nhello\r\n0\r\n\r\n", b'5;a="b;c"\r\nhello\r\n0;d\r\n\r\n',
                 b"00000005\r\nhello\r\n000\r\n\r\n", b"a\r\nhellohello\r\n0\r\n\r\n", b"A\r\nhellohello\r\n0\r\n\r\n",
                 b"5\r\nhello\r\n0\r\nX: y\r\n\r\n", b"5\r\nhello\r\n0\r\nContent-Length: 5\r\nHost: other\r\n\r\n",
                 b"0\r\n\r\n"]:
        yield case(f"chunks {shown(body)}", "7.1", get(te + "chunked") + body, of_get)
    yield case("chunks and a Trailer field", "9110 6.6.2", get(te + "chunked", "Trailer: X") + b"0\r\nX: y\r\n\r\n",
               of_get)


def connections():
    """Connection, Upgrade, Expect, and preconditions."""
    section = "9.6"
    for value in ["close", "Close", "CLOSE", "close, x", "x, close", "keep-alive, close", "close, keep-alive", ",close",
                  "close,", " close ", "x,close,y", f"{MARK}, close"]:
        yield case(f"Connection: {value!r}", section, get(f"Connection: {value}"), OK, must_close=True)
    yield case("Connection: close in the second of two fields", section, get("Connection: x", "Connection: close"), OK,
               must_close=True)
    for value in ["keep-alive", "Keep-Alive", "", "x", "closed", "clos", "close-x", "Host", "TE", "Content-Length",
                  MARK]:
        yield case(f"Connection: {value!r}", section, get(f"Connection: {value}"), OK)
    for lines in (["Keep-Alive: timeout=5, max=1"], ["Proxy-Connection: close"], ["TE: trailers", "Connection: TE"],
                  ["TE: x;q=9"],
                  ["Trailer: X"], ["Via: 1.1 x"], ["Max-Forwards: 0"], ["Max-Forwards: -1"], ["Forwarded: for=x"]):
        yield case(f"{lines}", "9110 7.6", get(*lines), OK)
    for value in ["h2c", "websocket", "TLS/1.0", "HTTP/2.0", "x", MARK, "h2c, websocket", ",", ""]:
        yield case(f"Upgrade: {value}", "9110 7.8",
                   get("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {value}",
                       "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), OK)
    yield case("a WebSocket handshake", "9110 7.8",
               get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), OK)
    section = "9110 10.1.1"
    yield case("Expect: 100-continue without a body", section, get("Expect: 100-continue"), OK | {417}, interim=True)
    for value in ["100-Continue", "100-continue, 100-continue"]:
        yield case(f"Expect: {value}", section, get(f"Expect: {value}"), OK | {417}, interim=True)
    yield case("Expect with a body", section, (get("Expect: 100-continue", "Content-Length: 5"), b"hello"),
               BODY_OF_GET | {417},
               interim=True)
    for method in ["GET", "POST"]:
        request = head(f"{method} /metrics HTTP/1.1", "Expect: 100-continue", "Content-Length: 1000000")
        yield case(f"Expect of {method}, body withheld", section, request, BODY_OF_GET | BODY_OF_POST | {417},
                   interim=True,
                   method=method, fin=True, may_close=True)
    for value in ["x", MARK, "100-continue, x", "100", "200-ok", "100-continue;x=y", "100-continue=1"]:
        yield case(f"Expect: {value}", section, get(f"Expect: {value}"), OK | {417},
                   interim=value.startswith("100-continue"))
    yield case("Expect in HTTP/1.0", section, head("GET /metrics HTTP/1.0", "Expect: 100-continue"), OK | {417},
               must_close=True)


def other_fields():
    """Fields that a server of metrics reads or ignores."""
    for value in ["text/html", "application/json", "text/plain;q=0", "*/*;q=0", "", ",", ";;;", "q=1", "text", "/", "*",
                  "*/x", "text/plain;q=2", "text/plain;q=-1", "text/plain;q=0.00000001", "text/plain;q=",
                  "text/plain;q=x", 'text/plain;a="b', "text/plain;;q=1", "text/plain; q = 1", "a/b," * 1_000,
                  "*/*;q=1e308", "text/plain;version=0.0.4;version=1.0.0", "\xff/\xff",
                  "application/openmetrics-text;version=9.9", f"{MARK}/{MARK}", "*/*" + ";a=b" * 500]:
        yield case(f"Accept: {shown(value)}", "9110 12.5.1", get(f"Accept: {value}"), OK | {400, 406})
    for value in ["identity", "identity;q=0", "*;q=0", "identity;q=0, *;q=0", "gzip;q=0", "gzip;q=2", "br", "x", "",
                  ",", ";", "gzip;q=", "gzip;;", "GZIP", "x-gzip", "gzip," * 2_000, MARK, "zstd, br, deflate",
                  "gzip;q=0.5;q=0", "\xff"]:
        yield case(f"Accept-Encoding: {shown(value)}", "9110 12.5.3", get(f"Accept-Encoding: {value}"),
                   OK | {400, 406, 415})
    for line in ["Accept-Charset: x;q=0", "Accept-Language: *;q=0", "User-Agent: " + MARK,
                 "Authorization: Basic " + MARK, "Authorization: Bearer x", "Authorization:", "Cookie: a=b; c",
                 "Referer: http://x/", "Origin: null", "Date: yesterday", "Content-Type: text/plain",
                 "Content-Encoding: gzip", "Content-Range: bytes 0-1/2", "Content-Language: x",
                 "X-Prometheus-Scrape-Timeout-Seconds: x", "X-Prometheus-Scrape-Timeout-Seconds: -1",
                 "X-Prometheus-Scrape-Timeout-Seconds: 1e999", "X-Prometheus-Scrape-Timeout-Seconds: nan",
                 "X-HTTP-Method-Override: DELETE", "X-Forwarded-For: 1.2.3.4", "X-Original-URL: /x", "From: x",
                 "Pragma: no-cache", "Cache-Control: only-if-cached", "If-Range: x", "Sec-Fetch-Site: cross-site",
                 "DNT: 1", "Early-Data: 1"]:
        yield case(f"line {shown(line)}", "9110 6.3", get(line), OK)
    for value in ["bytes=0-10", "bytes=0-", "bytes=-5", "bytes=9999999-", "bytes=5-1", "bytes=x", "lines=0-1", "",
                  "bytes=" + "0-0," * 1_000]:
        yield case(f"Range: {shown(value)}", "9110 14.2", get(f"Range: {value}"), OK | {206, 416})
    for name, line, allowed in [
        ("If-None-Match of another tag", f'If-None-Match: "{MARK}"', OK),
        ("invalid If-None-Match", "If-None-Match: x", OK | BAD),
        ("If-Modified-Since without a date of ours", "If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT", OK),
        ("invalid If-Modified-Since", "If-Modified-Since: yesterday", OK),
        ("If-Match: *", "If-Match: *", OK),
        ("If-Unmodified-Since without a date of ours", "If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT",
         OK | {412}),
    ]:
        yield case(name, "9110 13.1", get(line), allowed)


def sequences():
    """Several requests on one connection, and requests in several packets."""
    one, other = get(), head(f"GET /{MARK} HTTP/1.1")
    just_head, post = head("HEAD /metrics HTTP/1.1"), head("POST /metrics HTTP/1.1", "Content-Length: 0")
    for count in [2, 3, 10, 100]:
        yield Case(f"{count} requests in one packet", "9.3.2", (one * count,), (OK,) * count, methods=("GET",) * count)
    yield Case("GET, HEAD, another path, HEAD, GET", "9.3.2", (one + just_head + other + just_head + one,),
               (OK, OK, MISSING, OK, OK), methods=("GET", "HEAD", "GET", "HEAD", "GET"))
    yield Case("GET, POST, GET", "9.3.2", (one + post + one,), (OK, NOT_ALLOWED | OK, OK), (OK, NOT_ALLOWED, OK),
               methods=("GET", "POST", "GET"))
    yield Case("empty lines between requests", "2.2", (one + b"\r\n" + one,), (OK, OK), methods=("GET", "GET"))
    yield Case("a request after close", "9.6", (get("Connection: close") + one,), (OK,), must_close=True)
    yield Case("a request after HTTP/1.0", "9.3", (head("GET /metrics HTTP/1.0") + one,), (OK,), must_close=True)
    for name, bad in [("no Host", get(host=None)), ("a space before a colon", get("A : b")),
                      ("a bad length", get("Content-Length: x")),
                      ("a bad line", head("x"))]:
        yield Case(f"a request after {name}", "9112 2.2", (bad + one,), (BAD,), must_close=True)
        yield Case(f"a request before {name}", "9112 2.2", (one + bad,), (OK, BAD), methods=("GET", "GET"),
                   must_close=True)
    yield Case("a request and garbage", "9112 2.2", (one + b"\0\1\2\3\r\n\r\n",), (OK, BAD), methods=("GET", "GET"),
               must_close=True)
    yield Case("the second request in halves", "9.3.2", (one + one[:10], one[10:]), (OK, OK), methods=("GET", "GET"))
    yield Case("1,000 HEAD requests in one packet", "9.3.2", (just_head * 1_000,), (OK,) * 1_000,
               methods=("HEAD",) * 1_000)
    yield case("each byte alone", "2.2", [bytes([byte]) for byte in one], OK)
    for at in range(1, len(one), 2):
        yield case(f"split at byte {at}", "2.2", (one[:at], one[at:]), OK)
    for at in range(1, len(one), 3):
        yield case(f"ends after {at} bytes", "8", one[:at], BAD | {408}, may_close=True, fin=True)
    yield case("a full request, then the end", "9.6", one, OK, fin=True)
    yield case("a full HEAD, then the end", "9.6", just_head, OK, fin=True, method="HEAD")
    yield Case("two requests, then the end", "9.6", (one + one,), (OK, OK), methods=("GET", "GET"), fin=True)
    yield case("nothing, then the end", "9.6", b"", BAD | {408}, may_close=True, fin=True)


def other_protocols():
    """What other programs send to a port of HTTP."""
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(range(256)) + bytes(249)
    odd = frozenset({400, 405, 408, 414, 431, 501, 505})
    for name, sent in [
        ("TLS ClientHello", hello), ("half a TLS ClientHello", hello[:100]), ("TLS record header", hello[:5]),
        ("SSL 2 hello", bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0")),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)), ("SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("SMTP", b"EHLO server\r\n"), ("Redis", b"*1\r\n$4\r\nPING\r\n"), ("Redis inline", b"PING\r\n"),
                       ("memcached", b"stats\r\n"),
        ("PROXY protocol 1", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get()),
        ("PROXY protocol 2", bytes.fromhex("0d0a0d0a000d0a515549540a2111000c") + bytes(12) + get()),
        ("zeros", bytes(1_000)), ("100,000 zeros", bytes(100_000)), ("all bytes", bytes(range(256)) * 4),
        ("one letter", b"G"), ("100,000 letters", b"A" * 100_000), ("1,000,000 spaces", b" " * 1_000_000),
        ("FTP", b"USER anonymous\r\n"), ("SIP", b"OPTIONS sip:x SIP/2.0\r\nVia: x\r\n\r\n"),
                       ("MQTT", b"\x10\x0c\0\x04MQTT\x04\x02\0<\0\0"),
        ("SMB", b"\0\0\0\x2f\xffSMBr"), ("RDP", bytes.fromhex("030000130ee000000000000100080003000000")),
                       ("a shell", b"id; uname -a\n"),
        ("XML", b"<?xml version='1.0'?><x/>\r\n\r\n"), ("JSON", b'{"a": 1}\r\n\r\n'),
                       ("a reply", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("UTF-16", "GET / HTTP/1.1\r\n\r\n".encode("utf-16")), ("UTF-32", "GET / HTTP/1.1\r\n\r\n".encode("utf-32")),
    ]:
        yield case(name, "2.2", sent, odd, may_close=True, fin=True)


FAMILIES = [request_lines, versions, methods, targets, other_paths, absolute_targets, lengths, hosts, fields, line_ends,
            content_lengths, transfer_encodings, connections, other_fields, sequences, other_protocols]


def all_cases(random_count=500, seed=14):
    """Returns all cases."""
    found = {}
    for one in [*(one for family in FAMILIES for one in family()), *random_requests.generate(random_count, seed)]:
        found.setdefault((one.segments, one.fin), one)
    return list(found.values())
