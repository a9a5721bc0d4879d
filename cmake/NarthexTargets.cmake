# Adds the libraries of narthex.

# Adds the folder of a component, which defines the target narthex::<name>. If its option is off or a package is
# missing, the component is not built. One line says why, and find_package(narthex COMPONENTS <name>) fails with the
# same reason. A program that links the installed component needs the packages of REQUIRES. Those of BUILD_REQUIRES are
# needed only here: they consist of headers that no public header includes. USES names components that it links.
#   narthex_component(<name> FOLDER <folder> [OPTION <option>] [REQUIRES|BUILD_REQUIRES <package>...]
#     [USES <component>...])
function(narthex_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER;OPTION" "REQUIRES;BUILD_REQUIRES;USES")
  set_property(GLOBAL APPEND PROPERTY NARTHEX_COMPONENTS ${name})
  foreach(package IN LISTS arg_REQUIRES)
    get_property(debian GLOBAL PROPERTY NARTHEX_PACKAGE_DEBIAN_${package})
    set_property(GLOBAL APPEND PROPERTY NARTHEX_REQUIRES_${name} ${package})
    set_property(GLOBAL APPEND PROPERTY NARTHEX_DEBIAN_${name} ${debian})
  endforeach()
  set(reason "")
  if(arg_OPTION AND NOT ${arg_OPTION})
    set(reason "${arg_OPTION} is OFF")
  endif()
  set_property(GLOBAL PROPERTY NARTHEX_USES_${name} ${arg_USES})
  foreach(used IN LISTS arg_USES)
    get_property(used_reason GLOBAL PROPERTY NARTHEX_REASON_${used})
    if(used_reason AND NOT reason)
      set(reason "${used_reason}")
    endif()
  endforeach()
  if(NOT reason)
    set(missing "")
    foreach(package IN LISTS arg_REQUIRES arg_BUILD_REQUIRES)
      narthex_find_package(${package})
      if(NOT ${package}_FOUND)
        list(APPEND missing ${package})
      endif()
    endforeach()
    if(missing)
      narthex_missing_reason(reason ${missing})
    endif()
  endif()
  if(reason)
    set_property(GLOBAL PROPERTY NARTHEX_REASON_${name} "${reason}")
    message(STATUS "narthex::${name} is not built: ${reason}")
  else()
    add_subdirectory(${arg_FOLDER})
  endif()
endfunction()

# Sets what all libraries of narthex have in common: the alias narthex::<name>, the headers, C++20, hidden symbols, and
# the place in the installed package.
#   narthex_library(<target> EXPORT_AS <name> [HEADERS_IN <folder>] INCLUDE <folder>...)
# The package has the headers in its folder for headers, or in HEADERS_IN below it.
function(narthex_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXPORT_AS;HEADERS_IN" "INCLUDE")

  add_library(narthex::${arg_EXPORT_AS} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  foreach(folder ${arg_INCLUDE})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${folder}>)
  endforeach()
  cmake_path(APPEND CMAKE_INSTALL_INCLUDEDIR ${arg_HEADERS_IN} OUTPUT_VARIABLE headers)
  target_include_directories(${target} PUBLIC $<INSTALL_INTERFACE:${headers}>)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${arg_EXPORT_AS}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  narthex_warnings(${target})
  narthex_sections(${target})

  if(NOT NARTHEX_INSTALL)
    return()
  endif()
  list(TRANSFORM arg_INCLUDE APPEND /)
  install(DIRECTORY ${arg_INCLUDE} DESTINATION ${headers} COMPONENT narthex_development)
  install(TARGETS ${target} EXPORT ${target}-targets
    LIBRARY COMPONENT narthex_runtime NAMELINK_COMPONENT narthex_development
    ARCHIVE COMPONENT narthex_development)
  install(EXPORT ${target}-targets NAMESPACE narthex:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/narthex
    COMPONENT narthex_development)
endfunction()

# Gives each function and variable a section of its own. A program that links a static narthex with -Wl,--gc-sections then
# leaves out what it does not use.
function(narthex_sections target)
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
endfunction()

# Optimises sources for size: code that runs when a metric is defined, once in each scrape or request, or never. With -O3
# it is twice as large.
function(narthex_cold_sources)
  if(NOT CMAKE_CONFIGURATION_TYPES AND NOT CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$")
    return()  # a source with options of its own is not in one file with others (CMAKE_UNITY_BUILD)
  endif()
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release,RelWithDebInfo>:-Os>)
  set_property(SOURCE ${ARGN} PROPERTY SKIP_PRECOMPILE_HEADERS ON)  # GCC refuses headers that were compiled without -Os
endfunction()

# Turns on the compiler warnings. They are errors only with the presets, so that a new warning of a compiler does not
# stop a user's build.
function(narthex_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-restrict)  # GCC bug 105651: false warnings about std::string
  endif()
endfunction()
