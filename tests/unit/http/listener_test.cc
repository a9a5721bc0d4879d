#include "http/listener.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <narthex/error.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/socket.h"
#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace narthex::detail {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> addresses_of(const std::vector<Listener>& listeners) {
  std::vector<std::string> addresses;
  for (const Listener& listener : listeners) addresses.push_back(listener.address());
  return addresses;
}

std::string file_in(const TemporaryFolder& folder, const std::string& name) { return folder.root() + "/" + name; }

std::string message_for(const std::string& listen) {
  return error_message([&] { Listener::open_all(listen, 0600); });
}

unsigned mode_of(const std::string& file) {
  struct stat status {};
  return ::lstat(file.c_str(), &status) == 0 ? status.st_mode & 0777u : 0;
}

bool exists(const std::string& file) {
  struct stat status {};
  return ::lstat(file.c_str(), &status) == 0;
}

TEST(Listener, OpensEachEntry) {
  const TemporaryFolder folder;
  const auto listeners =
      Listener::open_all("127.0.0.1:0, [::1]:0,localhost:0 ,unix:" + file_in(folder, "m.sock"), 0600);
  ASSERT_EQ(listeners.size(), 4u);
  EXPECT_EQ(listeners[0].address(), "127.0.0.1:" + std::to_string(listeners[0].port()));
  EXPECT_EQ(listeners[1].address(), "[::1]:" + std::to_string(listeners[1].port()));
  EXPECT_EQ(listeners[2].address(), "localhost:" + std::to_string(listeners[2].port()));
  EXPECT_EQ(listeners[3].address(), "unix:" + file_in(folder, "m.sock"));
  EXPECT_EQ(listeners[3].port(), 0);
}

TEST(Listener, GivesTheFileOfASocketItsModeAndRemovesIt) {
  const TemporaryFolder folder;
  const std::string file = file_in(folder, "m.sock");
  const mode_t umask_before = ::umask(0077);
  {
    const auto listeners = Listener::open_all("unix:" + file, 0666);
    EXPECT_EQ(mode_of(file), 0666u) << "the umask does not count";
  }
  ::umask(umask_before);
  EXPECT_FALSE(exists(file));
}

TEST(Listener, DoesNotRemoveTheFileOfAnotherSocket) {
  const TemporaryFolder folder;
  const std::string file = file_in(folder, "m.sock");
  auto first = Listener::open_all("unix:" + file, 0600);
  ::unlink(file.c_str());
  const auto second = Listener::open_all("unix:" + file, 0600);
  first.clear();
  EXPECT_TRUE(exists(file));
}

TEST(Listener, ReplacesTheFileThatAnEndedProcessLeft) {
  const TemporaryFolder folder;
  const std::string file = file_in(folder, "m.sock");
  {
    auto left = Listener::open_all("unix:" + file, 0600);
    left.front().keep_file();  // as if the process had ended
  }
  ASSERT_TRUE(exists(file));
  EXPECT_THAT(addresses_of(Listener::open_all("unix:" + file, 0600)), testing::ElementsAre("unix:" + file));
}

TEST(Listener, ReportsASocketThatIsInUse) {
  const TemporaryFolder folder;
  const std::string entry = "unix:" + file_in(folder, "m.sock");
  const auto first = Listener::open_all(entry, 0600);
  EXPECT_EQ(message_for(entry), "listen '" + entry +
                                    "': cannot listen on this address; another process listens there: Address already "
                                    "in use");
}

TEST(Listener, ReportsAFileThatIsNotASocket) {
  const TemporaryFolder folder;
  const std::string file = file_in(folder, "data");
  std::ofstream(file) << "data";
  EXPECT_EQ(message_for("unix:" + file),
            "listen 'unix:" + file + "': cannot listen on this address; the file is not a socket: File exists");
  EXPECT_TRUE(exists(file));
}

TEST(Listener, RejectsPathsOfSockets) {
  EXPECT_THAT(message_for("unix:"), HasSubstr("allowed: the path of a file"));
  EXPECT_THAT(message_for("unix:" + std::string(108, 'a')),
              HasSubstr("allowed: at most 107 bytes: File name too long"));
  EXPECT_THAT(message_for(std::string("unix:a\0b", 8)), HasSubstr("allowed: the path of a file"));
  EXPECT_THAT(message_for("unix:/does/not/exist/m.sock"), HasSubstr("No such file or directory"));
}

TEST(Listener, UsesAnInheritedSocket) {
  const FileDescriptor inherited = listen_on(ipv4_loopback(0));
  ASSERT_TRUE(inherited);
  const std::string address = "127.0.0.1:" + std::to_string(port_of(bound_address(inherited)));
  const std::string entry = "fd:" + std::to_string(inherited.fd());
  EXPECT_THAT(addresses_of(Listener::open_all(entry, 0600)), testing::ElementsAre(address));
  EXPECT_THAT(addresses_of(Listener::open_all(entry, 0600)), testing::ElementsAre(address)) << "it stays open";
}

TEST(Listener, KeepsTheFileOfAnInheritedSocket) {
  const TemporaryFolder folder;
  const std::string file = file_in(folder, "m.sock");
  const auto owner = Listener::open_all("unix:" + file, 0600);
  const std::string entry = "fd:" + std::to_string(owner.front().fd());
  EXPECT_THAT(addresses_of(Listener::open_all(entry, 0600)), testing::ElementsAre("unix:" + file));
  EXPECT_TRUE(exists(file));
}

TEST(Listener, RejectsDescriptorsThatDoNotListen) {
  EXPECT_THAT(message_for("fd:x"), HasSubstr("allowed: the number of a descriptor, as in fd:3"));
  EXPECT_THAT(message_for("fd:-1"), HasSubstr("allowed: the number of a descriptor"));
  EXPECT_THAT(message_for("fd:"), HasSubstr("allowed: the number of a descriptor"));
  EXPECT_THAT(message_for("fd:9999"), HasSubstr("Bad file descriptor"));
  EXPECT_THAT(message_for("fd:0"), StartsWith("listen 'fd:0': cannot listen on this address"));
  const FileDescriptor unconnected(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_THAT(message_for("fd:" + std::to_string(unconnected.fd())),
              HasSubstr("allowed: a stream socket that listens"));
}

TEST(Listener, RejectsInvalidAddresses) {
  const std::string forms = "allowed: 127.0.0.1:9464, [::1]:9464, localhost:9464, or 0.0.0.0:9464 for all addresses";
  for (const char* bad : {"", "9464", "example.org:80", "::1:9464", "[::1:9464", "127.0.0.1", "1.2.3:80", "+9464"}) {
    EXPECT_EQ(message_for(bad).substr(0, 9 + std::string(bad).size()), "listen '" + std::string(bad) + "'") << bad;
    EXPECT_THAT(message_for(bad), testing::EndsWith(": Invalid argument"));
  }
  EXPECT_THAT(message_for("example.org:80"), HasSubstr(forms));
  for (const char* bad :
       {"127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:80s", "127.0.0.1:-1", "127.0.0.1:0,127.0.0.1:x"}) {
    EXPECT_THAT(message_for(bad), HasSubstr("allowed: a port from 0 to 65535")) << bad;
  }
  EXPECT_THAT(message_for("192.0.2.1:0"), HasSubstr("Cannot assign requested address"));
}

}  // namespace
}  // namespace narthex::detail
