#include "number.h"

#include <charconv>
#include <cmath>

namespace narthex::detail {

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";  // whatever its sign and payload
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (value == 0) {
    out += '0';  // -0 too
  } else {
    char digits[32];  // the longest is -2.2250738585072014e-308
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general).ptr);
  }
}

}  // namespace narthex::detail
