#include "http/client_address.h"

#include <functional>
#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

#include "support/client_addresses.h"

namespace narthex::detail {
namespace {

TEST(ClientAddress, IsTheIpv4Address) {
  EXPECT_EQ(client_at("10.0.0.1"), client_at("10.0.0.1"));
  EXPECT_NE(client_at("10.0.0.1"), client_at("10.0.0.2"));
  SocketAddress first = ipv4_loopback(1);
  SocketAddress second = ipv4_loopback(2);
  EXPECT_EQ(ClientAddress(first), ClientAddress(second)) << "the port is not part of it";
}

TEST(ClientAddress, IsThePrefixOf64BitsOfAnIpv6Address) {
  EXPECT_EQ(client_at("2001:db8:1:2::1"), client_at("2001:db8:1:2:ffff::"));
  EXPECT_NE(client_at("2001:db8:1:2::1"), client_at("2001:db8:1:3::1"));
  EXPECT_NE(client_at("::1"), ClientAddress());
}

TEST(ClientAddress, EqualsTheIpv4AddressThatIsMappedIntoIpv6) {
  EXPECT_EQ(client_at("::ffff:10.0.0.1"), client_at("10.0.0.1"));
  EXPECT_NE(client_at("::ffff:10.0.0.1"), client_at("::ffff:10.0.0.2"));
  EXPECT_NE(client_at("0:0:0:a00::"), client_at("10.0.0.0"));
}

TEST(ClientAddress, IsTheSameForAllClientsOfUnixSockets) {
  SocketAddress address;
  EXPECT_EQ(ClientAddress(address), ClientAddress());
  address.storage.ss_family = AF_UNIX;
  EXPECT_EQ(ClientAddress(address), ClientAddress());
  EXPECT_NE(client_at("0.0.0.0"), ClientAddress());
}

TEST(ClientAddress, HasAHashThatIsSpreadOverSimilarAddresses) {
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 256; ++i) {
    const std::string number = std::to_string(i);
    hashes.insert(std::hash<ClientAddress>()(client_at("10.0." + number + ".0")) % 65'536);
    hashes.insert(std::hash<ClientAddress>()(client_at("2001:db8:" + number + "::")) % 65'536);
  }
  EXPECT_GT(hashes.size(), 500u);
  EXPECT_EQ(std::hash<ClientAddress>()(client_at("2001:db8::1")), std::hash<ClientAddress>()(client_at("2001:db8::2")));
  EXPECT_LE(sizeof(ClientAddress), 16u);
}

}  // namespace
}  // namespace narthex::detail
