#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include <benchmark/benchmark.h>
#include <narthex/detail/creation_time.h>

#include "limit.h"

namespace narthex::bench {

// The limit of updates with an exemplar: the update, a read of the coarse clock, and a copy of the labels to memory of
// the thread.
class OwnExemplars : public Limit {
 public:
  static void inc(Counter counter, std::string_view trace_id) noexcept {
    static thread_local constinit Exemplar own;
    Limit::inc(counter);
    own.assign(1, trace_id);
  }
  static void observe(Classic* histogram, double value, std::string_view trace_id) noexcept {
    static thread_local constinit std::array<Exemplar, 15> own;
    own[Limit::observe(histogram, value)].assign(value, trace_id);
  }

 private:
  class Exemplar {
   public:
    void assign(double value, std::string_view trace_id) noexcept {
      constexpr std::string_view kPrefix = "trace_id=\"";
      std::memcpy(labels_.data(), kPrefix.data(), kPrefix.size());
      std::memcpy(labels_.data() + kPrefix.size(), trace_id.data(), trace_id.size());
      size_ = kPrefix.size() + trace_id.size();
      labels_[size_++] = '"';
      value_ = value;
      at_ = detail::CreationTime::now();
      benchmark::ClobberMemory();  // so that every copy is made
    }

   private:
    std::array<char, 64> labels_{};
    std::size_t size_ = 0;
    double value_ = 0;
    detail::CreationTime::Time at_{};
  };
};

}  // namespace narthex::bench
