#include <charconv>

#include <narthex/detail/label_value.h>

namespace narthex::detail {

void IntegerText::write(std::int64_t value) noexcept {
  const char* const end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr;
  size_ = static_cast<std::size_t>(end - digits_.data());
  word_ = detail::label_word(std::string_view(*this));
}

void IntegerText::write(std::uint64_t value) noexcept {
  const char* const end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr;
  size_ = static_cast<std::size_t>(end - digits_.data());
  word_ = detail::label_word(std::string_view(*this));
}

}  // namespace narthex::detail
