#pragma once

#include <memory>
#include <new>
#include <string>
#include <vector>

#include <curl/curl.h>

namespace narthex::detail {

// Owners of objects of libcurl.
using CurlEasy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using CurlList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Creates a handle, and initialises libcurl if it is the first one. Throws std::bad_alloc.
CurlEasy new_curl_easy();

// Throws std::bad_alloc.
CurlList curl_list(const std::vector<std::string>& lines);

// A parsed URL.
class ParsedUrl {
 public:
  // Throws std::bad_alloc. is_valid() returns whether the text is a URL.
  explicit ParsedUrl(const std::string& url);

  bool is_valid() const noexcept { return error_ == CURLUE_OK; }
  // Returns why it is not valid.
  std::string error() const { return curl_url_strerror(error_); }
  // Returns a part, or an empty text if the URL does not have it.
  std::string part(CURLUPart part) const;
  // Returns the URL as a message may show it: without a user, a password, and the query, which may have a token.
  std::string shown() const;
  // Whether both have the same scheme, host, and port.
  bool has_origin_of(const ParsedUrl& other) const;

 private:
  CurlUrl url_;
  CURLUcode error_ = CURLUE_OK;
};

}  // namespace narthex::detail
