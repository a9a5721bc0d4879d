# Installs the files that find_package(narthex) and pkg-config read.
include(CMakePackageConfigHelpers)

# A program that links a static library must also link its dependencies. A shared library loads them itself, and its
# headers include none of theirs. So a program on the shared library needs no development package of a dependency.
if(kind STREQUAL "SHARED_LIBRARY")
  set(flags " -DNARTHEX_SHARED")
else()
  set(flags " -fvisibility-inlines-hidden")
endif()

# The HTTP exporters need these libraries too, if they were built with support for the web configuration file.
if(TARGET narthex_web_config)
  foreach(component http civetweb)
    set_property(GLOBAL APPEND PROPERTY NARTHEX_REQUIRES_${component} libxcrypt OpenSSL yaml-cpp)
    set_property(GLOBAL APPEND PROPERTY NARTHEX_DEBIAN_${component} libcrypt-dev libssl-dev libyaml-cpp-dev)
  endforeach()
  set(web_config_libraries crypt ssl crypto yaml-cpp)
endif()

# What narthex-config.cmake knows about each component.
get_property(components GLOBAL PROPERTY NARTHEX_COMPONENTS)
foreach(component IN LISTS components)
  foreach(property REQUIRES DEBIAN REASON USES)
    get_property(value GLOBAL PROPERTY NARTHEX_${property}_${component})
    string(APPEND component_properties "set(narthex_${property}_${component} \"${value}\")\n")
  endforeach()
endforeach()

# The library that compresses, in CMake and in pkg-config.
set(narthex_pc_requires "fmt")
if(narthex_gzip STREQUAL "isal")
  string(APPEND narthex_pc_requires " libisal")
elseif(narthex_gzip STREQUAL "ZLIB")
  string(APPEND narthex_pc_requires " zlib")
endif()
if(kind STREQUAL "STATIC_LIBRARY")
  set(requires "Requires: ${narthex_pc_requires}\n")
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/narthex)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/narthex-config.cmake.in
  ${PROJECT_BINARY_DIR}/narthex-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/narthex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/narthex-config.cmake ${PROJECT_BINARY_DIR}/narthex-config-version.cmake
  DESTINATION ${package_dir} COMPONENT narthex_development)
if(kind STREQUAL "STATIC_LIBRARY")
  foreach(package civetweb isal libxcrypt)
    install(FILES ${CMAKE_CURRENT_LIST_DIR}/Find${package}.cmake DESTINATION ${package_dir}
      COMPONENT narthex_development)
  endforeach()
endif()

# The .pc files name the prefix relative to their own folder, so that the package can be moved and
# `cmake --install --prefix` works.
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

# Installs a pkg-config file:
#   narthex_pkg_config(<name> <template> [<description>] [HEADERS_IN <folder>] [NEEDS <libraries>...])
function(narthex_pkg_config name template)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "HEADERS_IN" "NEEDS")
  string(REPLACE - _ library ${name})
  set(description "${arg_UNPARSED_ARGUMENTS}")
  string(REGEX REPLACE "(.+)" "/\\1" headers "${arg_HEADERS_IN}")
  list(TRANSFORM arg_NEEDS PREPEND " -l" OUTPUT_VARIABLE libraries)
  list(JOIN libraries "" libraries)
  if(libraries AND kind STREQUAL "SHARED_LIBRARY")
    set(shared_libs "Libs.private:${libraries}\n")
  elseif(libraries)
    set(static_libs "${libraries}")
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${template}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT narthex_development)
endfunction()

narthex_pkg_config(narthex narthex)
narthex_pkg_config(narthex-testing narthex-component "Reads, compares and lints narthex registries in tests")
narthex_pkg_config(narthex-textfile narthex-component "Writes narthex registries to files for node_exporter")
if(TARGET narthex_http)
  narthex_pkg_config(narthex-http narthex-component "Serves narthex registries over HTTP" NEEDS ${web_config_libraries})
endif()
if(TARGET narthex_civetweb)
  narthex_pkg_config(narthex-civetweb narthex-component "Serves narthex registries over HTTP with civetweb"
    NEEDS civetweb ${web_config_libraries})
endif()
if(TARGET narthex_pushgateway)
  narthex_pkg_config(narthex-pushgateway narthex-component "Pushes narthex registries to a Pushgateway" NEEDS curl)
endif()
if(TARGET narthex_remote_write)
  narthex_pkg_config(narthex-remote-write narthex-component "Sends narthex registries with Prometheus Remote Write"
    NEEDS curl snappy)
endif()
if(TARGET narthex_otlp)
  narthex_pkg_config(narthex-otlp narthex-component "Sends narthex registries to OpenTelemetry" NEEDS curl)
endif()
if(TARGET narthex_prometheus_cpp)
  narthex_pkg_config(narthex-prometheus-cpp narthex-component "The interface of prometheus-cpp on narthex"
    HEADERS_IN narthex-prometheus-cpp NEEDS narthex_http narthex_pushgateway curl ${web_config_libraries})
endif()

# Projects that use prometheus-cpp then need no change.
if(NARTHEX_INSTALL_PROMETHEUS_CPP_PACKAGE AND TARGET narthex_prometheus_cpp)
  set(prometheus_cpp_dir ${CMAKE_INSTALL_LIBDIR}/cmake/prometheus-cpp)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/compat/prometheus_cpp/prometheus-cpp-config.cmake.in
    ${PROJECT_BINARY_DIR}/prometheus-cpp-config.cmake INSTALL_DESTINATION ${prometheus_cpp_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/prometheus-cpp-config-version.cmake
    VERSION 1.3.0 COMPATIBILITY SameMajorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/prometheus-cpp-config.cmake
    ${PROJECT_BINARY_DIR}/prometheus-cpp-config-version.cmake DESTINATION ${prometheus_cpp_dir}
    COMPONENT narthex_development)
endif()
