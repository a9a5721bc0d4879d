#include "http/request_head.h"

#include <string>

#include <gmock/gmock.h>

namespace narthex::detail {
namespace {

using State = ReadResult::State;

const std::string kHost = "Host: localhost\r\n";

std::string describe(const std::string& bytes) {
  RequestHead head;
  const ReadResult result = read_request_head(bytes, head);
  switch (result.state) {
    case State::incomplete:
      return "incomplete";
    case State::invalid:
      return std::to_string(result.status);
    case State::complete:
      return head.line.method + " " + head.line.path + " [" + head.line.query + "]" + (head.has_body ? " body" : "") +
             (head.keeps_alive ? " keep" : " close");
  }
  return "";
}

std::string with_line(const std::string& line) { return describe(line + "\r\n" + kHost + "\r\n"); }

std::string with_fields(const std::string& fields) {
  return describe("GET /metrics HTTP/1.1\r\n" + kHost + fields + "\r\n");
}

TEST(RequestHead, ReadsTheRequestLine) {
  EXPECT_EQ(with_line("GET /metrics HTTP/1.1"), "GET /metrics [] keep");
  EXPECT_EQ(with_line("HEAD /a/b.c?x=1&y HTTP/1.1"), "HEAD /a/b.c [x=1&y] keep");
  EXPECT_EQ(with_line("GET /?a?b HTTP/1.1"), "GET / [a?b] keep");
  EXPECT_EQ(with_line("GET /metrics HTTP/1.0"), "GET /metrics [] close");
  EXPECT_EQ(with_line("GET /%6detrics HTTP/1.1"), "GET /%6detrics [] keep");
  EXPECT_EQ(with_line("PURGE /metrics HTTP/1.1"), "PURGE /metrics [] keep");
}

// RFC 9110, section 2.5.
TEST(RequestHead, ReadsLaterMinorVersionsAsHttp11) {
  EXPECT_EQ(with_line("GET /metrics HTTP/1.2"), "GET /metrics [] keep");
  EXPECT_EQ(with_line("GET /metrics HTTP/1.9"), "GET /metrics [] keep");
}

TEST(RequestHead, RejectsOtherVersions) {
  for (const char* version : {"HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9"}) {
    EXPECT_EQ(with_line("GET /metrics " + std::string(version)), "505") << version;
  }
  for (const char* version : {"http/1.1", "HTTP/1", "HTTP/1.10", "HTTP/11", "HTTP/1.1 ", "HTTP/1,1", "HTTPS/1.1", ""}) {
    EXPECT_EQ(with_line("GET /metrics " + std::string(version)), "400") << version;
  }
  EXPECT_EQ(describe("GET /metrics\r\n"), "400") << "HTTP/0.9";
  EXPECT_EQ(describe("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505");
}

// RFC 9112, section 3.2.
TEST(RequestHead, ReadsEachFormOfTheTarget) {
  EXPECT_EQ(with_line("GET http://example.org:9464/metrics?a HTTP/1.1"), "GET /metrics [a] keep");
  EXPECT_EQ(with_line("GET HTTPS://[::1]:80/metrics HTTP/1.1"), "GET /metrics [] keep");
  EXPECT_EQ(with_line("GET http://example.org HTTP/1.1"), "GET / [] keep");
  EXPECT_EQ(with_line("GET http://example.org?a HTTP/1.1"), "GET / [a] keep");
  EXPECT_EQ(with_line("OPTIONS * HTTP/1.1"), "OPTIONS * [] keep");
  EXPECT_EQ(with_line("CONNECT example.org:443 HTTP/1.1"), "CONNECT example.org:443 [] keep");
  for (const char* target :
       {"*", "metrics", "http:///metrics", "http://a b/", "http://a@b/", "ftp://a/b", "?a", "/a#b", "http://:80/",
        "http://[]/", "http://[x]/", "http://%zz/", "/\x7f", "/\xc3\xa9", "example.org:443"}) {
    EXPECT_EQ(with_line("GET " + std::string(target) + " HTTP/1.1"), "400") << target;
  }
  EXPECT_EQ(with_line("CONNECT /metrics HTTP/1.1"), "400");
}

TEST(RequestHead, RejectsInvalidRequestLines) {
  for (const char* line : {" GET /metrics HTTP/1.1", "GET  /metrics HTTP/1.1", "GET /metrics  HTTP/1.1",
                           "GET\t/metrics HTTP/1.1", "G(T /metrics HTTP/1.1", "GET /met rics HTTP/1.1", "HTTP/1.1"}) {
    EXPECT_EQ(with_line(line), "400") << line;
  }
  EXPECT_EQ(with_line(std::string("GET /\0 HTTP/1.1", 15)), "400");
}

// RFC 9112, section 2.2.
TEST(RequestHead, IgnoresEmptyLinesBeforeTheRequest) {
  const std::string bytes = "\r\n\r\nGET /metrics HTTP/1.1\r\n" + kHost + "\r\n";
  EXPECT_EQ(describe(bytes), "GET /metrics [] keep");
  RequestHead head;
  EXPECT_EQ(read_request_head(bytes, head).size, bytes.size());
  EXPECT_EQ(describe("\r"), "incomplete");
}

TEST(RequestHead, NeedsTheWholeHead) {
  const std::string bytes = "GET /metrics HTTP/1.1\r\n" + kHost + "Accept: a\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(describe(bytes.substr(0, size)), "incomplete") << size;
  }
  EXPECT_EQ(describe(bytes), "GET /metrics [] keep");
}

TEST(RequestHead, StopsAtTheEndOfTheHead) {
  const std::string bytes = "GET /metrics HTTP/1.1\r\n" + kHost + "\r\n";
  RequestHead head;
  const ReadResult result = read_request_head(bytes + " x\r\n y\r\n\r\nGET", head);
  EXPECT_EQ(result.state, State::complete);
  EXPECT_EQ(result.size, bytes.size());
}

TEST(RequestHead, FindsErrorsBeforeTheHeadIsComplete) {
  EXPECT_EQ(describe("\x16\x03\x01"), "400") << "a TLS client";
  EXPECT_EQ(describe("GET / HTTP/1.1\n\n"), "400");
  EXPECT_EQ(describe("GET / HTTP/1.1\r\nHost: a\n\n"), "400");
  EXPECT_EQ(describe("GET / HTTP/1.1\r\nHost: a\n\r\n"), "400");
}

// RFC 9112, section 5.
TEST(RequestHead, RejectsInvalidFields) {
  for (const char* field :
       {"A : b", "A b: c", ": b", "A", "A\x01: b", "A: b\x01", "A: b\x7f", "(A): b", "A: b\n", "A: b\rc"}) {
    EXPECT_EQ(with_fields(std::string(field) + "\r\n"), "400") << field;
  }
  EXPECT_EQ(with_fields("A: b\r\n c\r\n"), "400") << "folded";
  EXPECT_EQ(with_fields("A: b\r\n\tc\r\n"), "400") << "folded";
  EXPECT_EQ(with_fields(std::string("A: b\0c\r\n", 8)), "400");
  EXPECT_EQ(with_fields("A:\r\nB: \r\nC:\t d\r\nD: \xc3\xa9\r\n"), "GET /metrics [] keep");
}

// RFC 9112, section 3.2.
TEST(RequestHead, NeedsOneHost) {
  const auto with_host = [](const std::string& lines) {
    return describe("GET /metrics HTTP/1.1\r\n" + lines + "\r\n");
  };
  EXPECT_EQ(with_host(""), "400");
  EXPECT_EQ(describe("GET /metrics HTTP/1.0\r\n\r\n"), "GET /metrics [] close");
  EXPECT_EQ(with_host("Host: a\r\nHost: a\r\n"), "400");
  for (const char* host : {"a:x",
                           "a b",
                           "a/b",
                           "a@b",
                           "[::1",
                           "::1]",
                           "[::1]x",
                           "a\"b",
                           "[]",
                           "[::g]",
                           "[1.2.3.4]",
                           "[::1%eth0]",
                           "[1:2:3:4:5:6:7:8:9]",
                           "[v.a]",
                           "[vx.a]",
                           "[v1.]",
                           "%",
                           "a%4",
                           "a%zz",
                           "a:80:80"}) {
    EXPECT_EQ(with_host("Host: " + std::string(host) + "\r\n"), "400") << host;
  }
  for (const char* host :
       {"", "a", "a:", "a:80", "[::1]", "[::1]:80", "127.0.0.1:9464", "a_b.c-d~e", "[v1f.a:b]", "%41", "a,b"}) {
    EXPECT_EQ(with_host("Host: " + std::string(host) + "\r\n"), "GET /metrics [] keep") << host;
  }
}

// RFC 9112, section 6.
TEST(RequestHead, ReadsHowTheBodyIsFramed) {
  EXPECT_EQ(with_fields("Content-Length: 0\r\n"), "GET /metrics [] keep");
  EXPECT_EQ(with_fields("Content-Length: 5\r\n"), "GET /metrics [] body keep");
  EXPECT_EQ(with_fields("Transfer-Encoding: chunked\r\n"), "GET /metrics [] body keep");
  EXPECT_EQ(with_fields("Transfer-Encoding: Chunked \r\n"), "GET /metrics [] body keep");
  for (const char* length : {"", "-1", "+1", "0x1", "1 1", "1,1", "1;", "99999999999999999999"}) {
    EXPECT_EQ(with_fields("Content-Length: " + std::string(length) + "\r\n"), "400") << length;
  }
  EXPECT_EQ(with_fields("Content-Length: 5\r\nContent-Length: 5\r\n"), "400");
  EXPECT_EQ(with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400");
  EXPECT_EQ(with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400");
  EXPECT_EQ(with_fields("Transfer-Encoding: gzip, chunked\r\n"), "501");
  EXPECT_EQ(with_fields("Transfer-Encoding: chunked, gzip\r\n"), "400");
  EXPECT_EQ(with_fields("Transfer-Encoding: gzip\r\n"), "400");
  EXPECT_EQ(with_fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), "400");
  EXPECT_EQ(describe("GET /metrics HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400");
}

TEST(RequestHead, ReadsWhetherTheConnectionIsKept) {
  EXPECT_EQ(with_fields("Connection: close\r\n"), "GET /metrics [] close");
  EXPECT_EQ(with_fields("connection: Upgrade, CLOSE\r\n"), "GET /metrics [] close");
  EXPECT_EQ(describe("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET /metrics [] keep");
  EXPECT_EQ(describe("GET /metrics HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"), "GET /metrics [] close");
  EXPECT_EQ(describe("GET /metrics HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"),
            "GET /metrics [] close");
}

TEST(RequestHead, LimitsTheSize) {
  const auto target_of = [](std::size_t size) {
    return "GET /" + std::string(size, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n";
  };
  const std::size_t others = target_of(0).size();
  EXPECT_EQ(describe(target_of(kMaxHead - others)).substr(0, 5), "GET /");
  EXPECT_EQ(describe(target_of(kMaxHead)), "414");
  EXPECT_EQ(describe(target_of(100'000)), "414");
  EXPECT_EQ(describe("GET /" + std::string(kMaxHead, 'a')), "414") << "the line has not ended";
  const auto fields_of = [](std::size_t size) { return with_fields("A: " + std::string(size, 'a') + "\r\n"); };
  EXPECT_EQ(fields_of(kMaxHead - 60), "GET /metrics [] keep");
  EXPECT_EQ(fields_of(kMaxHead), "431");
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "a: b\r\n";
  EXPECT_EQ(with_fields(many), "GET /metrics [] keep");
}

TEST(RequestHead, LimitsTheEmptyLinesBeforeTheRequest) {
  std::string lines;
  while (lines.size() <= kMaxHead) lines += "\r\n";
  EXPECT_EQ(describe(lines), "400");
}

TEST(RequestHead, KeepsTheFieldsOfAScrape) {
  RequestHead head;
  read_request_head("GET /m?name[]=a HTTP/1.1\r\n" + kHost +
                        "ACCEPT: a\r\naccept: b\r\nAccept-Encoding: gzip\r\nX-Prometheus-Scrape-Timeout-Seconds: 2\r\n"
                        "Authorization: Basic YTpi\r\nCookie: c\r\n\r\n",
                    head);
  ExpositionRequest scrape;
  head.assign_to(scrape);
  EXPECT_EQ(scrape.accept, "a, b");
  EXPECT_EQ(scrape.accept_encoding, "gzip");
  EXPECT_EQ(scrape.timeout, std::chrono::milliseconds(1800));
  EXPECT_EQ(scrape.query, "name[]=a");
  EXPECT_EQ(head.authorization, "Basic YTpi");
}

TEST(RequestHead, IgnoresCredentialsThatAreRepeated) {
  RequestHead head;
  read_request_head("GET / HTTP/1.1\r\n" + kHost + "Authorization: Basic a\r\nAuthorization: Basic b\r\n\r\n", head);
  EXPECT_EQ(head.authorization, "");
}

}  // namespace
}  // namespace narthex::detail
