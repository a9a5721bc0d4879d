# cpack reads this file before it creates packages.
if(CPACK_GENERATOR STREQUAL "DEB")
  if(NOT CPACK_NARTHEX_KIND STREQUAL "SHARED_LIBRARY")
    message(FATAL_ERROR "the Debian packages need shared libraries; configure with -DBUILD_SHARED_LIBS=ON")
  endif()
  if(NOT CPACK_NARTHEX_PREFIX STREQUAL "/usr")
    message(FATAL_ERROR "the Debian packages install into /usr, but this build was configured for "
      "'${CPACK_NARTHEX_PREFIX}'; configure with -DCMAKE_INSTALL_PREFIX=/usr")
  endif()
  find_program(shlibdeps dpkg-shlibdeps)
  if(NOT shlibdeps)
    message(FATAL_ERROR "the Debian packages need dpkg-shlibdeps, which finds their dependencies; install dpkg-dev")
  endif()
endif()
