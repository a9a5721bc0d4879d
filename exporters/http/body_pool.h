#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace narthex::detail {

// Keeps the memory of bodies between scrapes, for as many as are served at once. Gives it back when it is not needed:
// that of a body which is more than twice as large as bodies lately were, and that which lay unused for a while.
// Threads: any, at once.
class BodyPool {
 public:
  explicit BodyPool(std::size_t max_kept);

  // Returns an empty string, which has memory if there is some.
  std::string take() noexcept;

  // Takes a body that has been sent.
  void give_back(std::string body) noexcept;

 private:
  struct Kept {
    std::string memory;
    std::uint64_t used;  // the value of uses_ when it was given back
  };

  const std::size_t max_kept_;
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the last one used comes last, and is taken first
  std::uint64_t uses_ = 0;
  std::size_t recent_size_ = 0;  // the largest body; older ones weigh less and less
};

}  // namespace narthex::detail
