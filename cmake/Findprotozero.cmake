# Finds protozero, a library that consists of headers only. Defines protozero_INCLUDE_DIR.
find_path(protozero_INCLUDE_DIR protozero/pbf_writer.hpp)
mark_as_advanced(protozero_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(protozero REQUIRED_VARS protozero_INCLUDE_DIR)
