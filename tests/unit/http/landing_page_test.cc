#include "http/landing_page/landing_page.h"

#include <chrono>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <narthex/version.h>

namespace narthex::detail {
namespace {

using std::chrono::system_clock;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

LandingPage page_of(const std::vector<std::string>& paths, const std::vector<std::string>& other_paths = {}) {
  return landing_page(paths, system_clock::time_point(std::chrono::seconds(1'795'896'000)), other_paths);
}

std::string links_of(const std::vector<std::string>& paths, const std::vector<std::string>& other_paths = {}) {
  const std::string html = page_of(paths, other_paths).html;
  const std::string begin = R"(<ul id="paths">)";
  const std::size_t start = html.find(begin) + begin.size();
  return html.substr(start, html.find("</ul>", start) - start);
}

std::string nonce_of(const LandingPage& page) {
  static const std::regex nonce("'nonce-([0-9a-f]{32})'");
  std::smatch match;
  return std::regex_search(page.content_security_policy, match, nonce) ? match[1].str() : "";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++times;
  return times;
}

TEST(LandingPage, LinksToThePathsRelativeToItself) {
  EXPECT_EQ(links_of({"/metrics", "/internal/db"}, {"/healthz"}),
            R"(<li><a data-metrics href="./metrics">/metrics</a></li>)"
            R"(<li><a data-metrics href="./internal/db">/internal/db</a></li>)"
            R"(<li><a href="./healthz">/healthz</a></li>)");
  EXPECT_EQ(links_of({}), "");
}

TEST(LandingPage, EscapesPaths) {
  EXPECT_EQ(links_of({}, {R"(/<script>&"'%%nonce%%</script>)"}),
            R"(<li><a href="./%3Cscript%3E%26%22%27%25%25nonce%25%25%3C/script%3E">)"
            R"(/&lt;script&gt;&amp;&quot;&#39;%%nonce%%&lt;/script&gt;</a></li>)");
  EXPECT_EQ(links_of({"/a b?c#d\\e\n\xc3\xa9"}),
            "<li><a data-metrics href=\"./a%20b%3Fc%23d%5Ce%0A%C3%A9\">/a b?c#d\\e\n\xc3\xa9</a></li>");
}

TEST(LandingPage, LinksToNoOtherSchemeOrHost) {
  EXPECT_THAT(links_of({"/javascript:alert(1)"}), HasSubstr("href=\"./javascript:alert(1)\""));
  EXPECT_THAT(links_of({"//host/x"}), HasSubstr("href=\".//host/x\""));
}

TEST(LandingPage, ShowsTheVersionAndTheStart) {
  const std::string html = page_of({"/metrics"}).html;
  EXPECT_THAT(html, HasSubstr("<p>narthex " + std::string(kVersion) +
                              " &middot; started "
                              R"(<time id="start" datetime="2026-11-28T20:00:00Z">2026-11-28T20:00:00Z</time></p>)"));
  EXPECT_THAT(html, Not(HasSubstr("%%")));
}

TEST(LandingPage, HasAStrictPolicy) {
  EXPECT_THAT(page_of({"/metrics"}).content_security_policy,
              MatchesRegex("default-src 'none'; script-src 'nonce-[0-9a-f]{32}'; style-src 'nonce-[0-9a-f]{32}'; "
                           "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                           "frame-ancestors 'none'; require-trusted-types-for 'script'"));
}

TEST(LandingPage, HasANewNonceEachTime) {
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) {
    const LandingPage page = page_of({"/metrics"});
    const std::string nonce = nonce_of(page);
    nonces.insert(nonce);
    EXPECT_EQ(count(page.content_security_policy, "'nonce-" + nonce + "'"), 2U);
    EXPECT_EQ(count(page.html, " nonce=\"" + nonce + "\">"), 2U);
    EXPECT_EQ(count(page.html, nonce), 2U);
  }
  EXPECT_EQ(nonces.size(), 100U);
}

TEST(LandingPage, IsSelfContained) {
  const std::string html = page_of({"/metrics"}).html;
  EXPECT_EQ(count(html, "<script"), 1U);
  EXPECT_EQ(count(html, "<style"), 1U);
  EXPECT_EQ(count(html, "://"), count(html, "xmlns='http://www.w3.org/2000/svg'"));
  EXPECT_EQ(count(html, "href="), 2U);  // the icon and a path
  for (const char* external : {"src=", "@import", "url(", "import ", "import(", "WebSocket", "sendBeacon"}) {
    EXPECT_THAT(html, Not(HasSubstr(external)));
  }
}

TEST(LandingPage, TurnsNoTextIntoMarkupOrCode) {
  const std::string html = page_of({"/metrics"}).html;
  for (const char* sink : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "setHTML",
                           "createContextualFragment", "eval(", "Function(", "javascript:", "onclick=\"", "style=\""}) {
    EXPECT_THAT(html, Not(HasSubstr(sink)));
  }
}

TEST(LandingPage, IsSmallAndAscii) {
  const std::string html = page_of({"/metrics"}).html;
  EXPECT_LT(html.size(), 32'000U);
  EXPECT_EQ(html.find_first_not_of("\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                                   "abcdefghijklmnopqrstuvwxyz{|}~"),
            std::string::npos);
  EXPECT_TRUE(html.starts_with("<!doctype html>\n"));
  EXPECT_TRUE(html.ends_with("</script>\n</body>\n</html>\n"));
}

}  // namespace
}  // namespace narthex::detail
