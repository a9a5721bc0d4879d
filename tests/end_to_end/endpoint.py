"""Addresses of HTTP servers, and connections to them: IPv4, IPv6, Unix sockets, TLS."""

import pathlib
import socket
import ssl
import urllib.parse


IP_BIND_ADDRESS_NO_PORT = 24  # of Linux; Python names it since 3.12


class Endpoint:
    """One address of a server: `http://127.0.0.1:9464`, `https://[::1]:9464`, or `unix:/run/app.sock`.

    `certificates` is a folder with ca.crt and, for a server that asks for one, client.crt and client.key.
    """

    def __init__(self, url, certificates=None):
        self.url = url
        self.tls = None
        if url.startswith("unix:"):
            self.family, self.address, self.host = socket.AF_UNIX, url.removeprefix("unix:"), "localhost"
            return
        place = urllib.parse.urlsplit(url)
        self.family = socket.AF_INET6 if ":" in place.hostname else socket.AF_INET
        self.address, self.host = (place.hostname, place.port), place.netloc
        if place.scheme == "https":
            self.tls = client_context(certificates)

    @property
    def is_ip(self):
        """Whether the server sees an address of the client."""
        return self.family != socket.AF_UNIX

    def raw(self, source=None, receive_buffer=None):
        """Returns a new socket, not connected yet. `source` is the address of the client."""
        connection = socket.socket(self.family, socket.SOCK_STREAM)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source and self.family == socket.AF_INET:
            connection.setsockopt(socket.SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            connection.bind((source, 0))
        return connection

    def connect(self, timeout=20, source=None):
        """Returns a connected socket, after the TLS handshake if there is one."""
        connection = self.raw(source)
        try:
            connection.settimeout(timeout)
            connection.connect(self.address)
            if self.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self.tls.wrap_socket(connection, server_hostname="localhost") if self.tls else connection
        except BaseException:
            connection.close()
            raise

    def request(self, path="/metrics", method="GET", lines=""):
        """Returns the bytes of a request. `lines` are further header lines, each with its line end."""
        return f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{lines}\r\n".encode("latin-1")


def client_context(certificates):
    """Returns a TLS context that trusts the authority in a folder and has the client certificate in it."""
    folder = pathlib.Path(certificates)
    context = ssl.create_default_context(cafile=folder / "ca.crt")
    if (folder / "client.crt").exists():
        context.load_cert_chain(folder / "client.crt", folder / "client.key")
    return context


def half_a_client_hello():
    """Returns the first half of the first message of a TLS handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    return hello[: len(hello) // 2]


# openssl commands for an authority and the certificates of a server and of a client.
CERTIFICATES = """
set -e
new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
$new -x509 -days 1 -subj /CN=authority -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt
sign() {
  $new -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s' "$2" >"$1.ext"
  openssl x509 -req -days 1 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$1.crt"
}
sign server DNS:localhost,IP:127.0.0.1,IP:::1
sign client DNS:prometheus
"""


def raise_descriptor_limit(wanted=20_000):
    """Allows this process and its children as many descriptors; fails if the system does not."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
