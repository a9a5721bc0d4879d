#include "http/scrape_job.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <narthex/detail/scrape_phases.h>

#include "http/connection.h"
#include "http/http_server.h"

namespace narthex::detail {

ScrapeJob::ScrapeJob(HttpServer& server, Route route, const RequestHead& head, ExpositionRequest scrape)
    : server_(server),
      route_(std::move(route)),
      line_(head.line),
      authorization_(head.authorization),
      scrape_(std::move(scrape)) {}

std::string ScrapeJob::key_of(const RequestLine& line, const ExpositionRequest& scrape) {
  const auto timeout = scrape.timeout.value_or(std::chrono::milliseconds(-1)).count();
  return fmt::format("{}\n{}\n{}\n{}\n{}", line.path, scrape.query, scrape.accept, scrape.accept_encoding, timeout);
}

bool ScrapeJob::join(std::shared_ptr<Connection> connection) {
  if (state() != State::waiting) return false;  // the I/O thread must not wait for begin_reply()
  const std::lock_guard lock(mutex_);
  if (state() != State::waiting) return false;
  connections_.push_back(std::move(connection));
  return true;
}

bool ScrapeJob::leave(const Connection& connection) {
  {
    const std::lock_guard lock(mutex_);
    may_begin_reply_ = state() == State::waiting;
    if (!may_begin_reply_) return false;
    std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  }
  if (connections_.empty() && server_.pool().cancel(ticket_)) server_.forget_job(key_, *this);
  return true;
}

void ScrapeJob::submit(std::string key) {
  key_ = std::move(key);
  ticket_ = server_.pool().submit(line_.path, [self = shared_from_this()] { self->run(); });
}

void ScrapeJob::run() {
  enter(State::running);
  result_ = compute();
  enter(State::ended);  // before the client sees the reply, and may replace its connection by a new one
  begin_reply();
  server_.post([self = shared_from_this()] { self->deliver(); });
}

void ScrapeJob::enter(State state) {
  const std::lock_guard lock(mutex_);
  state_.store(state, std::memory_order_relaxed);  // relaxed: see state()
}

JobResult ScrapeJob::compute() {
  try {
    try {
      const auto waited = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - created_);
      if (scrape_.timeout) *scrape_.timeout -= waited;
      if (std::holds_alternative<Registry>(route_)) return expose();
      const RouteFunction& function = *std::get<std::shared_ptr<const RouteFunction>>(route_);
      FunctionReply reply = function({line_, authorization_, scrape_});
      return {.status = reply.status,
              .content_type = std::move(reply.content_type),
              .lines = std::move(reply.lines),
              .body = server_.bodies().keep(std::move(reply.body))};
    } catch (const std::exception& error) {
      return message(fmt::format("cannot compute the reply: {}\n", error.what()));
    } catch (...) {
      return message("cannot compute the reply\n");
    }
  } catch (const std::exception&) {  // no memory for the message
    return {};
  }
}

JobResult ScrapeJob::expose() {
  Exposition exposition;
  ScrapePool::WritePermit permit(server_.pool(), line_.path);
  expose_in_phases(std::get<Registry>(route_), scrape_, exposition, [&] {
    permit.acquire();
    exposition.body = server_.bodies().take();  // after the wait, so that few bodies are in use
  });
  return {.status = 200,
          .content_type = std::move(exposition.content_type),
          .content_encoding = std::move(exposition.content_encoding),
          .body = server_.bodies().keep(std::move(exposition.body)),
          .is_exposition = true};
}

JobResult ScrapeJob::message(std::string_view text) const {
  return {.status = 500, .content_type = "text/plain; charset=utf-8", .body = server_.bodies().keep(std::string(text))};
}

// The I/O thread does not use the socket while the connection waits for the job, unless it closes the connection. It
// then calls leave() first. Many connections are left to it, because it gives each of them a turn.
void ScrapeJob::begin_reply() {
  if (connections_.size() != 1 || result_.status == 0) return;
  Connection& connection = *connections_.front();
  if (connection.is_encrypted()) return;
  try {
    result_.begun.reply = connection.reply_with(result_);
  } catch (const std::exception&) {  // no memory for the head; the I/O thread tries again
    return;
  }
  const std::lock_guard lock(mutex_);
  if (may_begin_reply_) result_.begun.sent = connection.begin_reply(result_.begun.reply);
}

void ScrapeJob::deliver() {
  server_.forget_job(key_, *this);
  for (const auto& connection : connections_) {
    try {
      connection->finish(result_);
    } catch (const std::exception&) {  // no memory for the head of the reply
      connection->close();
    }
  }
  connections_.clear();  // they refer to this object
  result_ = {};
}

}  // namespace narthex::detail
