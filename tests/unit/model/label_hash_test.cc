#include "model/label_hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/detail/label_value.h>

#include "model/label_key.h"

namespace narthex::detail {
namespace {

// The seeds are random, but the same in each run, so that a failure repeats. The multiplier is odd, as in hash_seed().
std::vector<HashSeed> some_seeds(std::size_t count) {
  std::mt19937_64 random(17);
  std::vector<HashSeed> seeds(count);
  for (HashSeed& seed : seeds) seed = {random(), random() | 1};
  return seeds;
}

// Returns the number of elements that are equal to an earlier one.
std::size_t repeated(std::vector<std::uint64_t> numbers) {
  std::ranges::sort(numbers);
  return static_cast<std::size_t>(numbers.end() - std::unique(numbers.begin(), numbers.end()));
}

// Returns a limit that the repetitions of random numbers of this many bits exceed with a probability of about 10^-9:
// six standard deviations above the mean. It is at least 10, because a small mean has no normal distribution.
double max_repeated(std::size_t count, int bits) {
  const double values = std::exp2(bits);
  const double n = static_cast<double>(count);
  const double mean = n - values * -std::expm1(n * std::log1p(-1 / values));
  return std::max(10.0, mean + 6 * std::sqrt(mean));
}

// Checks the parts of hashes that the hash tables use: all 64 bits, the lower 32, and any window of the lower 32. The
// index of an entry is one window, and the bits that the entry keeps are another.
void expect_random(std::string_view what, const std::vector<std::uint64_t>& hashes) {
  EXPECT_EQ(repeated(hashes), 0u) << what;
  for (const int bits : {32, 24, 16, 12}) {
    for (int first = 0; first + bits <= 32; first += 4) {
      std::vector<std::uint64_t> window;
      for (const std::uint64_t hash : hashes) window.push_back(hash >> first & ((std::uint64_t{1} << bits) - 1));
      EXPECT_LE(static_cast<double>(repeated(window)), max_repeated(hashes.size(), bits))
          << what << ": " << bits << " bits from bit " << first;
    }
  }
}

void expect_random(std::string_view what, const std::vector<std::string>& texts) {
  for (const HashSeed& seed : some_seeds(3)) {
    std::vector<std::uint64_t> hashes;
    for (const std::string& text : texts) hashes.push_back(hash_of_text(text, seed));
    expect_random(what, hashes);
  }
}

constexpr int kTexts = 10'000;

TEST(LabelHash, DependsOnTheBytesOfTheTextOnly) {
  const HashSeed seed = some_seeds(1)[0];
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 37);
    std::set<std::uint64_t> hashes;
    for (std::size_t offset = 0; offset < 9; ++offset) {
      const std::string longer =
          std::string(offset, static_cast<char>(offset)) + text + std::string(9, static_cast<char>(offset));
      hashes.insert(hash_of_text(std::string_view(longer).substr(offset, size), seed));
    }
    EXPECT_EQ(hashes.size(), 1u) << size;
  }
}

TEST(LabelHash, DependsOnBothNumbersOfTheSeed) {
  for (const std::string_view text :
       {"", "a", "customer", "/api/v1/customers", "a text that is longer than 32 bytes"}) {
    const HashSeed seed = some_seeds(1)[0];
    EXPECT_NE(hash_of_text(text, seed), hash_of_text(text, {seed.start + 1, seed.multiplier})) << text;
    if (!text.empty()) {
      EXPECT_NE(hash_of_text(text, seed), hash_of_text(text, {seed.start, seed.multiplier + 2})) << text;
    }
  }
}

TEST(LabelHash, OfALongLabelUsesTheSeedOfTheProcess) {
  const HashSeed seed = hash_seed();
  EXPECT_EQ(seed.multiplier % 2, 1u);
  EXPECT_NE(seed.start, 0u);
  EXPECT_EQ(hash_of_long_label("/api/v1/customers"), hash_of_text("/api/v1/customers", seed));
}

TEST(LabelHash, ChangesEachBitWithHalfTheProbabilityIfABitOfTheTextChanges) {
  constexpr std::size_t kSeeds = 1'000;
  const std::vector<HashSeed> seeds = some_seeds(kSeeds);
  for (const std::size_t size : {1u, 3u, 4u, 7u, 8u, 11u, 16u, 17u, 31u, 33u, 64u}) {
    const std::string text(size, 'a');
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      std::string other = text;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
      std::array<int, 64> changed{};
      for (const HashSeed& seed : seeds) {
        const std::uint64_t difference = hash_of_text(text, seed) ^ hash_of_text(other, seed);
        for (std::size_t i = 0; i < 64; ++i) changed[i] += static_cast<int>(difference >> i & 1);
      }
      const auto [least, most] = std::ranges::minmax(changed);
      // The mean is 500 with a standard deviation of 16.
      EXPECT_GT(least, 400) << "bit " << bit << " of " << size << " bytes";
      EXPECT_LT(most, 600) << "bit " << bit << " of " << size << " bytes";
    }
  }
}

