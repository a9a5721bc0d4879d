#include "http/web_config_files.h"

#include <cerrno>
#include <chrono>
#include <exception>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/http_totals.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "http/block_signals.h"
#include "http/small_file.h"

namespace narthex::detail {

namespace {

// The keys of session tickets are as old as their context, and tell about every session if they become known.
constexpr std::chrono::hours kMaxContextAge{24};

// Returns whether a file cannot be read for a reason that says nothing about the file.
bool is_shortage(const std::error_code& error) {
  for (const int shortage : {EMFILE, ENFILE, ENOMEM, EAGAIN}) {  // EAGAIN: the file is being written
    if (error.value() == shortage) return true;
  }
  return false;
}

}  // namespace

WebConfigFiles::WebConfigFiles(std::string file, Log log) : file_(std::move(file)), log_(std::move(log)) {
  Content content;
  take(content, true);
}

std::shared_ptr<const WebState> WebConfigFiles::latest(bool reads_certificates) noexcept {
  std::shared_ptr<const WebState> state;
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    try {
      line = update(reads_certificates);
    } catch (const std::exception&) {  // no memory or no thread: the files are read again next time
    }
    state = state_;
  }
  log(line);
  return state;
}

void WebConfigFiles::log(const std::string& line) const noexcept {
  if (line.empty() || !log_) return;
  try {
    log_(line);
  } catch (...) {  // no caller can handle it
  }
}

// Returns the line to log, or "".
std::string WebConfigFiles::update(bool reads_certificates) {
  Content content;
  try {
    take(content, reads_certificates);
  } catch (const FileError& error) {
    if (is_shortage(error.code())) return {};
    content.read_error = error.what();
    return refuse(std::move(content), error.what());
  } catch (const OptionsError& error) {
    return refuse(std::move(content), error.what());
  }
  return {};
}

// Makes the content of the files the current state. Throws if they are broken in another way than last time.
void WebConfigFiles::take(Content& content, bool reads_certificates) {
  content.text = read_small_file(file_);
  const bool has_same_text = state_ && state_->text == content.text;
  const bool has_refused_text = refused_ && refused_->text == content.text;
  if (has_same_text && !(reads_certificates && has_tls_)) {
    if (!has_refused_text) refused_.reset();  // the configuration file was corrected
    return;
  }
  if (has_refused_text && !refused_->config) return;
  content.config = has_same_text ? state_->config : has_refused_text ? refused_->config : config_of(*content.text);
  if (!state_) has_tls_ = content.config->tls.is_on();
  if (has_tls_) content.tls = read_tls_texts(content.config->tls);
  if (refused_ && refused_->is_same(content)) return;
  std::shared_ptr<const TlsContext> context = has_tls_ ? context_of(content) : nullptr;
  if (!has_same_text || context != state_->tls) {
    state_ = std::make_shared<const WebState>(WebState{*content.text, content.config, std::move(context)});
  }
  refused_.reset();
}

std::shared_ptr<const WebConfig> WebConfigFiles::config_of(const std::string& text) const {
  // On a thread with an ordinary stack: yaml-cpp recurses for each level, and threads of civetweb have 100 KiB.
  const BlockSignals blocked;
  const auto parse = [&] { return std::make_shared<const WebConfig>(parse_web_config(text, file_)); };
  std::shared_ptr<const WebConfig> config = std::async(std::launch::async, parse).get();
  if (state_ && config->tls.is_on() != has_tls_) {
    throw OptionsError(fmt::format("web configuration {}: the file {} TLS; TLS is switched on or off only at the start",
                                   quote(file_), has_tls_ ? "no longer configures" : "configures"));
  }
  return config;
}

std::shared_ptr<const TlsContext> WebConfigFiles::context_of(const Content& content) const {
  if (state_ && state_->tls->is_made_of(content.config->tls, content.tls) && state_->tls->age() < kMaxContextAge) {
    return state_->tls;
  }
  return std::make_shared<const TlsContext>(content.config->tls, content.tls);
}

// Returns the line to log, or "" if the same content was refused last time.
std::string WebConfigFiles::refuse(Content content, std::string_view reason) {
  if (refused_ && refused_->is_same(content)) return {};
  refused_ = std::move(content);
  http_totals().web_config_reload_failures.fetch_add(1, std::memory_order_relaxed);  // relaxed: see HttpTotals
  return fmt::format("{}; the last valid web configuration stays in use until the files are corrected", reason);
}

}  // namespace narthex::detail
