#include "http/body_store.h"

#include <cstring>
#include <utility>

#include <sys/mman.h>

namespace narthex::detail {

namespace {

constexpr std::size_t kMaxInStrings = 16 << 20;  // bytes of bodies that may be strings
constexpr std::size_t kMinMapped = 128 << 10;    // a smaller body is never mapped

}  // namespace

ReplyBody::ReplyBody(std::shared_ptr<BodyStore> store, std::string text)
    : store_(std::move(store)), text_(std::move(text)), bytes_(text_), memory_(text_.capacity()) {
  if (text_.size() >= kMinMapped && store_->size() + memory_ > kMaxInStrings) {
    void* const memory = ::mmap(nullptr, text_.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) {
      std::memcpy(memory, text_.data(), text_.size());
      mapped_ = memory;
      bytes_ = {static_cast<const char*>(memory), text_.size()};
      memory_ = text_.size();
      store_->give_back(std::move(text_));
    }
  }
  store_->size_.fetch_add(memory_, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
}

ReplyBody::~ReplyBody() {
  store_->size_.fetch_sub(memory_, std::memory_order_relaxed);  // relaxed: as above
  if (mapped_) {
    ::munmap(mapped_, bytes_.size());
  } else {
    store_->give_back(std::move(text_));
  }
}

}  // namespace narthex::detail
