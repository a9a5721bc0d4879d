# Compiles each public header as C++17. The only error must say that narthex needs C++20.
set(ENV{LC_ALL} C)
file(GLOB headers ${ROOT}/include/narthex/*.h ${ROOT}/*/*/include/narthex/*.h ${ROOT}/testing/include/narthex/*.h)
set(includes "")
foreach(header IN LISTS headers)
  get_filename_component(folder ${header} DIRECTORY)
  list(APPEND includes -I${folder}/..)
endforeach()
list(REMOVE_DUPLICATES includes)
foreach(header IN LISTS headers)
  execute_process(COMMAND ${COMPILER} -std=c++17 -fsyntax-only ${includes} -include ${header} -x c++ /dev/null
    RESULT_VARIABLE status ERROR_VARIABLE output)
  string(REGEX MATCHALL "error: " errors "${output}")
  list(LENGTH errors errors)  # two: #error, and the #include that stops the compiler
  if(status EQUAL 0 OR NOT errors EQUAL 2 OR NOT output MATCHES "error: (#error )?\"narthex needs C[+][+]20: compile ")
    message(FATAL_ERROR "${header} as C++17:\n${output}")
  endif()
endforeach()
