// Scopes: a library of which a program has several instances.

#include <cstdio>
#include <string>

#include <narthex/narthex.h>

// The library takes a registry and does not know its prefix and labels.
class ConnectionPool {
 public:
  explicit ConnectionPool(const narthex::Registry& registry)
      : registry_(registry), queries_(registry.counter({.name = "queries_total", .help = "Queries."})) {}
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool() { registry_.clear(); }  // what this instance has defined

  void query() { queries_.inc(); }

 private:
  narthex::Registry registry_;
  narthex::Counter queries_;
};

int main() {
  narthex::Registry registry;
  {
    ConnectionPool orders(registry.scoped({.prefix = "db_", .labels = {{"pool", "orders"}}}));
    ConnectionPool users(registry.scoped({.prefix = "db_", .labels = {{"pool", "users"}}}));
    orders.query();
    std::printf("%s", narthex::to_text(registry).c_str());
  }
  std::printf("at the end:\n%s", narthex::to_text(registry).c_str());
}
