# Compiles mistakes.cc with one mistake, and compares the first error with the file of the compiler and its version.
set(ENV{LC_ALL} C)  # ASCII quotes
execute_process(
  COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Werror=unused-result -Werror=unused-value ${INCLUDES} -D${MISTAKE}
    ${FOLDER}/mistakes.cc
  RESULT_VARIABLE status ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "mistake '${MISTAKE}' compiles")
endif()
# The compiler must name the line of the mistake, which follows the #ifdef: as the place of the error, or as the place
# that requires the template or the constant with the error.
file(STRINGS ${FOLDER}/mistakes.cc lines)
set(number 0)
foreach(line IN LISTS lines)
  math(EXPR number "${number} + 1")
  if(line MATCHES "^#(ifdef|elif defined) ${MISTAKE}$")
    math(EXPR expected "${number} + 1")
  endif()
endforeach()
if(NOT output MATCHES "mistakes.cc:${expected}:[0-9]+: (error: |  required from here|  in 'constexpr' expansion of |note: (in instantiation of|while substituting) )")
  message(FATAL_ERROR "mistake '${MISTAKE}': the compiler does not name line ${expected}:\n${output}")
endif()
string(REGEX MATCHALL "(^|\n)[^\n]*: error: " errors "${output}")
list(LENGTH errors errors)
set(allowed 1)
if(output MATCHES "error: call to consteval function .*error: call to non-.constexpr. function")
  set(allowed 2)  # GCC 14 reports the reason as an error of its own
endif()
if(errors LESS 1 OR errors GREATER allowed)
  message(FATAL_ERROR "mistake '${MISTAKE}': ${errors} errors:\n${output}")
endif()

# The texts of compilers differ between versions.
execute_process(COMMAND ${COMPILER} --version OUTPUT_VARIABLE version)
if(version MATCHES "clang version ([0-9]+)")
  set(golden ${FOLDER}/first_errors_clang_${CMAKE_MATCH_1}.txt)
else()
  execute_process(COMMAND ${COMPILER} -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "\\..*" "" version "${version}")
  set(golden ${FOLDER}/first_errors_gcc_${version}.txt)
endif()
string(REGEX MATCH ": error: ([^\n]*)" error "${output}")
set(line "${MISTAKE}: ${CMAKE_MATCH_1}")
if(EXISTS ${golden})
  file(READ ${golden} golden_lines)
  string(FIND "\n${golden_lines}" "\n${line}\n" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${golden} does not have this line:\n${line}\nThe whole output:\n${output}")
  endif()
endif()
