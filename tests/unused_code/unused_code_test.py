"""A statically linked program contains the code for the web configuration file only if it sets the file."""

import pathlib
import re
import subprocess
import sys
import unittest

PROGRAMS = sys.argv[1:]

# A function of each part: reading the file, comparing passwords, and encrypting.
PARTS = {"parse_web_config", "is_bcrypt_hash", "tls_stream"}
LIBRARIES = {"libyaml-cpp", "libssl"}


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed_libraries(program):
    return {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(\S+)\]", output_of("readelf", "-dW", program))}


class UnusedCodeTest(unittest.TestCase):
    def test_only_a_program_with_a_file_contains_the_code_for_it(self):
        for program in PROGRAMS:
            with self.subTest(program):
                names = output_of("nm", "-C", program)
                found = {part for part in PARTS if f"narthex::detail::{part}" in names}
                expected = PARTS if "_with_" in pathlib.Path(program).name else set()
                self.assertEqual(found, expected)

    def test_only_a_program_with_a_file_loads_the_libraries_for_it(self):
        for program in PROGRAMS:
            with self.subTest(program):
                expected = LIBRARIES if "_with_" in pathlib.Path(program).name else set()
                self.assertEqual(needed_libraries(program) & LIBRARIES, expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
