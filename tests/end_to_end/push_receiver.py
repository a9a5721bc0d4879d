"""A server on loopback that keeps the requests of a push exporter."""

import http.server
import threading


class Request:
    """A request: path, headers, and body."""

    def __init__(self, handler):
        self.path = handler.path
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.requests.append(Request(self))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class PushReceiver:
    """Accepts every request."""

    def __init__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.requests = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self):
        """The requests so far."""
        return list(self._server.requests)

    def stop(self):
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()
