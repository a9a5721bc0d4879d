"""HttpExporter answers malformed and unusual requests as RFC 9110 and RFC 9112 demand."""

import socket
import unittest

import abused_server
import case
import malformed_requests
import request_cases
import strict_reply

DATE = "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n"
RANDOM_REQUESTS = 300


def read(sent, method="GET"):
    """Returns the reply in some bytes of a server that then closes the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent.encode("latin-1"))
        theirs.shutdown(socket.SHUT_WR)
        reader = strict_reply.ReplyReader(ours, 5)
        reply = reader.read(method)
        reader.end(5)
        return reply


class StrictReplies(unittest.TestCase):
    """The reader of replies sees what is wrong with them; otherwise the tests below could not fail."""

    def test_valid_replies_are_read(self):
        for head, body, method, wanted in [
            (f"200 OK\r\n{DATE}Content-Length: 2\r\n", "hi", "GET", b"hi"),
            (f"200 OK\r\n{DATE}Content-Length: 2\r\n", "", "HEAD", b""),
            (f"200 \r\n{DATE}Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n", "GET", b"hi!"),
            (f"200 OK\r\n{DATE}Connection: close\r\n", "until the end", "GET", b"until the end"),
            (f"304 Not Modified\r\n{DATE}Content-Length: 2\r\n", "", "GET", b""),
        ]:
            reply = read(f"HTTP/1.1 {head}\r\n{body}", method)
            self.assertEqual((reply.body, reply.omissions), (wanted, []), head)

    def test_invalid_replies_are_reported(self):
        length = f"{DATE}Content-Length: 2\r\n"
        for sent in [
            f"HTTP/1.1 200\r\n{length}\r\nhi",
            f"HTTP/1.2 200 OK\r\n{length}\r\nhi",
            f"HTTP/1.1 20 OK\r\n{length}\r\nhi",
            f"http/1.1 200 OK\r\n{length}\r\nhi",
            f"HTTP/1.1  200 OK\r\n{length}\r\nhi",
            f"HTTP/1.1 200 O\0K\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\nX : y\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\nX: y\r\n z\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\nX\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\nX: \x01\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\nX: a\rb\r\n{length}\r\nhi",
            f"HTTP/1.1 200 OK\r\n{length}Content-Length: 2\r\n\r\nhi",
            f"HTTP/1.1 200 OK\r\n{length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            f"HTTP/1.1 200 OK\r\n{DATE}Content-Length: +2\r\n\r\nhi",
            f"HTTP/1.1 200 OK\r\n{DATE}Content-Length: 3\r\n\r\nhi",
            f"HTTP/1.1 200 OK\r\n{DATE}Content-Length: 1\r\n\r\nhi",
            f"HTTP/1.1 204 No Content\r\n{length}\r\n",
            f"HTTP/1.1 200 OK\r\n{DATE}\r\nhi",
            "HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 2\r\n\r\nhi",
            f"HTTP/1.1 200 OK\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n3\r\nhi\r\n0\r\n\r\n",
            f"HTTP/1.1 200 OK\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
            f"HTTP/1.1 200 OK\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n",
            f"HTTP/1.1 200 OK\r\n{length}",
            "Error 400",
        ]:
            with self.assertRaises(strict_reply.ReplyError, msg=sent):
                read(sent)
        with self.assertRaises(strict_reply.ReplyError):
            read(f"HTTP/1.1 400 Bad Request\r\n{length}\r\nhi", "HEAD")

    def test_missing_fields_are_reported(self):
        for status, missing in [
            ("200 OK", "date"),
            ("405 Method Not Allowed", "allow"),
            ("401 Unauthorized", "www-authenticate"),
        ]:
            date = "" if missing == "date" else DATE
            omissions = read(f"HTTP/1.1 {status}\r\n{date}Content-Length: 0\r\n\r\n").omissions
            self.assertEqual(len(omissions), 1, status)
            self.assertIn(missing, omissions[0].lower())


class Requests(unittest.TestCase):
    """The list of requests."""

    def test_there_are_more_than_500_different_ones(self):
        cases = request_cases.all_cases(random_count=0)
        self.assertGreater(len({one.segments for one in cases}), 500)
        for one in cases:
            self.assertEqual(len(one.replies), len(one.methods), one.name)
            self.assertNotEqual(one.section, "", one.name)


class MalformedRequests(unittest.TestCase):
    """One exporter for all requests of a transport."""

    def check(self, transport, cases):
        with abused_server.AbusedServer(case.binary("abused_service"), transport, series=10) as server:
            cases = malformed_requests.for_transport(cases, server.endpoint)
            faults = malformed_requests.check_all(server.endpoint, cases, promises=True)
            shown = "\n".join(f"{malformed_requests.show(fault.case)}\n    {fault.what}" for fault in faults)
            self.assertEqual(len(faults), 0, f"{len(faults)} of {len(cases)}:\n{shown}\n{server.log()}")
            self.assertEqual(server.log(), "")

    def test_all_requests_over_ipv4(self):
        self.check("ipv4", request_cases.all_cases(RANDOM_REQUESTS))

    def test_sequences_and_limits_on_other_transports(self):
        for transport in ("ipv6", "unix", "tls"):
            self.check(transport, [*request_cases.sequences(), *request_cases.lengths(), *request_cases.hosts()])


if __name__ == "__main__":
    case.main()
