#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <narthex/narthex.h>

class ConnectionPool {
 public:
  ConnectionPool(narthex::Registry& registry, const std::string& name)
      : metrics_(registry.add_scoped(std::make_shared<Metrics>(*this, name))) {}
  ConnectionPool(const ConnectionPool&) = delete;  // the collector refers to this object
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool() = default;

  void open() { ++open_; }

 private:
  class Metrics : public narthex::Collector {
   public:
    Metrics(const ConnectionPool& pool, const std::string& name)
        : pool_(pool), labels_(narthex::LabelText::of({{"pool", name}})) {}

    std::string_view name() const override { return "connection_pool"; }
    void collect(narthex::Sink& sink) override {
      sink.begin_family({.name = "pool_open_connections",
                         .help = "Connections that the pool has open.",
                         .type = narthex::MetricType::gauge});
      sink.gauge(labels_, pool_.open_);
    }

   private:
    const ConnectionPool& pool_;
    narthex::LabelText labels_;
  };

  std::atomic<int> open_{0};
  narthex::Registration metrics_;  // the last member: it is destroyed first, and waits for a scrape that calls it
};

int main() {
  narthex::Registry registry;
  ConnectionPool orders(registry, "orders");
  ConnectionPool users(registry, "users");
  orders.open();
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
