#include "push/http_client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>

#include <curl/curl.h>
#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "http/small_file.h"
#include "push/curl_handle.h"

namespace narthex::detail {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxRead = std::size_t{4} << 20;
constexpr std::size_t kMaxHeaders = 100;
constexpr int kMaxRedirects = 2;
constexpr milliseconds kMinConnectTime{1000};

constexpr std::string_view kWhiteSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

std::string content_of(const std::string& file) { return std::string(trimmed(read_small_file(file))); }

// A token becomes part of a header line.
std::string token_of(const std::string& file) {
  std::string token = content_of(file);
  if (std::ranges::all_of(token, [](char c) { return c > ' ' && c != '\x7f'; })) return token;
  throw FileError(fmt::format("file {}: a token must be one word of ASCII characters", quote(file)),
                  std::make_error_code(std::errc::invalid_argument));
}

std::error_code system_error(CURL* easy, CURLcode error) {
  if (error == CURLE_OPERATION_TIMEDOUT || error == CURLE_ABORTED_BY_CALLBACK) {
    return std::make_error_code(std::errc::timed_out);
  }
  long number = 0;
  if (error == CURLE_COULDNT_CONNECT) curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  return {static_cast<int>(number), std::generic_category()};
}

// A reply while it arrives. The functions are called by libcurl, which is written in C and passes no exceptions on.
struct Receiver {
  HttpReply reply{};
  const PushDeadline& deadline;
  std::size_t max_kept;
  PushClock::duration max_silence;  // for which no byte moves
  std::size_t read = 0;             // bytes of the body
  curl_off_t moved = 0;             // bytes in both directions
  PushClock::time_point last_move = PushClock::now();
  bool has_no_memory = false;

  static std::size_t take_body(const char* data, std::size_t, std::size_t size, void* to) noexcept {
    auto& self = *static_cast<Receiver*>(to);
    self.read += size;
    self.reply.is_too_long = self.read > kMaxRead;
    const std::size_t kept = std::min(size, self.max_kept - std::min(self.reply.body.size(), self.max_kept));
    const bool is_kept = self.keep([&] { self.reply.body.append(data, kept); });
    return is_kept && !self.reply.is_too_long ? size : 0;
  }

  static std::size_t take_header(const char* data, std::size_t, std::size_t size, void* to) noexcept {
    auto& self = *static_cast<Receiver*>(to);
    const std::string_view line(data, size);
    const bool is_kept = self.keep([&] {
      if (line.starts_with("HTTP/")) self.reply.headers.clear();  // those of an interim reply
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos || self.reply.headers.size() == kMaxHeaders) return;
      std::string name(line.substr(0, colon));
      std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
      self.reply.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    });
    return is_kept ? size : 0;
  }

  // libcurl calls it about once in a second. 1 ends the transfer.
  static int check_time(void* to, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) noexcept {
    auto& self = *static_cast<Receiver*>(to);
    const PushClock::time_point now = PushClock::now();
    if (received + sent != self.moved) {
      self.moved = received + sent;
      self.last_move = now;
    }
    return now - self.last_move > self.max_silence || self.deadline.has_passed() ? 1 : 0;
  }

  // Returns whether the function has thrown nothing.
  template <class Keep>
  bool keep(Keep function) noexcept {
    try {
      function();
    } catch (const std::bad_alloc&) {
      has_no_memory = true;
    }
    return !has_no_memory;
  }
};

// Sets options of a handle. Those that a libcurl does not have are left out.
class Setter {
 public:
  explicit Setter(CURL* easy) : easy_(easy) {}

  template <class Value>
  void operator()(CURLoption option, Value value) const {
    if (curl_easy_setopt(easy_, option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  }
  // Does nothing for an empty text.
  void text(CURLoption option, const std::string& value) const {
    if (!value.empty()) (*this)(option, value.c_str());
  }

 private:
  CURL* easy_;
};

void set_connection(const Setter& set, const PushConnection& connection, const std::string& password) {
  set.text(CURLOPT_CAINFO, connection.ca_file);
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);  // the file is read for each connection
  set.text(CURLOPT_SSLCERT, connection.certificate_file);
  set.text(CURLOPT_SSLKEY, connection.key_file);
  set.text(CURLOPT_PROXY, connection.proxy);
  if (!connection.user.empty()) {
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set.text(CURLOPT_USERNAME, connection.user);
    set.text(CURLOPT_PASSWORD, connection.password_file.empty() ? password : content_of(connection.password_file));
  }
}

void set_times(const Setter& set, milliseconds left, bool is_last_attempt) {
  const milliseconds connect = is_last_attempt ? left : std::max(left / 4, kMinConnectTime);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(connect, left).count()));
}

