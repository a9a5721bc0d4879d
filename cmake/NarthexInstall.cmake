# The package files: what find_package(narthex) and pkg-config read.
include(CMakePackageConfigHelpers)

# A static library needs its dependencies named to whoever links it, a shared one brings them along.
get_target_property(kind narthex TYPE)
if(kind STREQUAL "SHARED_LIBRARY")
  set(private ".private")
endif()

# What the web configuration file of the civetweb exporter takes, where it was built with it.
if(TARGET narthex_web_config)
  set(web_config_packages libxcrypt OpenSSL yaml-cpp)
  set(web_config_libraries crypt ssl crypto yaml-cpp)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/narthex)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/narthex-config.cmake.in
  ${PROJECT_BINARY_DIR}/narthex-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/narthex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/narthex-config.cmake ${PROJECT_BINARY_DIR}/narthex-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/Findisal.cmake ${CMAKE_CURRENT_LIST_DIR}/Findlibxcrypt.cmake DESTINATION ${package_dir})

# The files find the prefix from where they lie, so that `cmake --install --prefix` and moving the package work.
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

# narthex_pkg_config(<name> <template> [<what it says of itself>] [NEEDS <libraries>...])
function(narthex_pkg_config name template)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "NEEDS")
  string(REPLACE - _ library ${name})
  set(description "${arg_UNPARSED_ARGUMENTS}")
  list(TRANSFORM arg_NEEDS PREPEND " -l" OUTPUT_VARIABLE libraries)
  list(JOIN libraries "" libraries)
  if(libraries AND kind STREQUAL "SHARED_LIBRARY")
    set(shared_libs "Libs.private:${libraries}\n")
  elseif(libraries)
    set(static_libs "${libraries}")
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${template}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

narthex_pkg_config(narthex narthex)
narthex_pkg_config(narthex-testing narthex-component "Reads, compares and lints narthex registries in tests")
narthex_pkg_config(narthex-textfile narthex-component "Writes narthex registries to files for node_exporter")
if(TARGET narthex_civetweb)
  narthex_pkg_config(narthex-civetweb narthex-component "Serves narthex registries over HTTP with civetweb"
    NEEDS civetweb ${web_config_libraries})
endif()
if(TARGET narthex_pushgateway)
  narthex_pkg_config(narthex-pushgateway narthex-component "Hands narthex registries to a Pushgateway" NEEDS curl)
endif()
