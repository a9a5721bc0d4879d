#pragma once

#include <barrier>
#include <optional>
#include <utility>

namespace narthex::bench {

// One run of a case: a client that starts empty and that all threads of the run share.
template <class Client>
class Run {
 public:
  explicit Run(int threads) : renewal_(threads, Renew{client_}) {}

  Client& client() noexcept { return *client_; }

  // Waits until every thread of the run has called this, and returns a new client to all of them. What came from the
  // old one needs to be gone by then.
  Client& renew() {
    renewal_.arrive_and_wait();
    return *client_;
  }

 private:
  struct Renew {
    std::optional<Client>& client;
    void operator()() const noexcept { client.emplace(); }
  };

  std::optional<Client> client_{std::in_place};
  std::barrier<Renew> renewal_;
};

}  // namespace narthex::bench
