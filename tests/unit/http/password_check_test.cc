#include "http/password_check.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "http/bcrypt_hash.h"
#include "support/basic_authorization.h"

namespace narthex::detail {
namespace {

// Output of `htpasswd -nbBC 4 "" PASSWORD`.
const std::string kOpenSesame = "$2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6";
const std::string kSecret = "$2y$04$Ltjt8Do2SuZcRcTOZQMbmuoS5q5kVtXqPm0Wxtr3OCAYecfM5tP8y";

const PasswordUsers kUsers{{"ali", kOpenSesame}, {"k\u00e4the", kSecret}};

// Returns whether the password is correct, after a comparison if that is necessary.
bool is_right(PasswordCheck& check, const PasswordUsers& users, std::string_view authorization) {
  const auto found = check.look_up(users, authorization);
  const auto* candidate = std::get_if<PasswordCheck::Candidate>(&found);
  return (candidate ? check.compare(*candidate) : std::get<PasswordVerdict>(found)) == PasswordVerdict::kRight;
}

// Returns whether the verdict needs no comparison.
bool is_immediate(PasswordCheck& check, const PasswordUsers& users, std::string_view authorization) {
  return std::holds_alternative<PasswordVerdict>(check.look_up(users, authorization));
}

TEST(PasswordCheck, AcceptsTheCorrectPassword) {
  PasswordCheck check;
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
  PasswordCheck check;
  for (const char form : {'a', 'b', 'y'}) {
    std::string hash = kSecret;
    hash[2] = form;
    EXPECT_TRUE(is_right(check, {{"ali", hash}}, basic("ali:secret"))) << form;
    hash[28] = 'v';  // 'v' instead of 'u': unused bits of the salt are set, as in hashes of old passlib versions
    EXPECT_TRUE(is_right(check, {{"ali", hash}}, basic("ali:secret"))) << form;
  }
}

TEST(PasswordCheck, RejectsTheOldPasswordAfterAChange) {
  PasswordCheck check;
  EXPECT_TRUE(is_right(check, {{"ali", kSecret}}, basic("ali:secret")));
  EXPECT_FALSE(is_right(check, {{"ali", kOpenSesame}}, basic("ali:secret")));
  EXPECT_FALSE(is_right(check, {{"baba", kSecret}}, basic("ali:secret")));
}

TEST(PasswordCheck, RejectsInvalidAuthorizationHeaders) {
  PasswordCheck check;
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

TEST(PasswordCheck, RejectsInvalidAuthorizationHeadersWithoutAComparison) {
  PasswordCheck check;
  for (const std::string& bad : {std::string(), std::string("Basic ?"), basic("ali"), "Bearer " + base64("ali:x")}) {
    EXPECT_TRUE(is_immediate(check, kUsers, bad)) << bad;
  }
}

TEST(PasswordCheck, RejectsAPasswordFollowedByANul) {
  PasswordCheck check;
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali:open sesame\0", 16))));
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali:open sesame\0and more", 24))));
  EXPECT_FALSE(is_right(check, kUsers, basic(std::string("ali\0:open sesame", 16))));
}

// The memory of a waiting check is bounded.
TEST(PasswordCheck, RejectsAWrongPasswordOfAnyLength) {
  PasswordCheck check;
  for (const std::size_t length : std::vector<std::size_t>{71, 72, 73, 511, 512, 513, 100'000}) {
    for (const char* user : {"ali:", "unknown:"}) {
      const std::string authorization = basic(user + std::string(length, 'x'));
      EXPECT_FALSE(is_right(check, kUsers, authorization)) << length;
      EXPECT_EQ(is_immediate(check, kUsers, authorization), length >= 512) << length;
    }
  }
}

TEST(PasswordCheck, ComparesOnlyPasswordsThatAreNotKnown) {
  PasswordCheck check;
  EXPECT_FALSE(is_immediate(check, kUsers, basic("ali:open sesame")));
  EXPECT_TRUE(is_right(check, kUsers, basic("ali:open sesame")));
  EXPECT_TRUE(is_immediate(check, kUsers, basic("ali:open sesame")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(is_right(check, kUsers, basic("ali:wrong")));
    EXPECT_FALSE(is_immediate(check, kUsers, basic("ali:wrong")));
    EXPECT_FALSE(is_immediate(check, kUsers, basic("unknown:wrong")));
  }
}

TEST(PasswordCheck, ComparesUnknownUsersWithAHashOfTheHighestCost) {
  PasswordCheck check;
  const PasswordUsers users{{"ali", kSecret}, {"baba", "$2y$07$" + std::string(53, 'x')}};
  const auto found = check.look_up(users, basic("unknown:secret"));
  EXPECT_EQ(std::get<PasswordCheck::Candidate>(found).hash, "$2y$07$" + std::string(53, '.'));
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
