#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::detail {

// Path templates, for example "/users/{id}".
class HttpRoutes {
 public:
  // Throws OptionsError for an invalid template, and for two templates that match the same paths.
  explicit HttpRoutes(const std::vector<std::string>& templates);

  std::size_t size() const noexcept { return routes_.size(); }
  const std::string& operator[](std::size_t index) const noexcept { return routes_[index].text; }

  // Returns the index of the template that a path matches, or size() if it matches none.
  std::size_t match(std::string_view path) const noexcept;

 private:
  struct Segment {
    bool is_parameter = false;
    std::string literal;  // empty for a parameter

    // Sorts a literal before a parameter. NOLINTNEXTLINE(modernize-use-nullptr): <=> is compared with a 0
    auto operator<=>(const Segment&) const = default;
  };
  struct Route {
    std::vector<Segment> segments;
    std::string text;
    std::string beginning;  // of all paths that match; a fast check
  };

  static Route parsed(const std::string& text);
  static bool matches(const Route& route, std::string_view path) noexcept;

  std::vector<Route> routes_;  // in the order of their segments, so that the first match is the best
};

}  // namespace narthex::detail
