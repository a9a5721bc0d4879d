# Describes the Debian packages that `cpack -G DEB` creates, for use outside of Debian's archive:
#   libnarthex<major>.<minor>   the shared libraries of all components. The name has the version of the SONAME, as
#                               section 8.1 of the Debian policy requires, so that two versions can be installed.
#   libnarthex-dev              the headers, the links to the libraries, and the files for CMake and pkg-config
set(NARTHEX_PACKAGE_CONTACT "narthex <narthex@example.org>" CACHE STRING "Maintainer of the Debian packages")
mark_as_advanced(NARTHEX_PACKAGE_CONTACT)

set(runtime_package libnarthex${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(package_version ${PROJECT_VERSION}-1)

# narthex-config.cmake names the components that were not built, and why.
set(built "")
set(private_dirs "${PROJECT_BINARY_DIR}")
foreach(component IN LISTS components)
  if(TARGET narthex_${component})
    get_target_property(dir narthex_${component} BINARY_DIR)
    list(APPEND private_dirs "${dir}")
    list(APPEND built ${component})
  endif()
endforeach()
list(JOIN built "\n  * " built)

# Files that every Debian package has. They are not part of other installations.
set(doc_dir "${PROJECT_BINARY_DIR}/debian")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc_dir}/copyright" "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: narthex

Files: *
Copyright: The authors of narthex
License: Apache-2.0
 The text of the license is in /usr/share/common-licenses/Apache-2.0.
")
file(WRITE "${doc_dir}/changelog.Debian" "narthex (${package_version}) unstable; urgency=medium

  * Package narthex ${PROJECT_VERSION}; changelog.gz lists the changes.

 -- ${NARTHEX_PACKAGE_CONTACT}  ${date}
")
configure_file("${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${doc_dir}/changelog" COPYONLY)
foreach(name changelog changelog.Debian)
  file(ARCHIVE_CREATE OUTPUT "${doc_dir}/${name}.gz" PATHS "${doc_dir}/${name}"
    FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
endforeach()
file(WRITE "${doc_dir}/triggers" "activate-noawait ldconfig\n")
install(FILES "${doc_dir}/copyright" "${doc_dir}/changelog.gz" "${doc_dir}/changelog.Debian.gz"
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${runtime_package} COMPONENT narthex_runtime EXCLUDE_FROM_ALL)
install(FILES "${doc_dir}/copyright" "${doc_dir}/changelog.gz" "${doc_dir}/changelog.Debian.gz"
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/libnarthex-dev COMPONENT narthex_development EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME narthex)
set(CPACK_PACKAGE_CONTACT "${NARTHEX_PACKAGE_CONTACT}")
set(CPACK_COMPONENTS_ALL narthex_runtime narthex_development)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE narthex)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MULTIARCH same)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_NARTHEX_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_NARTHEX_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_NARTHEX_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${private_dirs}")  # the libraries of narthex that others use
set(CPACK_DEBIAN_NARTHEX_RUNTIME_PACKAGE_CONTROL_EXTRA "${doc_dir}/triggers")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_COMPONENT_NARTHEX_RUNTIME_DESCRIPTION "Prometheus client library for C++20 services - shared libraries
 This package contains the core and these components:
  * ${built}")

set(CPACK_DEBIAN_NARTHEX_DEVELOPMENT_PACKAGE_NAME libnarthex-dev)
set(CPACK_DEBIAN_NARTHEX_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_NARTHEX_DEVELOPMENT_PACKAGE_DEPENDS "${runtime_package} (= ${package_version}), libc6-dev")
set(CPACK_DEBIAN_NARTHEX_DEVELOPMENT_PACKAGE_SUGGESTS "libcpp-httplib-dev")  # <narthex/httplib_metrics.h>
set(CPACK_COMPONENT_NARTHEX_DEVELOPMENT_DESCRIPTION "Prometheus client library for C++20 services - headers
 This package contains the headers, and the files for CMake and pkg-config, of
 the core and these components:
  * ${built}")

# What is wrong with this build, for the check that runs when cpack does.
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_SOURCE_DIR}/cmake/NarthexPackageCheck.cmake")
set(CPACK_NARTHEX_KIND ${kind})
set(CPACK_NARTHEX_PREFIX "${CMAKE_INSTALL_PREFIX}")
include(CPack)
