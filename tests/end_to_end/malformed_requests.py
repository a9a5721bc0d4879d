"""Sends malformed and unusual requests to a server, and lists the replies that RFC 9110 and RFC 9112 do not allow.

  malformed_requests.py http://127.0.0.1:9464
  malformed_requests.py --promises unix:/run/app/metrics.sock    also checks what narthex promises beyond the RFCs
  malformed_requests.py --list                                   prints the requests, with the sections of the RFCs

The server must serve /metrics and no other path except /. Exits with 1 if a reply is not allowed.
"""

import argparse
import collections
import concurrent.futures
import socket
import sys
import time

import endpoint
import request_case
import request_cases
import strict_reply

REPLY_SECONDS = 5.0  # for each reply
CLOSE_SECONDS = 3.0
FURTHER = request_case.head("HEAD /metrics HTTP/1.1")

Fault = collections.namedtuple("Fault", "case what")


def send(connection, case):
    """Sends the segments of a case. A server may answer and close before it has everything."""
    try:
        for number, segment in enumerate(case.segments):
            if number and len(case.segments) < 10:
                time.sleep(0.002)
            connection.sendall(segment)
        if case.fin:
            connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def statuses(allowed):
    """Returns a set of statuses as text."""
    return "/".join(map(str, sorted(allowed)))


def final_reply(reader, method, case):
    """Returns the next reply whose status is not 1xx."""
    while True:
        reply = reader.read(method)
        if reply is None or reply.status >= 200:
            return reply
        if reply.status != 100 or not case.interim:
            raise strict_reply.ReplyError(f"an interim reply {reply.status} (RFC 9110 section 15.2)")


def check_reply(case, reply, allowed):
    """Returns what is wrong with the head of a reply."""
    if reply.status not in allowed:
        return f"{reply.status}, allowed: {statuses(allowed)} (RFC {section(case)})"
    sent = b"".join(case.segments)
    if request_case.MARK.encode() in sent and request_case.MARK.lower().encode() in reply.head.lower():
        return f"{reply.status} reflects the request: {reply.head[:200]!r}"
    return "; ".join(reply.omissions) or None


def section(case):
    """Returns the section of a case with the number of its RFC."""
    return case.section if case.section.startswith(("9110", "9112")) else f"9112 {case.section}"


def check_end(case, reader, connection, last):
    """Returns what is wrong with the connection after the last reply."""
    if last.closes or case.must_close or case.fin:
        if reader.end(CLOSE_SECONDS):
            return (
                None
                if last.closes or case.fin
                else "closes without the announcement 'Connection: close' (RFC 9112 9.6)"
            )
        return f"stays open after {last.status}, though it " + ("announced to close" if last.closes else "must close")
    try:
        connection.sendall(FURTHER)
        reply = reader.read("HEAD")
    except (OSError, strict_reply.Reset, strict_reply.Silence) as error:
        return f"no reply to a further request after {last.status}: {type(error).__name__} (RFC 9112 9.3)"
    if reply is None:
        return "closes without the announcement 'Connection: close' (RFC 9112 9.6)"
    return None if reply.status == 200 else f"{reply.status} to a further, valid request (RFC 9112 9.3)"


def check_replies(case, reader, connection, wanted):
    """Reads the replies to a case; returns what is wrong, or None."""
    last = None
    for allowed, method in zip(wanted, case.methods):
        reply = final_reply(reader, method, case)
        if reply is None:
            if last is None and case.may_close:
                return None
            return (
                "closes without a reply" if last is None else f"closes after {last.status} instead of a further reply"
            )
        if what := check_reply(case, reply, allowed):
            return what
        last = reply
    return check_end(case, reader, connection, last)


def check_any_replies(case, reader):
    """Reads all replies to a random request; returns what is wrong, or None."""
    while (reply := final_reply(reader, "GET", case)) is not None:
        if what := check_reply(case, reply, case.replies[0]):
            return what
        if reply.closes:
            return (
                None if reader.end(CLOSE_SECONDS) else f"stays open after {reply.status}, though it announced to close"
            )
    return None


def check(server, case, promises):
    """Sends a case on a connection of its own; returns a Fault, or None."""
    wanted = case.promise if promises and case.promise else case.replies
    with server.connect() as connection:
        send(connection, case)
        reader = strict_reply.ReplyReader(connection, REPLY_SECONDS)
        try:
            if case.any_number:
                what = check_any_replies(case, reader)
            else:
                what = check_replies(case, reader, connection, wanted)
        except strict_reply.ReplyError as error:
            what = str(error)
        except strict_reply.Silence:
            what = f"no reply within {REPLY_SECONDS} s"
        except strict_reply.Reset:
            what = None if case.may_close else "resets the connection before its reply arrives (RFC 9112 9.6)"
    return Fault(case, what) if what else None


def serves(server):
    """Whether the server still answers."""
    try:
        with server.connect(timeout=5) as connection:
            connection.sendall(server.request())
            return strict_reply.ReplyReader(connection, 10).read("GET").status == 200
    except (OSError, strict_reply.ReplyError, strict_reply.Silence, strict_reply.Reset, AttributeError):
        return False


def check_all(server, cases, promises=False, threads=4):
    """Sends all cases; returns the faults in the order of the cases."""

    def one(case):
        try:
            return check(server, case, promises)
        except OSError as error:
            return Fault(case, f"no connection: {error}")

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        faults = [fault for fault in pool.map(one, cases) if fault]
    if not serves(server):
        faults.append(Fault(cases[-1], "after all requests, the server does not answer any more"))
    return faults


def for_transport(cases, server):
    """Returns the cases that make sense on a connection: TLS has an end of its own, and hides what is not HTTP."""
    return [case for case in cases if not (server.tls and case.fin)]


def show(case):
    """Returns a line about a case."""
    sent = b"".join(case.segments)
    return f"{case.name}  [RFC {section(case)}]  {sent[:120]!r}{'...' if len(sent) > 120 else ''} ({len(sent)} bytes)"


def main():
    """Parses the command line, sends the requests, and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", nargs="?", help="http://HOST:PORT, https://HOST:PORT, or unix:PATH")
    parser.add_argument("--certificates", help="folder with ca.crt, client.crt, and client.key")
    parser.add_argument("--promises", action="store_true", help="check what narthex promises beyond the RFCs")
    parser.add_argument("--random", type=int, default=500, help="number of random requests")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--only", default="", help="part of the names of the requests to send")
    parser.add_argument("--list", action="store_true", help="print the requests and end")
    arguments = parser.parse_args()
    cases = [case for case in request_cases.all_cases(arguments.random, arguments.seed) if arguments.only in case.name]
    if arguments.list:
        print("\n".join(map(show, cases)))
        return 0
    if not arguments.server:
        parser.error("a server is missing")
    server = endpoint.Endpoint(arguments.server, arguments.certificates)
    cases = for_transport(cases, server)
    faults = check_all(server, cases, arguments.promises)
    for fault in faults:
        print(f"{show(fault.case)}\n    {fault.what}")
    print(f"{len(cases)} requests, {len(faults)} replies outside of RFC 9110 and 9112")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
