#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace narthex::detail {

// Keeps the memory of bodies between scrapes, for as many as are served concurrently. Frees memory that is more than
// twice as large as recent bodies, and memory that was unused for 16 scrapes.
// Thread safety: all members may be called concurrently.
class BodyPool {
 public:
  explicit BodyPool(std::size_t max_kept);

  // Returns an empty string, with the memory of an earlier body if there is one.
  std::string take() noexcept;

  // Takes back a body that has been sent.
  void give_back(std::string body) noexcept;

 private:
  struct Kept {
    std::string memory;
    std::uint64_t used;  // the value of uses_ at that time
  };

  const std::size_t max_kept_;
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the most recently used one is last and is taken first
  std::uint64_t uses_ = 0;
  std::size_t recent_size_ = 0;  // the largest recent body; the weight of older ones decreases
};

}  // namespace narthex::detail
