// A campaign was found by those of its accounts that are odd. How many of the others who push its
// target, and look like people, belong to it all the same? Ours.
#pragma once

namespace recveil::defense {

// Accounts that push one item with one rating.
struct PushingAccounts {
  double odd = 0;       // that belong to the campaign, by themselves
  double ordinary = 0;  // that look like people
  double expected = 0;  // people, by the history of the item
  double size = 1;      // of the negative binomial number of people around that; above 0
};

// The share of the ordinary ones that the campaign explains better than people do, in [0, 1]: the
// posterior mean. The number of people is negative binomial. The share of a campaign's accounts
// that look ordinary has the prior Beta(.2, .8): usually hardly any, sometimes many; and campaigns
// are of any size (a prior of 1 / size). O(ordinary).
double hidden_share(const PushingAccounts &accounts);

}  // namespace recveil::defense
