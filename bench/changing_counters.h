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
    counters_.reserve(count);
    add_series(client, client.counter_by_route(), count);
    add(12'345);
  }
  // The same number of series in each of several families.
  ChangingCounters(Client& client, std::size_t families, std::size_t count) {
    counters_.reserve(families * count);
    for (std::size_t family = 0; family < families; ++family)
      add_series(client, client.counter_by_route(family), count);
    add(12'345);
  }

  void change() { add(1); }

  std::size_t samples() const noexcept { return counters_.size(); }

 private:
  using Counter = decltype(std::declval<Client&>().counter());

  template <class Family>
  void add_series(Client& client, const Family& family, std::size_t count) {
    for (std::size_t number = 0; number < count; ++number) counters_.push_back(client.at(family, route(number)));
  }

  void add(double amount) {
    for (std::size_t i = 0; i < counters_.size(); ++i) Client::inc(counters_[i], i % 2 == 0 ? amount : amount / 3);
  }

  std::vector<Counter> counters_;
};

}  // namespace narthex::bench
