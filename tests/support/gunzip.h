#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace narthex {

// Reads one gzip file (RFC 1951, RFC 1952). The tests do not use the library that compressed it: it may be ISA-L or
// zlib, and it would accept its own mistakes.
class GzipReader {
 public:
  explicit GzipReader(std::string_view file) : file_(file) {}

  std::string read() {
    read_header();
    while (!read_block()) {
    }
    bit_ = (bit_ + 7) / 8 * 8;  // the trailer begins at a byte
    if (bits(32) != checksum()) fail("wrong checksum");
    if (bits(32) != static_cast<std::uint32_t>(text_.size())) fail("wrong size");
    if (bit_ != 8 * file_.size()) fail("bytes behind the end");
    return text_;
  }

 private:
  // A Huffman code: the number of codes of each length, and their symbols in the order of the codes.
  struct Code {
    std::array<std::uint32_t, 16> counts{};
    std::vector<std::uint32_t> symbols;

    explicit Code(const std::vector<std::uint32_t>& lengths) {
      for (std::uint32_t length = 1; length < counts.size(); ++length) {
        for (std::uint32_t symbol = 0; symbol < lengths.size(); ++symbol) {
          if (lengths[symbol] != length) continue;
          ++counts[length];
          symbols.push_back(symbol);
        }
      }
    }
  };

  [[noreturn]] static void fail(const std::string& reason) { throw std::runtime_error("no gzip: " + reason); }

  // The next bits, of which the first is the lowest.
  std::uint32_t bits(std::uint32_t count) {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < count; ++i, ++bit_) {
      if (bit_ / 8 >= file_.size()) fail("the file ends early");
      value |= (static_cast<unsigned char>(file_[bit_ / 8]) >> bit_ % 8 & 1U) << i;
    }
    return value;
  }

  std::uint32_t symbol(const Code& code) {
    std::uint32_t value = 0;  // the bits of the code, relative to the first code of the length
    std::size_t index = 0;    // of the first symbol of the length
    for (std::size_t length = 1; length < code.counts.size(); ++length) {
      value = value << 1 | bits(1);
      if (value < code.counts[length]) return code.symbols[index + value];
      value -= code.counts[length];
      index += code.counts[length];
    }
    fail("invalid code");
  }

  void read_header() {
    if (bits(16) != 0x8b1f || bits(8) != 8) fail("wrong header");
    if (bits(8) != 0) fail("a header with options, which narthex does not write");
    bits(32);  // time
    bits(16);  // level and system
  }

  // Returns whether the block is the last one.
  bool read_block() {
    const bool is_last = bits(1) == 1;
    switch (bits(2)) {
      case 0:
        read_stored();
        break;
      case 1:
        read_fixed();
        break;
      case 2:
        read_dynamic();
        break;
      default:
        fail("invalid type of a block");
    }
    return is_last;
  }

  void read_stored() {
    bit_ = (bit_ + 7) / 8 * 8;
    const std::uint32_t size = bits(16);
    if (bits(16) != (~size & 0xffff)) fail("wrong size of a stored block");
    for (std::uint32_t i = 0; i < size; ++i) text_ += static_cast<char>(bits(8));
  }

  void read_fixed() {
    std::vector<std::uint32_t> lengths(288, 8);
    for (std::size_t i = 144; i < 256; ++i) lengths[i] = 9;
    for (std::size_t i = 256; i < 280; ++i) lengths[i] = 7;
    read_compressed(Code(lengths), Code(std::vector<std::uint32_t>(30, 5)));
  }

  void read_dynamic() {
    const std::uint32_t literals = bits(5) + 257;
    const std::uint32_t distances = bits(5) + 1;
    const std::uint32_t count = bits(4) + 4;
    constexpr std::array<std::size_t, 19> kOrder{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    std::vector<std::uint32_t> lengths(kOrder.size());
    for (std::size_t i = 0; i < count; ++i) lengths[kOrder[i]] = bits(3);
    const Code code(lengths);
    lengths.clear();
    while (lengths.size() < literals + distances) {
      const std::uint32_t length = symbol(code);
      if (length < 16) {
        lengths.push_back(length);
      } else if (length == 16) {
        if (lengths.empty()) fail("no length to repeat");
        lengths.insert(lengths.end(), 3 + bits(2), std::uint32_t{lengths.back()});
      } else {
        lengths.insert(lengths.end(), length == 17 ? 3 + bits(3) : 11 + bits(7), 0);
      }
    }
    if (lengths.size() != literals + distances) fail("too many lengths");
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(literals);
    read_compressed(Code({lengths.begin(), middle}), Code({middle, lengths.end()}));
  }

  void read_compressed(const Code& literals, const Code& distances) {
    for (;;) {
      const std::uint32_t value = symbol(literals);
      if (value == 256) return;
      if (value < 256) {
        text_ += static_cast<char>(value);
        continue;
      }
      if (value > 285) fail("invalid length");
      const std::uint32_t size = size_of(value - 257);
      const std::uint32_t distance = distance_of(symbol(distances));
      if (distance > text_.size()) fail("a distance before the start");
      for (std::uint32_t i = 0; i < size; ++i) text_ += text_[text_.size() - distance];
    }
  }

  // Eight lengths without an extra bit, then four of each number of extra bits, then the largest length.
  std::uint32_t size_of(std::uint32_t index) {
    if (index < 8) return index + 3;
    if (index == 28) return 258;
    const std::uint32_t extra = index / 4 - 1;
    return ((4 + index % 4) << extra) + 3 + bits(extra);
  }

  // Four distances without an extra bit, then two of each number of extra bits.
  std::uint32_t distance_of(std::uint32_t index) {
    if (index > 29) fail("invalid distance");
    if (index < 4) return index + 1;
    const std::uint32_t extra = index / 2 - 1;
    return ((2 + index % 2) << extra) + 1 + bits(extra);
  }

  std::uint32_t checksum() const {
    std::uint32_t sum = 0xffff'ffff;
    for (const char byte : text_) {
      sum ^= static_cast<unsigned char>(byte);
      for (int i = 0; i < 8; ++i) sum = sum >> 1 ^ (sum & 1 ? 0xedb8'8320 : 0);
    }
    return ~sum;
  }

  std::string_view file_;
  std::size_t bit_ = 0;
  std::string text_;
};

// Returns the content of a gzip file. Throws unless the file is complete, has the right checksum, and nothing follows.
inline std::string gunzip(std::string_view file) { return GzipReader(file).read(); }

}  // namespace narthex
