"""Own DNS names for a Prometheus: a dnsmasq on a loopback address, and a mount namespace that uses it."""

import os
import shutil
import signal
import socket
import subprocess

PORT = 53  # the only one that a resolv.conf can mean
SHADOW = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


class Dns:
    """A name server on loopback with one name, whose addresses can be changed."""

    def __init__(self, services, name, addresses):
        folder = services.folder()
        self._name = name
        self._hosts = folder / "hosts"
        self._resolv_conf = folder / "resolv.conf"
        self.address = free_address()
        self._resolv_conf.write_text(f"nameserver {self.address}\n")
        self._write(addresses)
        command = [
            find_dnsmasq(),
            "--no-daemon",
            "--conf-file=/dev/null",
            "--no-hosts",
            "--no-resolv",
            "--bind-interfaces",
            f"--listen-address={self.address}",
            f"--addn-hosts={self._hosts}",
        ]
        self._program = services.start("dnsmasq", command)
        self._program.wait_for_line("started, version")

    def answer(self, addresses):
        """Changes the addresses of the name."""
        self._write(addresses)
        self._program.send_signal(signal.SIGHUP)

    def inside(self):
        """Returns a command prefix that runs a program with this name server."""
        return inside(self._resolv_conf)

    def _write(self, addresses):
        self._hosts.write_text("".join(f"{address} {self._name}\n" for address in addresses))


def inside(resolv_conf):
    """Returns a command prefix that runs a program with a private resolv.conf."""
    return ["unshare", "--mount", "sh", "-c", SHADOW, resolv_conf]


def free_address():
    """Returns a loopback address whose DNS port is free; None if there is none, or if the port is not permitted."""
    for address in (f"127.0.0.{number}" for number in range(153, 163)):
        try:
            with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
                udp.bind((address, PORT))
                tcp.bind((address, PORT))
            return address
        except OSError:
            pass
    return None


def find_dnsmasq():
    """Returns the path of dnsmasq, which may be outside of PATH; None if it is not installed."""
    return shutil.which("dnsmasq", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def obstacle():
    """Returns the reason why an own DNS is impossible here; None if it is possible."""
    if not find_dnsmasq():
        return "there is no dnsmasq, which Debian's package dnsmasq-base has"
    if os.geteuid() != 0:
        return "it takes root"
    if not free_address():
        return f"port {PORT} is taken"
    command = [*inside("/dev/null"), "true"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return "this machine does not permit a private /etc/resolv.conf"
    return None
