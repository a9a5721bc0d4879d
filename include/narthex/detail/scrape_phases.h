#pragma once

#include <functional>
#include <string>
#include <vector>

#include <narthex/detail/export.h>
#include <narthex/exposition.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Does the same as narthex::expose(). When all collectors have ended, and before it writes the reply, it calls a
// function, so that a server can limit the number of replies that are written concurrently without a limit on the
// number of collectors that hang.
NARTHEX_EXPORT void expose_in_phases(const Registry& registry, const ExpositionRequest& request, Exposition& reply,
                                     const std::function<void()>& before_writing);

// Returns the names of the collectors that are running in any scrape of the registry.
[[nodiscard]] NARTHEX_EXPORT std::vector<std::string> running_collectors(const Registry& registry);

}  // namespace detail
}  // namespace narthex
