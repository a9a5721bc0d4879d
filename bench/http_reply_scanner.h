#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace narthex::bench {

// Finds the end of a reply in the bytes of a connection: by Content-Length, by chunks, or by the end of the connection.
class HttpReplyScanner {
 public:
  // Reads further bytes. Returns whether the reply is complete.
  bool read(std::string_view bytes) {
    received_ += bytes.size();
    if (state_ == State::kHead) bytes = read_head(bytes);
    while (!bytes.empty() && state_ != State::kDone) {
      if (state_ == State::kChunkLine) {
        bytes = read_chunk_line(bytes);
      } else {
        const std::size_t taken = std::min(remaining_, bytes.size());
        bytes.remove_prefix(taken);
        remaining_ -= taken;
        if (remaining_ == 0) end_of_bytes();
      }
    }
    if (!bytes.empty()) throw std::runtime_error("bytes after the reply");
    return state_ == State::kDone;
  }

  // Reads the end of the connection. Returns whether the reply is complete.
  bool read_end() { return state_ == State::kDone || (state_ == State::kBody && until_end_); }

  bool closes() const { return until_end_ || has("\r\nconnection: close"); }
  bool is_gzip() const { return has("\r\ncontent-encoding: gzip"); }
  bool is_200() const { return head_.starts_with("http/1.1 200 "); }
  std::string_view head() const { return head_; }
  std::size_t bytes() const { return received_; }
  bool is_empty() const { return received_ == 0; }

 private:
  enum class State { kHead, kBody, kChunkLine, kChunk, kDone };

  bool has(std::string_view text) const { return head_.find(text) != std::string::npos; }

  // Returns what follows the head.
  std::string_view read_head(std::string_view bytes) {
    const std::size_t before = head_.size();
    head_.append(bytes.substr(0, 65'536));
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    head_.resize(end);
    for (char& letter : head_) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    start_body();
    return bytes.substr(end + 4 - before);
  }

  void start_body() {
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    if (const std::size_t at = head_.find(kLength); at != std::string::npos) {
      std::from_chars(head_.data() + at + kLength.size(), head_.data() + head_.size(), remaining_);
      state_ = remaining_ == 0 ? State::kDone : State::kBody;
    } else if (has("\r\ntransfer-encoding: chunked")) {
      state_ = State::kChunkLine;
    } else {
      state_ = State::kBody;
      until_end_ = true;
      remaining_ = static_cast<std::size_t>(-1);
    }
  }

  // Returns what follows the line.
  std::string_view read_chunk_line(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (end == std::string_view::npos) return {};
    remaining_ = 0;
    std::from_chars(line_.data(), line_.data() + line_.size(), remaining_, 16);
    is_last_chunk_ = remaining_ == 0;
    remaining_ += 2;  // the line end of the chunk
    line_.clear();
    state_ = State::kChunk;
    return bytes.substr(end + 1);
  }

  void end_of_bytes() { state_ = state_ == State::kBody || is_last_chunk_ ? State::kDone : State::kChunkLine; }

  State state_ = State::kHead;
  std::string head_;
  std::string line_;
  std::size_t remaining_ = 0;
  std::size_t received_ = 0;
  bool until_end_ = false;
  bool is_last_chunk_ = false;
};

}  // namespace narthex::bench
