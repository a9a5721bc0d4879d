#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/narthex.h>

namespace narthex {

// A collector that calls a function of the test.
class TestCollector final : public Collector {
 public:
  TestCollector(std::string name, std::function<void(Sink&)> collect)
      : name_(std::move(name)), collect_(std::move(collect)) {}

  std::string_view name() const override { return name_; }
  void collect(Sink& sink) override { collect_(sink); }

 private:
  std::string name_;
  std::function<void(Sink&)> collect_;
};

// Emits one gauge family with one sample.
inline void write_gauge(Sink& sink, std::string_view name, double value, const Labels& labels = {}) {
  sink.begin_family({.name = name, .help = "G.", .type = MetricType::gauge});
  sink.gauge(LabelText::of(labels), value);
}

// Returns the lines of an exposition with this prefix, each with its line end.
inline std::string lines_with(const std::string& text, std::string_view beginning) {
  std::string lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    if (std::string_view(text).substr(begin).starts_with(beginning)) lines.append(text, begin, end - begin);
    begin = end;
  }
  return lines;
}

}  // namespace narthex
