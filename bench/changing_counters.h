#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "inputs.h"

namespace narthex::bench {

// Counters with three labels: half of them whole numbers, half with all the digits that a sum of seconds has. change()
// changes every counter, so that a client cannot cache their text.
template <class Client>
class ChangingCounters {
 public:
  ChangingCounters(Client& client, std::size_t count) {
    const auto family = client.counter_by_route();
    counters_.reserve(count);
    for (std::size_t number = 0; number < count; ++number) counters_.push_back(client.at(family, route(number)));
    add(12'345);
  }

  void change() { add(1); }

  std::size_t samples() const noexcept { return counters_.size(); }

 private:
  using Counter = decltype(std::declval<Client&>().counter());

  void add(double amount) {
    for (std::size_t i = 0; i < counters_.size(); ++i) Client::inc(counters_[i], i % 2 == 0 ? amount : amount / 3);
  }

  std::vector<Counter> counters_;
};

}  // namespace narthex::bench
