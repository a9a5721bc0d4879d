"""Builds narthex for Conan 2 from the archive of a release."""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rmdir
from conan.tools.scm import Version

required_conan_version = ">=2.0"

# An option, the packages that it needs, and the package that CMake must not find if the option is off.
FEATURES = {
    "http": (("boost/[>=1.74 <2]",), "Boost"),
    "web_config": (("openssl/[>=3 <4]", "yaml-cpp/[>=0.7 <1]", "libxcrypt/[>=4.4 <5]"), "libxcrypt"),
    "civetweb": (("civetweb/[>=1.15 <2]",), "civetweb"),
    "pushgateway": (("libcurl/[>=7.87 <9]",), "CURL"),
    "otlp": (("protozero/[>=1.7 <2]",), "protozero"),  # needs pushgateway, too
    "remote_write": (("snappy/[>=1.1 <2]",), "Snappy"),  # needs otlp, too
}
GZIP = {"isal": "isa-l/[>=2.30 <3]", "zlib": "zlib/[>=1.2.11 <2]"}


class NarthexConan(ConanFile):
    name = "narthex"
    description = "Prometheus client library for C++20 services"
    license = "Apache-2.0"
    topics = ("prometheus", "metrics", "monitoring", "openmetrics")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "gzip": list(GZIP),
        **{name: [True, False] for name in FEATURES},
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "http": True,
        "web_config": True,
        "civetweb": False,
        "pushgateway": True,
        "otlp": False,
        "remote_write": False,
        "gzip": "isal",
    }
    implements = ["auto_shared_fpic"]

    def set_version(self):
        self.version = self.version or next(iter(self.conan_data["sources"]))

    def layout(self):
        cmake_layout(self, src_folder="src")

    def requirements(self):
        self.requires("fmt/[>=9 <13]")
        self.requires(GZIP[str(self.options.gzip)])
        for option, (packages, _) in FEATURES.items():
            is_used = option != "web_config" or self.options.http or self.options.civetweb
            if getattr(self.options, option) and is_used:
                for package in packages:
                    self.requires(package)

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration(f"narthex runs on Linux only, not on '{self.settings.os}'")
        if self.settings.arch in ("x86", "armv7", "armv7hf"):
            raise ConanInvalidConfiguration(f"narthex needs a 64-bit system; '{self.settings.arch}' has 32 bits")
        for option, needed in (("otlp", "pushgateway"), ("remote_write", "otlp")):
            if getattr(self.options, option) and not getattr(self.options, needed):
                raise ConanInvalidConfiguration(f"the option '{option}' needs the option '{needed}'")
        minimum = {"gcc": "12", "clang": "14"}.get(str(self.settings.compiler))
        if minimum and Version(self.settings.compiler.version) < minimum:
            raise ConanInvalidConfiguration(f"narthex needs {self.settings.compiler} {minimum} or later")
        check_min_cppstd(self, 20)

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCH"):
            toolchain.cache_variables[f"NARTHEX_BUILD_{part}"] = False
        toolchain.cache_variables["NARTHEX_WITH_CIVETWEB"] = bool(self.options.civetweb)
        for option, (_, package) in FEATURES.items():
            toolchain.cache_variables[f"CMAKE_DISABLE_FIND_PACKAGE_{package}"] = not getattr(self.options, option)
        toolchain.cache_variables["CMAKE_DISABLE_FIND_PACKAGE_isal"] = self.options.gzip != "isal"
        toolchain.generate()

        # The names by which the CMake files of narthex look for packages.
        deps = CMakeDeps(self)
        deps.set_property("fmt", "cmake_config_version_compat", "AnyNewerVersion")  # narthex asks for 9 or later
        deps.set_property("isa-l", "cmake_file_name", "isal")
        deps.set_property("isa-l", "cmake_target_name", "isal::isal")
        deps.set_property("libxcrypt", "cmake_file_name", "libxcrypt")
        deps.set_property("libxcrypt", "cmake_target_name", "libxcrypt::libxcrypt")
        deps.set_property("protozero", "cmake_file_name", "protozero")
        deps.set_property("snappy", "cmake_file_name", "Snappy")
        deps.set_property("snappy", "cmake_target_name", "Snappy::snappy")
        deps.set_property("yaml-cpp", "cmake_target_name", "yaml-cpp")
        deps.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # CMakeDeps and PkgConfigDeps write these files for users.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "narthex")

        core = self.cpp_info.components["narthex"]
        core.set_property("cmake_target_name", "narthex::narthex")
        core.set_property("pkg_config_name", "narthex")
        core.libs = ["narthex"]
        core.system_libs = ["pthread"]
        core.requires = ["fmt::fmt", "isa-l::isa-l" if self.options.gzip == "isal" else "zlib::zlib"]
        if self.options.shared:
            core.defines = ["NARTHEX_SHARED"]
        else:
            core.cxxflags = ["-fvisibility-inlines-hidden"]

        web_config = ["openssl::openssl", "yaml-cpp::yaml-cpp", "libxcrypt::libxcrypt"] if self.options.web_config else []
        components = {"testing": [], "textfile": []}
        if self.options.http:
            components["http"] = ["boost::headers", *web_config]
        if self.options.civetweb:
            components["civetweb"] = ["civetweb::civetweb", *web_config]
        if self.options.pushgateway:
            components["pushgateway"] = ["libcurl::libcurl"]
        if self.options.otlp:
            components["otlp"] = ["libcurl::libcurl"]
        if self.options.remote_write:
            components["remote_write"] = ["libcurl::libcurl", "snappy::snappy"]
        if self.options.http and self.options.pushgateway:
            components["prometheus_cpp"] = ["http", "pushgateway"]
        for name, requires in components.items():
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"narthex::{name}")
            component.set_property("pkg_config_name", f"narthex-{name.replace('_', '-')}")
            component.libs = [f"narthex_{name}"]
            component.requires = ["narthex", "fmt::fmt", *requires]
            if name == "prometheus_cpp":
                component.includedirs = ["include/narthex-prometheus-cpp"]
