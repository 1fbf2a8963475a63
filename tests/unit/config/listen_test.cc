// metrics.listen: an address of this machine, or another only if it is meant.
#include <civetweb.h>
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "config_error.h"

namespace recveil::config {
namespace {

std::string yaml_of(const std::string &listen, const std::string &more = "") {
  return "keys: {ephemeral: true}\nmetrics:\n  listen: '" + listen + "'\n" + more;
}
std::string listen_of(const std::string &yaml) {
  return parse(yaml, "c.yaml", "").metrics_listen;
}

TEST(ConfigListen, IsOffByDefault) {
  EXPECT_EQ(listen_of("keys: {ephemeral: true}"), "");
  EXPECT_EQ(listen_of("keys: {ephemeral: true}\nmetrics: {allow_remote: true}"), "");
}

TEST(ConfigListen, TakesAddressesOfThisMachine) {
  for (const std::string listen : {"127.0.0.1:9464", "127.1.2.3:1"}) {
    EXPECT_EQ(listen_of(yaml_of(listen)), listen);
  }
}

// Debian's civetweb cannot listen on IPv6; what can never start is refused where it is checked.
TEST(ConfigListen, TakesIpv6WhereTheServerHasIt) {
  constexpr unsigned kIpv6 = 8;
  for (const std::string listen : {"[::1]:65535", "[2001:db8::1]:80"}) {
    const std::string yaml = yaml_of(listen, "  allow_remote: true\n");
    if (mg_check_feature(kIpv6) != 0) {
      EXPECT_EQ(listen_of(yaml), listen);
    } else {
      EXPECT_EQ(error_of(yaml),
                "c.yaml:3: metrics.listen: " + listen +
                    " is an IPv6 address, and the civetweb of this system was built "
                    "without IPv6; give one of IPv4, such as 127.0.0.1:19464");
    }
  }
}

TEST(ConfigListen, TakesOthersOnlyIfMeant) {
  for (const std::string listen : {"0.0.0.0:9464", "10.0.0.1:80", "128.0.0.1:80"}) {
    EXPECT_EQ(error_of(yaml_of(listen)),
              "c.yaml:3: metrics.listen: " + listen +
                  " can be reached from other machines, without encryption or password; set "
                  "metrics.allow_remote: true if that is meant");
    EXPECT_EQ(listen_of(yaml_of(listen, "  allow_remote: true\n")), listen);
  }
}

TEST(ConfigListen, RefusesWhatIsNoAddressAndPort) {
  for (const std::string listen :
       {"9464",         ":9464",           "127.0.0.1",       "127.0.0.1:",
        "127.0.0.1:0",  "127.0.0.1:65536", "127.0.0.1:09464", "127.0.0.1:443s",
        "127.0.0.1:-1", "127.0.0.1:9464 ", "127.0.0.1:94,64", "localhost:9464",
        "::1:9464",     "[::1]",           "[::1]9464",       "[127.0.0.1]:80",
        "127.1:80",     "127.0.0.1:80:81", "[]:80",           "127.0.0.1:99999999999"}) {
    EXPECT_EQ(error_of(yaml_of(listen)),
              "c.yaml:3: metrics.listen: must be ADDRESS:PORT, such as 127.0.0.1:19464 or "
              "\"[::1]:19464\", not " +
                  listen);
  }
  EXPECT_EQ(error_of(yaml_of("")), "c.yaml:3: metrics.listen: must not be empty");
}

TEST(ConfigListen, UnknownKeys) {
  EXPECT_EQ(error_of("metrics: {listne: x}"),
            "c.yaml:1: metrics.listne: unknown key; did you mean metrics.listen?");
}

}  // namespace
}  // namespace recveil::config
