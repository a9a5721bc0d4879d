#include "push/curl_handle.h"

#include <mutex>

#include <strings.h>

namespace narthex::detail {

namespace {

// The first caller initialises libcurl. If it fails, the next caller tries again. A std::once_flag, because glibc
// starts again in the child of a fork that interrupted the initialisation.
void initialise_curl() {
  static std::once_flag is_initialised;
  std::call_once(is_initialised, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
  });
}

std::string taken(char* text) {
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text != nullptr ? text : "";
}

}  // namespace

CurlEasy new_curl_easy() {
  initialise_curl();
  CurlEasy easy(curl_easy_init(), curl_easy_cleanup);
  if (!easy) throw std::bad_alloc();
  return easy;
}

CurlList curl_list(const std::vector<std::string>& lines) {
  CurlList list(nullptr, curl_slist_free_all);
  for (const std::string& line : lines) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(list.release());  // the longer list owns it
    list.reset(longer);
  }
  return list;
}

ParsedUrl::ParsedUrl(const std::string& url) : url_(curl_url(), curl_url_cleanup) {
  if (!url_) throw std::bad_alloc();
  error_ = curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS);
  if (error_ == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
}

std::string ParsedUrl::part(CURLUPart part) const {
  char* text = nullptr;
  const CURLUcode error = curl_url_get(url_.get(), part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
  if (error == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  return taken(text);
}

std::string ParsedUrl::shown() const {
  const CurlUrl copy(curl_url_dup(url_.get()), curl_url_cleanup);
  if (!copy) throw std::bad_alloc();
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY}) {
    curl_url_set(copy.get(), part, nullptr, 0);
  }
  char* text = nullptr;
  if (curl_url_get(copy.get(), CURLUPART_URL, &text, 0) == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  return taken(text);
}

bool ParsedUrl::has_origin_of(const ParsedUrl& other) const {
  return part(CURLUPART_SCHEME) == other.part(CURLUPART_SCHEME) &&
         ::strcasecmp(part(CURLUPART_HOST).c_str(), other.part(CURLUPART_HOST).c_str()) == 0 &&
         part(CURLUPART_PORT) == other.part(CURLUPART_PORT);
}

}  // namespace narthex::detail
