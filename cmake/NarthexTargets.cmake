# Finds a package, or says where to get it: narthex_dependency(<package> [<version>] DEBIAN <name> [OR <advice>])
macro(narthex_dependency package)
  cmake_parse_arguments(dependency "" "DEBIAN;OR" "" ${ARGN})
  find_package(${package} ${dependency_UNPARSED_ARGUMENTS} QUIET)
  if(NOT ${package}_FOUND)
    string(STRIP "${package} ${dependency_UNPARSED_ARGUMENTS}" dependency_wanted)
    message(FATAL_ERROR "narthex needs ${dependency_wanted}: install it (Debian: "
      "${dependency_DEBIAN}) ${dependency_OR}")
  endif()
endmacro()

# Gives a library of ours what all of them share: its alias, its headers, C++20, hidden symbols, and its place in the
# installed package.
#
#   narthex_library(<target> EXPORT_AS <name> INCLUDE <folder>...)
function(narthex_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXPORT_AS" "INCLUDE")

  add_library(narthex::${arg_EXPORT_AS} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  foreach(folder ${arg_INCLUDE})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${folder}>)
  endforeach()
  target_include_directories(${target} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${arg_EXPORT_AS}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  narthex_warnings(${target})

  if(NOT NARTHEX_INSTALL)
    return()
  endif()
  list(TRANSFORM arg_INCLUDE APPEND /)
  install(DIRECTORY ${arg_INCLUDE} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(TARGETS ${target} EXPORT ${target}-targets)
  install(EXPORT ${target}-targets NAMESPACE narthex:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/narthex)
endfunction()

# Turns on the warnings that our own code is free of. They are errors where the presets say so, never for a user.
function(narthex_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-restrict)  # GCC bug 105651: false alarms on std::string's operator+
  endif()
endfunction()
