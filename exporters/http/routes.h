#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <narthex/exposition.h>
#include <narthex/registry.h>

namespace narthex::detail {

// The parts of a request line that decide about the reply.
struct RequestLine {
  std::string method{};
  std::string path{};
  std::string query{};
};

// The request that a RouteFunction answers.
struct FunctionRequest {
  const RequestLine& line;
  const std::string& authorization;  // value of the header
  const ExpositionRequest& scrape;
};

// The reply of a function.
struct FunctionReply {
  int status = 200;
  std::string content_type{};
  std::string lines{};  // further header lines, each with its line end
  std::string body{};
};

// What is served on a path.
using RouteFunction = std::function<FunctionReply(const FunctionRequest& request)>;
using Route = std::variant<Registry, std::shared_ptr<const RouteFunction>>;

// The paths and what is served there. Routes are added and never removed.
// Thread safety: all members may be called concurrently.
class Routes {
 public:
  // Throws OptionsError if the path is in use, or if no request can have it.
  void add(const std::string& path, Route route);

  std::optional<Route> find(std::string_view path) const;

  // Returns all paths in the order in which they were added.
  std::vector<std::string> paths() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, Route>> routes_;  // few, so that a search is fast enough
};

}  // namespace narthex::detail
