#pragma once
#include <chrono>
#include <string>
#include <vector>
namespace narthex::detail {
struct LandingPage {
  std::string html;
  std::string content_security_policy;
};
inline LandingPage landing_page(const std::vector<std::string>&, std::chrono::system_clock::time_point) { return {"<html>", "default-src 'none'"}; }
}  // namespace narthex::detail
