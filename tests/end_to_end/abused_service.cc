// Serves counters with HttpExporter for the tests of malformed requests and of abuse. Prints its addresses and "ready",
// and ends at the end of its standard input. The options set the number of series, further paths, paths whose collectors
// hang or are slow, and options of the exporter.

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <narthex/http_exporter.h>
#include <narthex/narthex.h>

namespace {

// The options of the command line: names and values.
class Arguments {
 public:
  Arguments(int argc, const char* const* argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_.insert_or_assign(argv[i], argv[i + 1]);
  }

  std::string text(const std::string& name, const std::string& otherwise) {
    const auto value = values_.extract(name);
    return value.empty() ? otherwise : value.mapped();
  }

  std::size_t number(const std::string& name, std::size_t otherwise) {
    const auto value = values_.extract(name);
    if (value.empty()) return otherwise;
    const std::string& digits = value.mapped();
    std::size_t number = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
      throw std::invalid_argument(name + " needs a number, not '" + digits + "'");
    }
    return number;
  }

  std::chrono::milliseconds milliseconds(const std::string& name, std::chrono::milliseconds otherwise) {
    return std::chrono::milliseconds(number(name, static_cast<std::size_t>(otherwise.count())));
  }

  // Throws for an option that no call has read.
  void check_all_read() const {
    if (!values_.empty()) throw std::invalid_argument("unknown option " + values_.begin()->first);
  }

 private:
  std::map<std::string, std::string> values_;
};

// Lets collectors hang until it is released.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    released_.wait(lock, [this] { return is_released_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    is_released_ = true;
    released_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable released_;
  bool is_released_ = false;
};

class BlockingCollector final : public narthex::Collector {
 public:
  explicit BlockingCollector(std::function<void()> block) : block_(std::move(block)) {}

  std::string_view name() const override { return "blocking"; }
  void collect(narthex::Sink& sink) override {
    block_();
    sink.begin_family({.name = "waited", .help = "1 after the wait.", .type = narthex::MetricType::gauge});
    sink.gauge({}, 1);
  }

 private:
  std::function<void()> block_;
};

// A registry with this number of series, with some 100 bytes of text for each.
narthex::Registry with_series(std::size_t count) {
  narthex::Registry registry;
  const auto requests = registry.counter({.name = "http_requests_total", .help = "Requests answered.", .max_series = 0},
                                         {"method", "path", "code"});
  for (std::size_t number = 0; number < count; ++number) {
    const std::string path = "/api/v1/customers/" + std::to_string(1'000'000 + number) + "/invoices";
    requests.labels("GET", path, "200").inc(static_cast<double>(number) / 3);
  }
  return registry;
}

narthex::Registry with_collector(std::function<void()> block) {
  narthex::Registry registry;
  registry.add(BlockingCollector(std::move(block)));
  return registry;
}

narthex::HttpOptions exporter_options(Arguments& arguments) {
  narthex::HttpOptions options;
  options.listen = arguments.text("--listen", "127.0.0.1:0");
  options.web_config_file = arguments.text("--web-config-file", "");
  options.max_connections = arguments.number("--max-connections", options.max_connections);
  options.max_pending_bytes = arguments.number("--max-pending-bytes", options.max_pending_bytes);
  options.max_scrapes_in_flight = arguments.number("--max-scrapes-in-flight", options.max_scrapes_in_flight);
  options.request_timeout = arguments.milliseconds("--request-timeout", options.request_timeout);
  options.idle_timeout = arguments.milliseconds("--idle-timeout", options.idle_timeout);
  options.write_timeout = arguments.milliseconds("--write-timeout", options.write_timeout);
  return options;
}

void serve(Arguments arguments) {
  Gate gate;
  const std::size_t series = arguments.number("--series", 1'000);
  const std::size_t large = arguments.number("--large-series", 0);
  const std::size_t hung = arguments.number("--hung-paths", 0);
  const std::size_t slow = arguments.number("--slow-milliseconds", 0);
  const std::size_t paths = arguments.number("--paths", 1);
  const narthex::HttpOptions options = exporter_options(arguments);
  arguments.check_all_read();

  narthex::HttpExporter exporter(with_series(series), options);
  for (std::size_t number = 1; number < paths; ++number)
    exporter.add(with_series(10), "/path" + std::to_string(number));
  if (large > 0) exporter.add(with_series(large), "/large");
  if (slow > 0) {
    exporter.add(with_collector([slow] { std::this_thread::sleep_for(std::chrono::milliseconds(slow)); }), "/slow");
  }
  for (std::size_t number = 0; number < hung; ++number) {
    exporter.add(with_collector([&gate] { gate.wait(); }), "/hung" + std::to_string(number));
  }
  for (const std::string& address : exporter.addresses()) std::cout << address << '\n';
  std::cout << "ready" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  gate.release();  // the destructor of the exporter waits for the collectors
}

}  // namespace

int main(int argc, char** argv) {
  try {
    serve(Arguments(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
