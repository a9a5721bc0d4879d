#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <narthex/narthex.h>
#include <boost/asio.hpp>
#include <boost/beast.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

// Reads the registry. Blocks until the scrape is done.
Response scrape(const narthex::Registry& registry, const Request& request) {
  const auto find_header = [&](std::string_view name) { return request.equal_range({name.data(), name.size()}); };
  const auto target = request.target();
  narthex::Exposition reply =
      narthex::expose(registry, narthex::ExpositionRequest::from(find_header, {target.data(), target.size()}));
  Response response(http::status::ok, request.version(), std::move(reply.body));
  response.set(http::field::content_type, reply.content_type);
  if (!reply.content_encoding.empty()) response.set(http::field::content_encoding, reply.content_encoding);
  return response;
}

// One connection. Reads and writes on the event loop, scrapes on the threads of `scrapes`.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const narthex::Registry& registry, asio::thread_pool& scrapes)
      : stream_(std::move(socket)), registry_(registry), scrapes_(scrapes) {}

  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    if (request_.target() != "/metrics" && !request_.target().starts_with("/metrics?")) {
      return write(Response(http::status::not_found, request_.version()));
    }
    if (request_.method() != http::verb::get) {
      return write(Response(http::status::method_not_allowed, request_.version()));
    }
    asio::post(scrapes_, [self = shared_from_this()] {
      Response response = scrape(self->registry_, self->request_);
      asio::post(self->stream_.get_executor(),
                 [self, response = std::move(response)]() mutable { self->write(std::move(response)); });
    });
  }

  void write(Response response) {
    response_ = std::move(response);
    response_.keep_alive(request_.keep_alive());
    response_.prepare_payload();
    stream_.expires_after(std::chrono::seconds(30));
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error && self->response_.keep_alive()) self->read();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  Request request_;
  Response response_;
  narthex::Registry registry_;
  asio::thread_pool& scrapes_;
};

void accept(tcp::acceptor& acceptor, const narthex::Registry& registry, asio::thread_pool& scrapes) {
  acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket), registry, scrapes)->read();
    accept(acceptor, registry, scrapes);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9464);
  narthex::Registry registry;
  registry.add(narthex::ProcessCollector());

  asio::io_context loop;
  asio::thread_pool scrapes(1);
  tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), port});
  accept(acceptor, registry, scrapes);
  std::printf("serving http://127.0.0.1:%d/metrics\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  loop.run();
}
