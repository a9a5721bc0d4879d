# Finds civetweb without its CMake package. That of Debian names the program /usr/bin/civetweb, which is in another
# package, and fails if it is not installed. Defines the target civetweb::civetweb, and civetweb_VERSION.
if(TARGET civetweb::civetweb)
  set(civetweb_FOUND TRUE)
  return()
endif()

find_path(civetweb_INCLUDE_DIR civetweb.h)
find_library(civetweb_LIBRARY civetweb)
mark_as_advanced(civetweb_INCLUDE_DIR civetweb_LIBRARY)

if(civetweb_INCLUDE_DIR)
  file(STRINGS ${civetweb_INCLUDE_DIR}/civetweb.h civetweb_VERSION REGEX "^#define CIVETWEB_VERSION ")
  string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" civetweb_VERSION "${civetweb_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(civetweb
  REQUIRED_VARS civetweb_LIBRARY civetweb_INCLUDE_DIR VERSION_VAR civetweb_VERSION)

if(civetweb_FOUND)
  add_library(civetweb::civetweb UNKNOWN IMPORTED)
  set_target_properties(civetweb::civetweb PROPERTIES
    IMPORTED_LOCATION ${civetweb_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${civetweb_INCLUDE_DIR})
  # A program links what a static library needs. It has TLS, by dlopen() or by linking OpenSSL, or it was built without.
  if(civetweb_LIBRARY MATCHES "\\.a$")
    find_package(Threads QUIET)
    find_package(OpenSSL QUIET)
    file(STRINGS ${civetweb_LIBRARY} civetweb_dlopen REGEX "libssl\\.so" LIMIT_COUNT 1)
    file(STRINGS ${civetweb_LIBRARY} civetweb_tls REGEX "SSL_CTX_new" LIMIT_COUNT 1)
    if(civetweb_tls AND NOT civetweb_dlopen AND TARGET OpenSSL::SSL)
      set_property(TARGET civetweb::civetweb APPEND PROPERTY INTERFACE_LINK_LIBRARIES OpenSSL::SSL OpenSSL::Crypto)
    endif()
    set_property(TARGET civetweb::civetweb APPEND PROPERTY INTERFACE_LINK_LIBRARIES
      Threads::Threads ${CMAKE_DL_LIBS} rt)
  endif()
endif()
