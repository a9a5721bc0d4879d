#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/body_pool.h"

namespace narthex::detail {

class BodyStore;

// The body of one or several replies. The last reply that is sent releases it.
class ReplyBody {
 public:
  ReplyBody(std::shared_ptr<BodyStore> store, std::string text);
  ReplyBody(const ReplyBody&) = delete;
  ReplyBody& operator=(const ReplyBody&) = delete;
  ~ReplyBody();

  std::string_view bytes() const noexcept { return bytes_; }

 private:
  const std::shared_ptr<BodyStore> store_;
  std::string text_;
  void* mapped_ = nullptr;
  std::string_view bytes_;  // text_, or the mapped memory
  std::size_t memory_ = 0;
};

// The memory of all bodies of a server. Strings are reused. While clients leave many bytes unread, bodies are copied
// into memory of their own that is mapped: the allocator would keep that memory when it is freed, because other
// allocations lie in between.
// Thread safety: all members may be called concurrently.
class BodyStore : public std::enable_shared_from_this<BodyStore> {
 public:
  // Keeps the memory of at most max_kept strings.
  explicit BodyStore(std::size_t max_kept) : strings_(max_kept) {}

  // Returns an empty string to write a body into.
  std::string take() noexcept { return strings_.take(); }
  void give_back(std::string text) noexcept { strings_.give_back(std::move(text)); }

  // Makes a body of a string. Throws std::bad_alloc.
  std::shared_ptr<const ReplyBody> keep(std::string text) {
    return std::make_shared<const ReplyBody>(shared_from_this(), std::move(text));
  }

  // Returns the memory of all bodies in bytes.
  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }  // relaxed: an estimate

 private:
  friend class ReplyBody;

  BodyPool strings_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace narthex::detail
