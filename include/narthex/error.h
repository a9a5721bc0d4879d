#pragma once

#include <stdexcept>

#include <narthex/detail/export.h>

namespace narthex {

/// A definition that cannot be served: a bad name, a conflict, buckets out of order.
/// Values: what() quotes the culprit and says what would be right.
/// Threads: thrown by the defining call, never by an update or a scrape.
/// Errors: nothing was registered; the registry is as it was before the call.
class NARTHEX_EXPORT RegistrationError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace narthex