void set_request(const Setter& set, const std::string& url, const HttpRequest& request) {
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_CUSTOMREQUEST, request.method);
  if (std::string_view(request.method) != "DELETE") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data() != nullptr ? request.body.data() : "");
  }
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
}

void set_receiver(const Setter& set, Receiver& receiver) {
  set(CURLOPT_WRITEFUNCTION, Receiver::take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&receiver));
  set(CURLOPT_HEADERFUNCTION, Receiver::take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&receiver));
  set(CURLOPT_XFERINFOFUNCTION, Receiver::check_time);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&receiver));
  set(CURLOPT_NOPROGRESS, 0L);
}

}  // namespace

std::optional<std::string_view> HttpReply::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, [](const auto& header) { return header.first; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

class HttpClient::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)), easy_(new_curl_easy()), shown_url_(ParsedUrl(options_.url).shown()) {}

  const std::string& shown_url() const noexcept { return shown_url_; }

  // Follows redirects.
  HttpReply send(const HttpRequest& request, const PushDeadline& deadline) {
    std::string url = options_.url;
    for (int redirects = 0;; ++redirects) {
      HttpReply reply = send_to(url, request, deadline);
      if (reply.status < 300 || reply.status > 399) return reply;
      const char* target = nullptr;
      curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &target);
      if (target == nullptr) return reply;
      const ParsedUrl parsed(target);
      if ((reply.status != 307 && reply.status != 308) || !parsed.has_origin_of(ParsedUrl(url))) {
        reply.body = fmt::format("redirect to {}, which is not followed", quote(parsed.shown()));
        return reply;
      }
      if (redirects == kMaxRedirects) {
        reply.body = fmt::format("more than {} redirects, the last to {}", kMaxRedirects, quote(parsed.shown()));
        return reply;
      }
      url = target;
    }
  }

 private:
  HttpReply send_to(const std::string& url, const HttpRequest& request, const PushDeadline& deadline) {
    const milliseconds left =
        std::max(std::chrono::ceil<milliseconds>(deadline.end() - PushClock::now()), milliseconds(1));
    Receiver receiver{
        .deadline = deadline, .max_kept = request.max_kept, .max_silence = request.is_last_attempt ? left : left / 2};
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_reset(easy_.get());  // keeps the connection
    const Setter set(easy_.get());
    CurlList headers(nullptr, curl_slist_free_all);
    try {
      headers = curl_list(lines_of(request));
      set_connection(set, options_.connection, options_.password);
    } catch (const FileError& error) {
      return {.body = error.what(), .error = error.code()};
    }
    set_request(set, url, request);
    set(CURLOPT_HTTPHEADER, headers.get());
    set_times(set, left, request.is_last_attempt);
    set(CURLOPT_NOSIGNAL, 1L);    // no signals, which affect other threads
    set(CURLOPT_QUICK_EXIT, 1L);  // do not wait for a thread that resolves a name
    set(CURLOPT_ERRORBUFFER, reason.data());
    set_receiver(set, receiver);
    const CURLcode error = curl_easy_perform(easy_.get());
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (error == CURLE_OUT_OF_MEMORY || receiver.has_no_memory) throw std::bad_alloc();
    if (error != CURLE_OK && !receiver.reply.is_too_long) {
      const bool is_late = error == CURLE_ABORTED_BY_CALLBACK;
      return {.body = !is_late && reason[0] != '\0' ? reason.data()
                                                    : curl_easy_strerror(is_late ? CURLE_OPERATION_TIMEDOUT : error),
              .error = system_error(easy_.get(), error),
              .curl_code = is_late ? CURLE_OPERATION_TIMEDOUT : error};
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    receiver.reply.status = static_cast<int>(status);
    return std::move(receiver.reply);
  }

  std::vector<std::string> lines_of(const HttpRequest& request) const {
    std::vector<std::string> lines = options_.headers;
    lines.insert(lines.end(), request.headers.begin(), request.headers.end());
    if (const std::string& file = options_.connection.bearer_token_file; !file.empty()) {
      lines.push_back("Authorization: Bearer " + token_of(file));
    }
    lines.emplace_back("Expect:");  // empty, because asking before a large body costs a round trip
    return lines;
  }

  const Options options_;
  const CurlEasy easy_;
  const std::string shown_url_;
};

HttpClient::HttpClient(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpReply HttpClient::send(const HttpRequest& request, const PushDeadline& deadline) {
  return impl_->send(request, deadline);
}

const std::string& HttpClient::shown_url() const noexcept { return impl_->shown_url(); }

}  // namespace narthex::detail
