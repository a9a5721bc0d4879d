"""A headless Chromium, driven through the DevTools protocol: no package beside Debian's chromium is needed.

Messages are JSON texts that end with a NUL byte, on two pipes (--remote-debugging-pipe).
"""

import base64
import fcntl
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

DEADLINE_SECONDS = 60
# Names of keys: (code, number, text).
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, None),
    "Tab": ("Tab", 9, None),
    "ArrowDown": ("ArrowDown", 40, None),
    "ArrowUp": ("ArrowUp", 38, None),
    "End": ("End", 35, None),
    "Home": ("Home", 36, None),
}


class ChromiumError(Exception):
    """Chromium does not start, does not answer, or reports an error."""


class Chromium:
    """A browser without a window; close() ends it. `options` are further options of its command line."""

    def __init__(self, *options):
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not executable:
            raise ChromiumError("there is no 'chromium' in the PATH; Debian's package has one")
        self._folder = tempfile.TemporaryDirectory(prefix="narthex-chromium-", ignore_cleanup_errors=True)
        self._ids = itertools.count(1)
        self._replies = {}
        self._listeners = {}
        self._lock = threading.Lock()
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        # The browser reads descriptor 3 and writes descriptor 4. Neither may have one of these numbers before.
        given = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
        command = [
            "bash", "-c", f'exec "$@" 3<&{given[0]} 4>&{given[1]}', "bash",
            "setpriv", "--pdeathsig", "KILL", "--",
            executable, "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--hide-scrollbars", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-background-networking",
            f"--user-data-dir={self._folder.name}", "--lang=en-GB", *options, "about:blank",
        ]  # fmt: skip
        with open(os.path.join(self._folder.name, "log"), "wb") as log:
            self._process = subprocess.Popen(
                command, pass_fds=given, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for end in (to_browser, from_browser, *given):
            os.close(end)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while chunk := os.read(self._in, 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._replies.pop(message["id"]).put(message)
                elif listener := self._listeners.get(message.get("sessionId")):
                    listener(message["method"], message["params"])
        os.close(self._in)
        for waiting in list(self._replies.values()):
            waiting.put({"error": {"message": "Chromium has ended"}})

    def send(self, method, session=None, **params):
        """Sends a command; returns a function that waits for its result."""
        number = next(self._ids)
        reply = self._replies[number] = queue.Queue()
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        with self._lock:
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self._out, data) :]

        def result():
            try:
                answer = reply.get(timeout=DEADLINE_SECONDS)
            except queue.Empty:
                raise ChromiumError(f"Chromium does not answer {method}") from None
            if "error" in answer:
                raise ChromiumError(f"{method}: {answer['error']['message']}")
            return answer["result"]

        return result

    def call(self, method, session=None, **params):
        """Sends a command and returns its result."""
        return self.send(method, session, **params)()

    def open(self, url, **options):
        """Returns a Tab that shows a URL. It shares no cookies and passwords with other tabs."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, target, session, **options)
        tab.load(url)
        return tab

    def listen(self, session, listener):
        """Calls listener(method, params) for the events of a session, on another thread."""
        self._listeners[session] = listener

    def close(self):
        """Ends the browser and removes its files."""
        try:
            self.call("Browser.close")
        except ChromiumError:
            self._process.kill()
        self._process.wait(DEADLINE_SECONDS)
        os.close(self._out)
        self._folder.cleanup()


class Tab:
    """A page of the browser. `errors` has what it wrote to the console, exceptions, and violations of its policy."""

    NEVER = object()  # the reply to a request that gets none

    def __init__(self, browser, target, session, width=1200, height=2400):
        self._browser = browser
        self._target = target
        self._session = session
        self.errors = []
        self._trace = []
        self._trace_ended = threading.Event()
        self.on_request = None
        browser.listen(session, self._event)
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.resize(width, height)

    def call(self, method, **params):
        """Sends a command of the DevTools protocol for this tab."""
        return self._browser.call(method, self._session, **params)

    def _event(self, method, params):
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled":
            self.errors.append(" ".join(str(arg.get("value")) for arg in params["args"]))
        elif method == "Log.entryAdded":
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Tracing.dataCollected":
            self._trace += params["value"]
        elif method == "Tracing.tracingComplete":
            self._trace_ended.set()
        elif method == "Fetch.requestPaused":
            self._answer(params)

    def _answer(self, params):
        reply = self.on_request and self.on_request(params["request"]["url"])
        send = self._browser.send
        if reply is self.NEVER:
            return
        if reply is None:
            send("Fetch.continueRequest", self._session, requestId=params["requestId"])
            return
        status, body = reply
        if status == 0:
            send("Fetch.failRequest", self._session, requestId=params["requestId"], errorReason="ConnectionRefused")
            return
        send(
            "Fetch.fulfillRequest",
            self._session,
            requestId=params["requestId"],
            responseCode=status,
            responseHeaders=[{"name": "Content-Type", "value": "text/plain; version=0.0.4; charset=utf-8"}],
            body=base64.b64encode(body.encode()).decode(),
        )

    def intercept(self, on_request):
        """Lets on_request(url) answer requests: (status, body), (0, "") for no connection, or None for the server."""
        self.on_request = on_request
        self.call("Fetch.enable")

    def load(self, url):
        """Shows a URL."""
        reply = self.call("Page.navigate", url=url)
        if reply.get("errorText"):
            raise ChromiumError(f"{url}: {reply['errorText']}")
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression):
        """Returns the value of an expression; waits for a promise."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise ChromiumError(result["exceptionDetails"]["exception"].get("description", expression))
        return result["result"].get("value")

    def wait_for(self, expression, seconds=DEADLINE_SECONDS):
        """Waits until an expression is true; returns its value."""
        end = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            if time.monotonic() > end:
                raise AssertionError(f"not true after {seconds} s: {expression}")
            time.sleep(0.05)
        return value

    def press(self, key):
        """Presses a key, which is a letter or a name in KEYS."""
        code, number, text = KEYS.get(key, (key, ord(key[0].upper()), key))
        event = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **down, **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def write(self, text):
        """Types a text into the focused field."""
        for letter in text:
            self.press(letter)

    def resize(self, width, height, scale=1):
        """Sets the size of the page in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale}
        self.call("Emulation.setDeviceMetricsOverride", mobile=False, **size)

    def prefer(self, scheme):
        """Sets the colours that the reader prefers: light or dark."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self):
        """Returns a PNG of what the tab shows."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def trace(self, action):
        """Calls action(); returns the CPU times of the tasks of the tab meanwhile, in milliseconds, longest first."""
        self._trace = []
        self._trace_ended.clear()
        config = {"includedCategories": ["toplevel"]}
        self.call("Tracing.start", transferMode="ReportEvents", traceConfig=config)
        action()
        self.call("Tracing.end")
        if not self._trace_ended.wait(DEADLINE_SECONDS):
            raise ChromiumError("the trace does not end")
        threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in self._trace if e["name"] == "thread_name"}
        tasks = []
        end = 0
        for event in sorted(self._trace, key=lambda e: e["ts"]):
            if threads.get((event["pid"], event["tid"])) != "CrRendererMain" or event["ph"] != "X" or event["ts"] < end:
                continue
            end = event["ts"] + event.get("dur", 0)
            # The microtasks of a task may follow it.
            if "Microtask" in event["name"] and tasks:
                tasks[-1] += event.get("tdur", 0) / 1000
            else:
                tasks.append(event.get("tdur", 0) / 1000)
        return sorted(tasks, reverse=True)

    def close(self):
        """Closes the tab."""
        self._browser.call("Target.closeTarget", targetId=self._target)
