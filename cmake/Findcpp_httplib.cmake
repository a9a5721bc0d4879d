# Finds cpp-httplib with pkg-config, because Debian's package has no CMake files. Defines the target
# cpp_httplib::cpp_httplib.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(cpp_httplib QUIET IMPORTED_TARGET cpp-httplib)
endif()
find_package(OpenSSL 3 QUIET)
find_package(Threads QUIET)
set(cpp_httplib_FOUND FALSE)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cpp_httplib
  REQUIRED_VARS cpp_httplib_LIBRARIES OPENSSL_FOUND Threads_FOUND VERSION_VAR cpp_httplib_VERSION)

if(cpp_httplib_FOUND AND NOT TARGET cpp_httplib::cpp_httplib)
  add_library(cpp_httplib::cpp_httplib INTERFACE IMPORTED)
  # Inline functions of its header call OpenSSL, which its pkg-config file names only for static linking.
  set_target_properties(cpp_httplib::cpp_httplib PROPERTIES
    INTERFACE_LINK_LIBRARIES "PkgConfig::cpp_httplib;OpenSSL::SSL;OpenSSL::Crypto;Threads::Threads")
endif()
