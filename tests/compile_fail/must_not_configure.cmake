# Configures narthex for another system. CMake must stop with MESSAGE, in one line.
file(REMOVE_RECURSE ${BINARY_DIR})
# A library needs no start files and no linker of the other system.
execute_process(
  COMMAND ${CMAKE_COMMAND} -S ${ROOT} -B ${BINARY_DIR} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY ${OPTIONS}
  RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_QUIET)
if(status EQUAL 0 OR NOT output MATCHES "\n  ${MESSAGE}\n")
  message(FATAL_ERROR "cmake ${OPTIONS}:\n${output}")
endif()
