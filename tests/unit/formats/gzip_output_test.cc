#include "formats/gzip_output.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/gunzip.h"
#include "support/output_pieces.h"

namespace narthex::detail {
namespace {

std::string compressed(const std::vector<std::string>& pieces) {
  std::string out;
  GzipOutput output(out);
  for (const std::string& piece : pieces) output.write(piece);
  EXPECT_TRUE(output.finish());
  return out;
}

std::string noise(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(GzipOutput, DoesNotCompressShortText) {
  std::string out = "before";
  GzipOutput output(out);
  output.write("up ");
  output.write("1\n");
  EXPECT_FALSE(output.finish());
  EXPECT_EQ(out, "beforeup 1\n");
}

TEST(GzipOutput, DoesNotCompressEmptyText) {
  std::string out;
  EXPECT_FALSE(GzipOutput(out).finish());
  EXPECT_EQ(out, "");
}

TEST(GzipOutput, CompressesManyShortPieces) {
  const std::string piece = "jobs_total{queue=\"mail\"} 17\n";
  std::string text;
  std::vector<std::string> pieces;
  for (int i = 0; i < 100; ++i) {
    pieces.push_back(piece);
    text += piece;
  }
  const std::string file = compressed(pieces);
  EXPECT_LT(file.size(), 150u);
  EXPECT_EQ(gunzip(file), text);
}

TEST(GzipOutput, PreservesIncompressibleText) {
  for (const std::size_t size : {1'024u, 16'384u, 65'536u, 65'537u, 1'000'000u}) {
    const std::string text = noise(size);
    const std::string file = compressed({text.substr(0, 700), text.substr(700)});
    EXPECT_LT(file.size(), size + size / 100 + 100);
    EXPECT_TRUE(gunzip(file) == text) << size;
  }
}

TEST(GzipOutput, CompressesMegabytes) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "jobs_total{queue=\"" + std::to_string(i % 997) + "\"} " + std::to_string(i) + "\n";
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += 12'345) pieces.push_back(text.substr(at, 12'345));
  EXPECT_TRUE(gunzip(compressed(pieces)) == text);
  EXPECT_TRUE(gunzip(compressed({text})) == text);
}

TEST(GzipOutput, CompressesSeveralTextsAtTheSameTime) {
  const std::string first = noise(5'000);
  const std::string second = noise(6'000);
  std::string given_up;
  GzipOutput(given_up).write(noise(100'000));
  std::string one;
  std::string two;
  GzipOutput out_one(one);
  GzipOutput out_two(two);
  out_one.write(first);
  out_two.write(second);
  out_one.write(second);
  EXPECT_TRUE(out_two.finish());
  EXPECT_TRUE(out_one.finish());
  EXPECT_TRUE(gunzip(one) == first + second);
  EXPECT_TRUE(gunzip(two) == second);
}

TEST(GzipOutput, KeepsUnfinishedText) {
  std::string compressed;
  GzipOutput output(compressed);
  const std::string expected = write_pieces(output);
  EXPECT_TRUE(output.finish());
  EXPECT_TRUE(gunzip(compressed) == expected) << "the texts differ";
}

}  // namespace
}  // namespace narthex::detail
