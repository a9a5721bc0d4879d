#include "http/password_check.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "http/bcrypt_hash.h"

namespace narthex::detail {
namespace {

// Output of `htpasswd -nbBC 4 "" PASSWORD`.
const std::string kOpenSesame = "$2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6";
const std::string kSecret = "$2y$04$Ltjt8Do2SuZcRcTOZQMbmuoS5q5kVtXqPm0Wxtr3OCAYecfM5tP8y";

const PasswordCheck::Users kUsers{{"ali", kOpenSesame}, {"k\u00e4the", kSecret}};

std::string base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  encoded.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), bytes, static_cast<int>(text.size()))));
  return encoded;
}

bool is_right(PasswordCheck& check, const PasswordCheck::Users& users, std::string_view authorization) {
  return check.check(users, authorization) == PasswordCheck::Verdict::kRight;
}

std::string basic(const std::string& text) { return "Basic " + base64(text); }

TEST(PasswordCheck, AcceptsTheCorrectPassword) {
  PasswordCheck check(100);
  for (int i = 0; i < 2; ++i) {  // the second check uses the cache
    EXPECT_TRUE(is_right(check, kUsers, basic("ali:open sesame")));
    EXPECT_TRUE(is_right(check, kUsers, basic("k\u00e4the:secret")));
    EXPECT_TRUE(is_right(check, kUsers, "bAsIc " + base64("ali:open sesame")));
    EXPECT_FALSE(is_right(check, kUsers, basic("ali:secret")));
    EXPECT_FALSE(is_right(check, kUsers, basic("k\u00e4the:open sesame")));
    EXPECT_FALSE(is_right(check, kUsers, basic("Ali:open sesame")));
    EXPECT_FALSE(is_right(check, kUsers, basic("unknown:open sesame")));
    EXPECT_FALSE(is_right(check, kUsers, basic(":")));
  }
}

TEST(PasswordCheck, AcceptsAllFormsOfAHash) {
  PasswordCheck check(100);
  for (const char form : {'a', 'b', 'y'}) {
    std::string hash = kSecret;
    hash[2] = form;
    EXPECT_TRUE(is_right(check, {{"ali", hash}}, basic("ali:secret"))) << form;
    hash[28] = 'v';  // 'v' instead of 'u': unused bits of the salt are set, as in hashes of old passlib versions
    EXPECT_TRUE(is_right(check, {{"ali", hash}}, basic("ali:secret"))) << form;
  }
}

TEST(PasswordCheck, RejectsTheOldPasswordAfterAChange) {
  PasswordCheck check(100);
  EXPECT_TRUE(is_right(check, {{"ali", kSecret}}, basic("ali:secret")));
  EXPECT_FALSE(is_right(check, {{"ali", kOpenSesame}}, basic("ali:secret")));
  EXPECT_FALSE(is_right(check, {{"baba", kSecret}}, basic("ali:secret")));
}

TEST(PasswordCheck, RejectsInvalidAuthorizationHeaders) {
  PasswordCheck check(100);
  const std::string right = base64("ali:open sesame");
  for (const std::string& bad :
       {std::string(), std::string("Basic"), std::string("Basic "), right, "Bearer " + right, "Basic" + right,
        "Basic " + right + "=", "Basic " + right + "\n", "Basic  " + right, "Basic " + right.substr(1),
        "Basic " + right + "," + "Basic " + right, std::string("Basic ===="), std::string("Basic =AAA"),
        std::string("Basic \xff\xff\xff\xff"), basic("ali"), basic("ali\n:open sesame"),
        "Basic " + std::string(400'000, 'A')}) {
    EXPECT_FALSE(is_right(check, kUsers, bad)) << bad.substr(0, 100);
  }
}

TEST(PasswordCheck, RejectsAPasswordFollowedByANul) {
  PasswordCheck check(100);
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali:open sesame\0", 16))));
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali:open sesame\0and more", 24))));
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali\0:open sesame", 16))));
}

TEST(PasswordCheck, RejectsAWrongPasswordOfAnyLength) {
  PasswordCheck check(100);
  for (const std::size_t length : std::vector<std::size_t>{71, 72, 73, 511, 512, 513, 100'000}) {
    EXPECT_FALSE(is_right(check, kUsers, basic("ali:" + std::string(length, 'x')))) << length;
  }
}

TEST(PasswordCheck, CanBeCalledConcurrently) {
  PasswordCheck check(100);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        right += is_right(check, kUsers, basic(i % 2 ? "ali:wrong" : "ali:open sesame")) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 20);
}

// Otherwise untrusted clients that guess passwords would block all threads of a server.
TEST(PasswordCheck, LimitsTheNumberOfWaitingThreads) {
  PasswordCheck check(2);
  const PasswordCheck::Users users{{"ali", "$2y$07$" + std::string(53, 'x')}, {"k\u00e4the", kSecret}};
  EXPECT_TRUE(is_right(check, users, basic("k\u00e4the:secret")));
  std::atomic<int> busy{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      while (busy < 20) {
        if (check.check(users, basic(i % 2 ? "ali:wrong" : "unknown:wrong")) == PasswordCheck::Verdict::kBusy) ++busy;
      }
    });
  }
  while (busy < 20) EXPECT_TRUE(is_right(check, users, basic("k\u00e4the:secret"))) << "a known password needs no wait";
  for (std::thread& thread : threads) thread.join();
}

TEST(BcryptHash, HasAVersionACostAndFiftyThreeCharacters) {
  EXPECT_TRUE(is_bcrypt_hash(kSecret));
  EXPECT_EQ(bcrypt_cost("$2y$12$" + std::string(53, 'x')), 12);
  EXPECT_TRUE(is_bcrypt_hash("$2b$31$" + std::string(53, '.')));
  for (const std::string& bad :
       {std::string(), std::string("secret"), kSecret + "x", kSecret.substr(1), "$2x$10$" + std::string(53, 'x'),
        "$2$10$" + std::string(54, 'x'), "$2y$03$" + std::string(53, 'x'), "$2y$32$" + std::string(53, 'x'),
        "$2y$1a$" + std::string(53, 'x'), "$2y$10$" + std::string(53, ':'), "$6$" + std::string(57, 'x'),
        "$2y$10." + std::string(53, 'x')}) {
    EXPECT_FALSE(is_bcrypt_hash(bad)) << bad;
  }
}

}  // namespace
}  // namespace narthex::detail
