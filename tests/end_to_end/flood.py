"""Hostile requests: random methods and paths, as fast as possible."""

import concurrent.futures
import multiprocessing
import random
import socket
import string
import urllib.parse

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
PATHS = ["/", "/image", "/access-log", "/stats", "/users/1"]
SENDERS = 2


def text(method, path):
    """Returns a request without a body, as it goes over the wire."""
    return f"{method} {path} HTTP/1.1\r\nHost: flood\r\nContent-Length: 0\r\n\r\n".encode("latin-1")


def send(place, request):
    """Sends a request on a connection of its own; returns whether there is an answer."""
    with socket.socket() as connection:  # without a timeout, and with one call to read all: calls are the cost here
        connection.connect(place)
        connection.sendall(request)
        return connection.recv(65536, socket.MSG_WAITALL).startswith(b"HTTP/1.1 ")


def at_random(dice):
    """Returns some request: half of them have a method that there is, some a path that there is."""
    method = dice.choice(METHODS) if dice.random() < 0.5 else "".join(dice.choices(string.ascii_letters, k=8))
    path = "/" + "".join(dice.choices(string.ascii_letters + "/%{}?=&.\xe9", k=dice.randrange(40)))
    return text(method, dice.choice(PATHS) + f"?{dice.random()}" if dice.random() < 0.05 else path)


def send_many(place, count, seed):
    """Sends that many requests; returns how many were answered."""
    dice = random.Random(seed)
    return sum(send(place, at_random(dice)) for _ in range(count))


def every_kind(url):
    """Sends one request of each kind that a service can tell from others; returns how many."""
    where = urllib.parse.urlsplit(url)
    refused = "/?a?b"
    requests = [text(method, path) for method in [*METHODS, "STRANGE"] for path in [*PATHS, refused]]
    for request in requests:
        send((where.hostname, where.port), request)
    return len(requests)


def flood(url, count):
    """Sends this number of requests from several processes; returns the number of replies."""
    where = urllib.parse.urlsplit(url)
    calls = [((where.hostname, where.port), count // SENDERS, seed) for seed in range(SENDERS)]
    context = multiprocessing.get_context("spawn")  # our own threads read what the services write: no fork
    with concurrent.futures.ProcessPoolExecutor(SENDERS, context) as senders:
        return sum(senders.map(send_many, *zip(*calls)))
