#include "push/http_call.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>

#include <curl/curl.h>

namespace narthex::detail {

namespace {

// The rest of a reply is read but not kept, so that a hostile reply costs no memory.
constexpr std::size_t kMaxKept = 4096;

// Allocates nothing, because the text has the capacity.
std::size_t keep(const char* data, std::size_t, std::size_t size, void* kept) noexcept {
  auto& text = *static_cast<std::string*>(kept);
  text.append(data, std::min(size, kMaxKept - text.size()));
  return size;
}

// The first caller initialises libcurl. If it fails, the next caller tries again. A std::once_flag, because glibc
// starts again in the child of a fork that interrupted the initialisation.
void initialise_curl() {
  static std::once_flag is_initialised;
  std::call_once(is_initialised, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
  });
}

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

List list_of(const std::vector<std::string>& lines) {
  List list(nullptr, curl_slist_free_all);
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(list.release());  // the longer one has it
    list.reset(longer);
  }
  return list;
}

std::error_code system_error(CURL* easy, CURLcode error) {
  if (error == CURLE_OPERATION_TIMEDOUT) return std::make_error_code(std::errc::timed_out);
  long number = 0;
  if (error == CURLE_COULDNT_CONNECT) curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  return {static_cast<int>(number), std::generic_category()};
}

}  // namespace

HttpReply send(const HttpCall& call, std::chrono::milliseconds timeout) {
  initialise_curl();
  const Easy easy(curl_easy_init(), curl_easy_cleanup);
  if (!easy) throw std::bad_alloc();
  HttpReply reply;
  reply.body.reserve(kMaxKept);
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::vector<std::string> lines = call.headers;
  lines.emplace_back("Expect:");  // empty, because asking before a large body costs a round trip
  const List headers = list_of(lines);
  const auto set = [&easy](CURLoption option, auto value) {
    if (curl_easy_setopt(easy.get(), option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  };
  set(CURLOPT_URL, call.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_CUSTOMREQUEST, call.method);
  if (!call.body.empty()) {
    set(CURLOPT_POSTFIELDS, call.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  }
  if (!call.credentials.empty()) {
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERPWD, call.credentials.c_str());
  }
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);  // no signals, which affect other threads
  set(CURLOPT_ERRORBUFFER, reason.data());
  set(CURLOPT_WRITEFUNCTION, keep);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&reply.body));
  const CURLcode error = curl_easy_perform(easy.get());
  if (error == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (error != CURLE_OK) {
    return {.body = reason[0] != '\0' ? reason.data() : curl_easy_strerror(error),
            .error = system_error(easy.get(), error),
            .curl_code = error};
  }
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace narthex::detail
