# Finds libxcrypt, the library that provides libcrypt on current Linux systems. It installs no CMake files. Defines the
# target libxcrypt::libxcrypt.
find_path(libxcrypt_INCLUDE_DIR crypt.h)
find_library(libxcrypt_LIBRARY crypt)
mark_as_advanced(libxcrypt_INCLUDE_DIR libxcrypt_LIBRARY)

# musl has a crypt.h and an empty libcrypt of its own. Only libxcrypt has a version.
if(libxcrypt_INCLUDE_DIR)
  file(STRINGS ${libxcrypt_INCLUDE_DIR}/crypt.h libxcrypt_VERSION REGEX "XCRYPT_VERSION_STR")
  string(REGEX MATCH "[0-9.]+" libxcrypt_VERSION "${libxcrypt_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libxcrypt 
  REQUIRED_VARS libxcrypt_LIBRARY libxcrypt_INCLUDE_DIR libxcrypt_VERSION VERSION_VAR libxcrypt_VERSION)

if(libxcrypt_FOUND AND NOT TARGET libxcrypt::libxcrypt)
  add_library(libxcrypt::libxcrypt UNKNOWN IMPORTED)
  set_target_properties(libxcrypt::libxcrypt PROPERTIES
    IMPORTED_LOCATION ${libxcrypt_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${libxcrypt_INCLUDE_DIR})
endif()
