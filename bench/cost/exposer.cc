// The program with the Exposer of prometheus-cpp whose size scripts/bench measures.
#include <memory>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>
#include <unistd.h>

int main() {
  const auto registry = std::make_shared<prometheus::Registry>();
  auto& jobs = prometheus::BuildCounter().Name("jobs_total").Help("Jobs completed.").Register(*registry);
  jobs.Add({{"kind", "import"}}).Increment();
  prometheus::Exposer exposer("127.0.0.1:0");
  exposer.RegisterCollectable(registry);
  ::pause();
}
