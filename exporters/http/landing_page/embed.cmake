# Writes a source file with the landing page: page.html with the style sheet and the scripts inside. It leaves out
# indentation and comments.
#   cmake -DOUTPUT=<file> -DSCRIPTS=<list of names> -P embed.cmake

# Reads a file without comments that start a line or follow a space: read(<variable> <file>)
function(read variable file)
  file(READ "${CMAKE_CURRENT_LIST_DIR}/${file}" text)
  string(REGEX REPLACE "\n *//[^\n]*| // [^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "\n[ \n]*" "\n" text "${text}")
  string(STRIP "${text}" text)
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

read(page page.html)
read(style page.css)
string(REGEX REPLACE "([:,;{}])[ \n]+" "\\1" style "${style}")
string(REPLACE " {" "{" style "${style}")
set(script "")
foreach(file IN LISTS SCRIPTS)
  read(text ${file})
  string(APPEND script "\n${text}")
endforeach()
string(REPLACE "%%style%%" "${style}" page "${page}")
string(REPLACE "%%script%%" "${script}" page "${page}")
file(WRITE "${OUTPUT}" "#include \"http/landing_page/page_text.h\"

namespace narthex::detail {

// One literal: the standard guarantees 65,536 characters, and a test limits the page to less.
const std::string_view kPageText = R\"page(${page}
)page\";

}  // namespace narthex::detail
")
