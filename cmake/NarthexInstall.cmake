# The package files: what find_package(narthex) and pkg-config read.
include(CMakePackageConfigHelpers)

# A static library needs its dependencies named to whoever links it, a shared one brings them along.
get_target_property(kind narthex TYPE)
if(kind STREQUAL "SHARED_LIBRARY")
  set(private ".private")
  set(shared_libs "Libs.private: -lcivetweb\n")
else()
  set(static_libs " -lcivetweb")
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/narthex)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/narthex-config.cmake.in
  ${PROJECT_BINARY_DIR}/narthex-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/narthex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/narthex-config.cmake ${PROJECT_BINARY_DIR}/narthex-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/Findisal.cmake DESTINATION ${package_dir})

# The files find the prefix from where they lie, so that `cmake --install --prefix` and moving the package work.
file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

function(narthex_pkg_config name)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

narthex_pkg_config(narthex)
narthex_pkg_config(narthex-testing)
if(TARGET narthex_civetweb)
  narthex_pkg_config(narthex-civetweb)
endif()
