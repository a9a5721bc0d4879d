"""HttpExporter serves a normal scraper while a few clients abuse it; scripts/test-release starts thousands of them."""

import dataclasses
import unittest

import case
import endpoint
import http_abuse


SIZE = http_abuse.SMALL
if case.SANITIZED:
    SIZE = dataclasses.replace(SIZE, limit_ms=5_000.0, checks_memory=False, idle_cpu=0.5)


class Abuse(unittest.TestCase):
    """Each scenario on each of its transports."""

    @classmethod
    def setUpClass(cls):
        endpoint.raise_descriptor_limit(2_000)


def test_of(scenario, transport):
    """Returns the test of a scenario on a transport."""

    def test(self):
        result = http_abuse.run(scenario, transport, http_abuse.Starter(case.binary("abused_service")), SIZE)
        self.assertEqual(result.faults, [], http_abuse.line(result))

    test.__doc__ = f"{scenario.__doc__} {transport}"
    return test


for one, over in http_abuse.chosen([], is_small=True, is_rival=False):
    if case.SANITIZED and one is http_abuse.descriptor_limit:
        continue  # UndefinedBehaviorSanitizer needs descriptors of its own
    setattr(Abuse, f"test_{one.__name__}_{over}", test_of(one, over))


if __name__ == "__main__":
    case.main()