TEST(LabelHash, ScattersNumbers) {
  for (const std::string_view prefix : {"", "user-", "/api/v1/users/", "/api/v1/customers/by-region/eu-central-1/"}) {
    std::vector<std::string> texts;
    for (int i = 0; i < kTexts; ++i) texts.push_back(std::string(prefix).append(std::to_string(1'000'000 + i)));
    expect_random(prefix, texts);
    for (std::string& text : texts) text += "/addresses";
    expect_random(std::string(prefix) + "/addresses", texts);
  }
}

TEST(LabelHash, ScattersTextsThatRepeatAByte) {
  std::vector<std::string> texts{""};
  for (const char byte : {'\0', 'a', '\xff'}) {
    for (std::size_t size = 1; size < 2'000; ++size) texts.emplace_back(size, byte);
  }
  expect_random("repeated byte", texts);
}

TEST(LabelHash, ScattersTextsThatDifferInOneOrTwoBits) {
  for (const std::size_t size : {8u, 15u, 16u, 20u, 24u, 40u}) {
    std::vector<std::string> texts;
    for (std::size_t first = 0; first < 8 * size; ++first) {
      for (std::size_t second = first; second < 8 * size && texts.size() < kTexts; ++second) {
        std::string text(size, '\x55');
        text[first / 8] = static_cast<char>(text[first / 8] ^ (1 << first % 8));
        if (second != first) text[second / 8] = static_cast<char>(text[second / 8] ^ (1 << second % 8));
        texts.push_back(text);
      }
    }
    expect_random(std::to_string(size) + " bytes", texts);
  }
}

TEST(LabelHash, ScattersTextsOfTheSamePieces) {
  constexpr std::array<std::string_view, 4> kPieces{"0123456789abcdef", "fedcba9876543210", "0000000000000000",
                                                    "89abcdef01234567"};
  std::vector<std::string> texts;
  for (int i = 0; i < 4 * 4 * 4 * 4 * 4 * 4; ++i) {
    std::string text;
    for (int n = i, pieces = 0; pieces < 6; ++pieces, n /= 4) text += kPieces[static_cast<std::size_t>(n % 4)];
    texts.push_back(text);
  }
  expect_random("pieces", texts);
}

// The first and last eight bytes of these texts are the same or differ by small numbers, as their sizes do.
TEST(LabelHash, SeparatesTextsOfDifferentSizeWithTheSameWords) {
  std::vector<std::string> texts;
  for (const char first : {'0', '1', '2', '3', '7', '?'}) {
    for (const char other : {'0', '1', '2', '3', '7', '?'}) {
      for (const char rest : {'0', '1', '2', '3', '7', '?'}) {
        for (std::size_t size = 8; size <= 40; ++size)
          texts.push_back(std::string{first, other} + std::string(size - 2, rest));
      }
    }
  }
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  expect_random("sizes", texts);
}

TEST(LabelHash, ScattersLabelSets) {
  const auto hashes_of = [](const HashSeed& seed, const std::vector<std::array<std::string, 3>>& sets) {
    std::vector<std::uint64_t> hashes;
    for (const std::array<std::string, 3>& set : sets) {
      const std::array<std::string_view, 3> values{set[0], set[1], set[2]};
      // Long values are words of the seed of the process in LabelKey. Here they are of the given seed.
      std::array<std::uint64_t, 3> words;
      for (std::size_t i = 0; i < values.size(); ++i) {
        words[i] = values[i].size() <= kMaxShortLabel ? label_word(values[i]) : hash_of_text(values[i], seed);
      }
      hashes.push_back(LabelKey(values, words.data(), seed).hash());
    }
    return hashes;
  };
  std::vector<std::array<std::string, 3>> requests;  // of an HTTP service
  std::vector<std::array<std::string, 3>> numbers;   // the same digits in different labels
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 20; ++j) {
      for (int k = 0; k < 20; ++k) {
        requests.push_back({i % 2 ? "GET" : "POST" + std::to_string(i), "/api/v1/objects/" + std::to_string(j),
                            std::to_string(200 + k)});
        numbers.push_back({std::to_string(i), std::to_string(j), std::to_string(k)});
      }
    }
  }
  std::ranges::sort(requests);
  requests.erase(std::unique(requests.begin(), requests.end()), requests.end());
  for (const HashSeed& seed : some_seeds(3)) {
    for (const auto& sets : {requests, numbers}) {
      for (const int bits : {32, 20, 12}) {
        for (int first = 0; first + bits <= 32; first += 4) {
          std::vector<std::uint64_t> window = hashes_of(seed, sets);
          for (std::uint64_t& hash : window) hash = hash >> first & ((std::uint64_t{1} << bits) - 1);
          EXPECT_LE(static_cast<double>(repeated(window)), max_repeated(sets.size(), bits))
              << bits << " bits from " << first;
        }
      }
    }
  }
}

}  // namespace
}  // namespace narthex::detail
