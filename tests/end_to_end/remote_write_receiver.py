"""A receiver of Remote Write, and a decoder of its requests that shares nothing with narthex: protoc and a reader of Snappy."""

import collections
import http.server
import pathlib
import subprocess
import threading

import formats

HERE = pathlib.Path(__file__).parent
WRITTEN = "X-Prometheus-Remote-Write-{}-Written"

Request = collections.namedtuple("Request", "headers body")
# A series: its labels, its one float value or None, its histogram or None, its exemplars, and its metadata of 2.0.
Series = collections.namedtuple("Series", "labels value time start histogram exemplars metadata")


def snappy_block(data):
    """Returns the content of a block of Snappy (format_description.txt of Snappy)."""
    size, at = formats.varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:  # a literal
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[at : at + extra], "little")
                at += extra
            out += data[at : at + length + 1]
            at += length + 1
            continue
        if tag & 3 == 1:
            length, offset = 4 + (tag >> 2 & 7), tag >> 5 << 8 | data[at]
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            length, offset = 1 + (tag >> 2), int.from_bytes(data[at : at + width], "little")
            at += width
        for _ in range(length):  # a copy may overlap what it writes
            out.append(out[-offset])
    if len(out) != size:
        raise AssertionError(f"the block of Snappy has {len(out)} bytes, not {size}")
    return bytes(out)


def protoc_decode(protoc, version, message):
    """Returns a message as protoc reads it: {field: [values]}."""
    name = {1: "WriteRequest", 2: "Request"}[version]
    command = [protoc, f"-I{HERE}", f"--decode={name}", f"remote_write_{version}.proto"]
    done = subprocess.run(command, input=message, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return formats.parse_message(iter(done.stdout.decode().splitlines()))


def first(message, field, default=None):
    """Returns the value of a field, or a default if it is missing."""
    return message.get(field, [default])[0]


def version_of(request):
    """Returns the major version of the protocol that a request uses."""
    return 2 if request.headers["X-Prometheus-Remote-Write-Version"] == "2.0.0" else 1


def decode(protoc, request):
    """Returns the series of a request, and the metadata of 1.0: {name: (type, help, unit)}."""
    version = version_of(request)
    message = protoc_decode(protoc, version, snappy_block(request.body))
    symbols = message.get("symbols", [])

    def labels_of(series):
        if version == 1:
            return [(first(label, "name", ""), first(label, "value", "")) for label in series.get("labels", [])]
        refs = [symbols[int(ref)] for ref in series.get("labels_refs", [])]
        return list(zip(refs[::2], refs[1::2], strict=True))

    def exemplar(message):
        return dict(labels_of(message)), float(first(message, "value", 0)), int(first(message, "timestamp", 0))

    def read(series):
        sample = first(series, "samples", {})
        metadata = first(series, "metadata", {})
        return Series(
            labels=labels_of(series),
            value=float(first(sample, "value", 0)) if sample else None,
            time=int(first(sample, "timestamp", 0)),
            start=int(first(sample, "start_timestamp", 0)),
            histogram=first(series, "histograms"),
            exemplars=[exemplar(message) for message in series.get("exemplars", [])],
            metadata=(
                int(first(metadata, "type", 0)),
                symbols[int(first(metadata, "help_ref", 0))] if symbols else "",
                symbols[int(first(metadata, "unit_ref", 0))] if symbols else "",
            ),
        )

    metadata = {
        first(entry, "metric_family_name"): (int(first(entry, "type", 0)), first(entry, "help", ""), first(entry, "unit", ""))
        for entry in message.get("metadata", [])
    }
    return [read(series) for series in message.get("timeseries", [])], metadata


class Receiver:
    """Keeps all requests. It supports 1.0, and 2.0 if `is_v2`, and can be stopped and started again."""

    def __init__(self, protoc, is_v2):
        self._protoc = protoc
        self._is_v2 = is_v2
        self._lock = threading.Lock()
        self._requests = []
        self._port = 0
        self._server = None
        self.start()

    @property
    def url(self):
        """The URL for the requests."""
        return f"http://127.0.0.1:{self._port}/api/v1/write"

    def requests(self):
        """Returns the requests so far."""
        with self._lock:
            return list(self._requests)

    def series(self):
        """Returns the series of all requests."""
        return [series for request in self.requests() for series in decode(self._protoc, request)[0]]

    def start(self):
        """Listens, always on the same port."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver._server is not self.server:  # stopped
                    self.close_connection = True
                    return
                request = Request(self.headers, body)
                with receiver._lock:
                    receiver._requests.append(request)
                self.send_response(204)
                if receiver._is_v2:
                    series = decode(receiver._protoc, request)[0]
                    histograms = sum(1 for one in series if one.histogram)
                    self.send_header(WRITTEN.format("Samples"), len(series) - histograms)
                    self.send_header(WRITTEN.format("Histograms"), histograms)
                    self.send_header(WRITTEN.format("Exemplars"), sum(len(one.exemplars) for one in series))
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Stops to listen."""
        server, self._server = self._server, None
        server.shutdown()
        server.server_close()
