#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/test_collector.h"

namespace narthex {
namespace {

// Overrides only the functions that every sink must have.
class MinimalSink final : public Sink {
 public:
  void begin_family(const FamilyInfo& family) override { add(family.name); }
  void counter(LabelView, const CounterSample&, const Timestamp&) override { add("counter"); }
  void gauge(LabelView, double, const Timestamp&) override { add("gauge"); }
  void unknown(LabelView, double, const Timestamp&) override { add("unknown"); }
  void histogram(LabelView, const HistogramSample&, const Timestamp&) override { add("histogram"); }
  void summary(LabelView, const SummarySample&, const Timestamp&) override { add("summary"); }
  void finish() override { add("end"); }

  const std::string& calls() const noexcept { return calls_; }

 private:
  void add(std::string_view call) { (calls_ += call) += ' '; }

  std::string calls_;
};

TEST(Sink, IgnoresSamplesOfTypesThatItDoesNotKnow) {
  Registry registry;
  registry.counter({.name = "a_total", .help = "A."});
  registry.gauge({.name = "b", .help = "B."});
  registry.histogram({.name = "c", .help = "C."});
  registry.info({.name = "d_info", .help = "D."});
  registry.state_set({.name = "e", .help = "E.", .states = {"on"}});
  registry.summary({.name = "f", .help = "F."});
  registry.unknown({.name = "g", .help = "G."});
  registry.add(TestCollector("collector", [](Sink& sink) {
    sink.begin_family({.name = "h", .type = MetricType::gauge_histogram});
    sink.gauge_histogram({}, {});
  }));
  MinimalSink sink;
  registry.collect(sink);
  EXPECT_EQ(sink.calls(), "a_total counter b gauge c histogram d_info e f summary g unknown h end ");
}

}  // namespace
}  // namespace narthex
