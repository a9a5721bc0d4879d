#pragma once

#include <string_view>

namespace narthex::detail {

// The page with placeholders: %%nonce%%, %%version%%, %%start%%, and %%links%%. embed.cmake writes its source file.
extern const std::string_view kPageText;

}  // namespace narthex::detail
