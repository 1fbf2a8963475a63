// The strict reader is strict: each of these would pass a reader that is not.
#include "unit/metrics/prometheus_text.h"

#include <gtest/gtest.h>

namespace recveil::support {
namespace {

TEST(PrometheusText, IsRead) {
  const Families families = parse_prometheus(
      "# HELP a_total What\\nit is.\n# TYPE a_total counter\na_total{x=\"1\",y=\"q\\\"\\\\\\n\"} "
      "5\n"
      "a_total{x=\"2\"} 1e+10\n# HELP b B\n# TYPE b gauge\nb -0.5\n");
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families.at("a_total").help, "What\nit is.");
  EXPECT_EQ(families.at("a_total").samples.at(0).labels.at("y"), "q\"\\\n");
  EXPECT_EQ(families.at("a_total").samples.at(1).value, 1e10);
  EXPECT_EQ(families.at("b").samples.at(0).value, -0.5);
}

TEST(PrometheusText, IsRefused) {
  const std::string head = "# HELP a A\n# TYPE a gauge\n", bucket = "h_bucket{le=";
  const std::string histogram = "# HELP h H\n# TYPE h histogram\n";
  for (const std::string &text : std::initializer_list<std::string>{
           head + "a 1",
           head + "a\n",
           head + "a one\n",
           head + "a 1\na 2\n",
           head + "1a 1\n",
           head + "b 1\n",
           head + "a{x=1} 1\n",
           head + "a{x=\"1\"y=\"2\"} 1\n",
           head + "a{x=\"\\t\"} 1\n",
           head + "a{x=\"\"\"} 1\n",
           head + "a{x=\"1\",x=\"2\"} 1\n",
           head + "a{-=\"1\"} 1\n",
           head + head + "a 1\n",
           head + "a 1\n# HELP a A\n",
           "# HELP a A\n# TYPE a gauge\na 1\n# HELP b B\n# TYPE b gauge\nb 1\n# HELP a A\n",
           "a 1\n",
           "# HELP a A \\t\n",
           "\n",
           histogram + bucket + "\"1\"} 2\nh_count 2\nh_sum 1\n",
           histogram + bucket + "\"1\"} 2\n" + bucket + "\"+Inf\"} 1\nh_count 1\nh_sum 1\n",
           histogram + bucket + "\"2\"} 1\n" + bucket + "\"1\"} 1\n" + bucket +
               "\"+Inf\"} 1\nh_count 1\nh_sum 1\n",
           histogram + bucket + "\"+Inf\"} 1\nh_count 2\nh_sum 1\n",
           histogram + bucket + "\"+Inf\"} 1\nh_count 1\n",
           histogram + "h 1\n"}) {
    EXPECT_THROW(parse_prometheus(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace recveil::support
