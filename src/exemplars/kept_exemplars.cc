#include "exemplars/kept_exemplars.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <span>

#include "exemplars/exemplar_text.h"
#include "shards/shards.h"

namespace narthex::detail {

namespace {

// A place that is taken, or was not to be had.
class Taken {
 public:
  Taken(std::atomic<bool>& is_taken, int attempts) noexcept : is_taken_(is_taken) {
    for (; attempts > 0 && !has_it_; --attempts) {
      // acquire: sees what was written last; relaxed: only a look
      has_it_ = !is_taken.load(std::memory_order_relaxed) && !is_taken.exchange(true, std::memory_order_acquire);
    }
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    if (has_it_) is_taken_.store(false, std::memory_order_release);  // release: the next one sees what was written
  }
  explicit operator bool() const noexcept { return has_it_; }

 private:
  std::atomic<bool>& is_taken_;
  bool has_it_ = false;
};

constexpr int kWriter = 1;
constexpr int kScrape = 1000;  // a microsecond or two, of the copy of some bytes; unless the writer is suspended there

}  // namespace

struct KeptExemplars::Place {
  std::atomic<bool> is_taken{false};
  std::atomic<bool> is_wanted{true};
  StoredExemplar exemplar;
};

struct KeptExemplars::Native {
  std::atomic<bool> is_taken{false};
  NativeExemplars exemplars;
};

struct KeptExemplars::Places {
  std::unique_ptr<Place[]> places;
  std::unique_ptr<Native> native;  // where there are native buckets
  std::size_t size = 0;

  std::span<Place> all() const noexcept { return {places.get(), size}; }
};

KeptExemplars::~KeptExemplars() { delete places_.load(std::memory_order_relaxed); }  // relaxed: the last user

KeptExemplars::Places* KeptExemplars::find_or_create(const ExemplarShape& shape) noexcept {
  // acquire: they are empty, or were written
  if (Places* const places = places_.load(std::memory_order_acquire)) return places;
  const ReentrancyGuard growth;
  if (!growth) return nullptr;
  std::unique_ptr<Places> made(new (std::nothrow) Places);
  if (!made) return nullptr;
  made->places.reset(new (std::nothrow) Place[shape.places]);
  if (shape.has_native) made->native.reset(new (std::nothrow) Native);
  if (!made->places || (shape.has_native && !made->native)) return nullptr;
  made->size = shape.places;
  Places* none = nullptr;
  // release: they are empty; acquire: another thread was faster
  if (!places_.compare_exchange_strong(none, made.get(), std::memory_order_release, std::memory_order_acquire)) {
    return none;
  }
  return made.release();
}

void KeptExemplars::put(const ExemplarShape& shape, std::size_t place, double value, std::string_view labels) noexcept {
  Places* const places = find_or_create(shape);
  if (!places) return;
  const Time now = CreationTime::now();
  Place& one = places->places[place];
  const Taken taken(one.is_taken, kWriter);
  // relaxed: whoever misses it gives one more. Who finds the place taken leaves it to the other one, also where that one
  // never comes back, as in the child of a fork.
  if (!taken || one.exemplar.assign(value, now, labels)) one.is_wanted.store(false, std::memory_order_relaxed);
  if (shape.has_native) add_native(*places, value, now, labels);
}

void KeptExemplars::add_native(Places& places, double value, Time at, std::string_view labels) noexcept {
  if (const Taken taken(places.native->is_taken, kWriter); taken) places.native->exemplars.add(value, at, labels);
}

bool KeptExemplars::is_wanted(std::size_t place) const noexcept {
  const Places* const places = places_.load(std::memory_order_acquire);               // acquire: as above
  return !places || places->places[place].is_wanted.load(std::memory_order_relaxed);  // relaxed: as in put()
}

bool KeptExemplars::offer(const ExemplarShape& shape, std::size_t place, double value) noexcept {
  if (!is_wanted(place)) return shape.places > 1;  // a histogram may have places that are met rarely
  const Time now = CreationTime::now();
  // relaxed, here and below: a thread that misses it asks once more
  if (last_asked_in_vain_.load(std::memory_order_relaxed) == now) return true;
  // What the program updates while it is asked, or allocates or frees for that, offers nothing.
  if (ReentrancyGuard::is_inside()) return true;
  const ExemplarText text = [this] {
    const ReentrancyGuard growth;
    return ExemplarText(source_->ask());
  }();
  if (text.text().empty()) {
    last_asked_in_vain_.store(now, std::memory_order_relaxed);
  } else {
    put(shape, place, value, text.text());
  }
  return true;
}

bool KeptExemplars::copy_to(ExemplarCopies& copies) {
  Places* const places = places_.load(std::memory_order_acquire);  // acquire: as above
  if (!places) return source_ != nullptr;
  const Time now = source_ ? CreationTime::now() : Time();
  bool are_wanted = false;
  for (Place& place : places->all()) {
    const Taken taken(place.is_taken, kScrape);
    if (!taken || place.exemplar.is_empty()) {
      copies.add_none();
    } else {
      copies.add(place.exemplar);
      // Either way: the clock may have been set back.
      if (source_ && std::chrono::abs(now - place.exemplar.at()) >= source_->min_interval()) {
        place.is_wanted.store(true, std::memory_order_relaxed);  // relaxed: as in put()
      }
    }
    are_wanted = are_wanted || place.is_wanted.load(std::memory_order_relaxed);
  }
  if (places->native) {
    const Taken taken(places->native->is_taken, kScrape);
    if (taken) std::ranges::for_each(places->native->exemplars.all(), [&](const auto& one) { copies.add_native(one); });
  }
  return source_ && are_wanted;
}

}  // namespace narthex::detail
