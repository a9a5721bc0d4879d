# Compiles each of the headers HEADERS with FLAGS. The only error must be MESSAGE.
set(ENV{LC_ALL} C)
set(includes -I${ROOT}/include)
foreach(header IN LISTS HEADERS)
  get_filename_component(folder ${header} DIRECTORY)
  list(APPEND includes -I${folder}/..)
endforeach()
list(REMOVE_DUPLICATES includes)
foreach(header IN LISTS HEADERS)
  execute_process(COMMAND ${COMPILER} ${FLAGS} -fsyntax-only ${includes} -include ${header} -x c++ /dev/null
    RESULT_VARIABLE status ERROR_VARIABLE output)
  string(REGEX MATCHALL "error: " errors "${output}")
  list(LENGTH errors errors)  # two: #error, and the #include that stops the compiler
  if(status EQUAL 0 OR NOT errors EQUAL 2 OR NOT output MATCHES "error: (#error )?\"${MESSAGE}")
    message(FATAL_ERROR "${header} with ${FLAGS}:\n${output}")
  endif()
endforeach()
