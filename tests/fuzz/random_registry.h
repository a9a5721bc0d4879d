#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/narthex.h>

#include "fuzz.h"

namespace narthex::fuzz {

// Most names are valid and differ only in suffixes.
inline std::string name_of(Bytes& bytes) {
  static constexpr std::array<std::string_view, 12> kNames{
      "a", "a_total", "a_sum", "a_count", "a_bucket", "a_info", "b:c", "le", "quantile", "_info", "a_seconds", "Z9"};
  const std::size_t choice = bytes.below(16);
  return std::string(choice < kNames.size() ? kNames[choice] : bytes.text());
}

// Updates three series of a family if its kind has updates.
template <class Family>
void update(const Family& family, Bytes& bytes) {
  for (int i = 0; i < 3; ++i) {
    const auto metric = family.labels({bytes.text(), "x"});
    const auto value = bytes.number<double>();
    if constexpr (requires { metric.observe(value); }) metric.observe(value);
    if constexpr (requires { metric.inc(value); }) metric.inc(value);
    if constexpr (requires { metric.set(value); }) metric.set(value);
    if constexpr (requires { metric.set("on"); }) metric.set("on", value > 0);
  }
}

inline void define(const Registry& original, Bytes& bytes) {
  Registry registry = original;
  const std::size_t kind = bytes.below(6);
  const std::string name = name_of(bytes);
  const std::string help(bytes.text());
  const Labels labels{{name_of(bytes), std::string(bytes.text())}};
  const std::vector<std::string> names{name_of(bytes), "what"};
  switch (kind) {
    case 0:
      return update(registry.counter({.name = name, .help = help, .labels = labels}, names), bytes);
    case 1:
      return update(registry.gauge({.name = name, .help = help, .labels = labels, .max_series = 2}, names), bytes);
    case 2:
      return update(registry.histogram({.name = name,
                                        .help = help,
                                        .labels = labels,
                                        .buckets = {bytes.number<double>(), bytes.number<double>()}},
                                       names),
                    bytes);
    case 3:
      return update(registry.unknown({.name = name, .help = help, .labels = labels}, names), bytes);
    case 4:
      return update(registry.info({.name = name, .help = help, .labels = labels}, names), bytes);
    default:
      return update(
          registry.state_set(
              {.name = name, .help = help, .labels = labels, .states = {"on", std::string(bytes.text())}}, names),
          bytes);
  }
}

// A collector that emits its input without checks.
class Careless final : public Collector {
 public:
  explicit Careless(Bytes bytes) : bytes_(bytes) {}

  std::string_view name() const override { return "careless"; }
  void collect(Sink& sink) override {
    Bytes bytes = bytes_;
    for (int i = 0; i < 4 && !bytes.empty(); ++i) {
      const std::string name = name_of(bytes);
      const std::string help(bytes.text());
      const auto type = static_cast<MetricType>(bytes.below(8));
      sink.begin_family({name, help, {}, type});
      const LabelText labels = LabelText::of({{name_of(bytes), std::string(bytes.text())}});
      give(sink, type, labels, bytes);
      give(sink, static_cast<MetricType>(bytes.below(8)), labels, bytes);
    }
  }

 private:
  static void give(Sink& sink, MetricType type, LabelView labels, Bytes& bytes) {
    const auto value = bytes.number<double>();
    const std::array<Bucket, 2> buckets{Bucket{value, 1}, Bucket{bytes.number<double>(), 2}};
    const std::array<Quantile, 1> quantiles{Quantile{value, value}};
    const std::array<State, 2> states{State{bytes.text(), true}, State{"off", false}};
    const auto index = bytes.number<std::int32_t>();
    const std::array<NativeBucket, 2> native_buckets{NativeBucket{index, 1},
                                                     NativeBucket{index + 1 + bytes.number<std::uint8_t>(), 1}};
    const NativeSample native{.schema = static_cast<int>(bytes.below(16)) - 5,
                              .zero_threshold = bytes.number<double>(),
                              .zero_count = 1,
                              .negative = native_buckets};
    const NativeSample* const some_native = bytes.below(2) == 1 ? &native : nullptr;
    switch (type) {
      case MetricType::counter:
        return sink.counter(labels, value);
      case MetricType::gauge:
        return sink.gauge(labels, value);
      case MetricType::unknown:
        return sink.unknown(labels, value);
      case MetricType::info:
        return sink.info(labels);
      case MetricType::state_set:
        return sink.state_set(labels, states);
      case MetricType::histogram:
        return sink.histogram(labels, {buckets, 3, value, some_native});
      case MetricType::gauge_histogram:
        return sink.gauge_histogram(labels, {buckets, 3, value, some_native});
      case MetricType::summary:
        return sink.summary(labels, {quantiles, 3, value});
    }
  }

  Bytes bytes_;
};

// Calls check(registry) with a registry whose content depends on the input.
template <class Check>
void with_registry(Bytes bytes, Check check) {
  Registry registry({.labels = {{"host", "h"}}, .diagnostic = [](std::string_view line) {
                       demand(is_text(line) && line.find('\n') == std::string_view::npos, "a diagnostic is a line");
                     }});
  const bool has_collector = bytes.below(2) == 1;
  for (int i = 0; i < 4 && !bytes.empty(); ++i) {
    try {
      define(registry, bytes);
    } catch (const RegistrationError& error) {
      demand(is_text(error.what()), "a message is UTF-8");
    }
  }
  if (has_collector) registry.add(Careless(bytes));
  check(registry);
}

}  // namespace narthex::fuzz
