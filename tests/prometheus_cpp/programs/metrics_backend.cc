// A user that hides prometheus-cpp behind a metrics backend. The backend owns the registry, each object owns its metrics
// and removes them when it is destroyed, and timers observe durations in their destructor.

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <iostream>
#include <memory>
#include <string>

#include "canonical_text.h"

namespace billing {

// Observes the difference between the clock's times of its construction and its destruction.
class Timer {
 public:
  Timer(prometheus::Histogram& durations, const double& clock)
      : durations_(durations), clock_(clock), started_(clock) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { durations_.Observe(clock_ - started_); }

 private:
  prometheus::Histogram& durations_;
  const double& clock_;
  double started_;
};

class Backend {
 public:
  explicit Backend(const std::string& service)
      : registry_(std::make_shared<prometheus::Registry>()),
        jobs_(prometheus::BuildCounter()
                  .Name("jobs_total")
                  .Help("Jobs.")
                  .Labels({{"service", service}})
                  .Register(*registry_)),
        queued_(prometheus::BuildGauge().Name("jobs_queued").Help("Queued jobs.").Register(*registry_)),
        durations_(prometheus::BuildHistogram()
                       .Name("job_duration_seconds")
                       .Help("Duration of jobs.")
                       .Labels({{"service", service}})
                       .Register(*registry_)) {}

  std::shared_ptr<prometheus::Collectable> collectable() const { return registry_; }
  void print(const std::string& title) const {
    std::cout << "-- " << title << '\n';
    print_families(registry_->Collect());
  }

 private:
  friend class Queue;

  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& jobs_;
  prometheus::Family<prometheus::Gauge>& queued_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

class Queue {
 public:
  Queue(Backend& backend, const std::string& name)
      : backend_(backend),
        done_(backend.jobs_.Add({{"queue", name}, {"result", "done"}})),
        failed_(backend.jobs_.Add({{"queue", name}, {"result", "failed"}})),
        queued_(backend.queued_.Add({{"queue", name}}, 2.0)),
        durations_(backend.durations_.Add({{"queue", name}}, prometheus::Histogram::BucketBoundaries{0.25, 1, 4})) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() {
    backend_.jobs_.Remove(&done_);
    backend_.jobs_.Remove(&failed_);
    backend_.queued_.Remove(&queued_);
    backend_.durations_.Remove(&durations_);
  }

  void run_job(double seconds, bool succeeds) {
    const Timer timer(durations_, clock_);
    queued_.Decrement(0.5);
    clock_ += seconds;
    (succeeds ? done_ : failed_).Increment();
  }

 private:
  Backend& backend_;
  prometheus::Counter& done_;
  prometheus::Counter& failed_;
  prometheus::Gauge& queued_;
  prometheus::Histogram& durations_;
  double clock_ = 1000;
};

}  // namespace billing

int main() {
  using billing::Queue;
  billing::Backend backend("billing");
  backend.print("no queues");
  {
    Queue mails(backend, "mails");
    mails.run_job(0.25, true);
    {
      Queue reports(backend, "reports");
      reports.run_job(0.5, true);
      reports.run_job(8, false);
      backend.print("two queues");
    }
    mails.run_job(2, true);
    backend.print("one queue");
  }
  backend.print("no queues again");
  Queue mails(backend, "mails");
  backend.print("a new queue with an old name");
  std::cout << "families: " << backend.collectable()->Collect().size() << '\n';
}
