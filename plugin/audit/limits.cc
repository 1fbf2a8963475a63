#include "audit/limits.h"

#include <vector>

namespace recveil::audit {
namespace {

using Texts = std::vector<std::string>;

// Of those who attack lists; what the adversary did not do comes with them.
Texts of_lists(const std::string &adversary) {
  Texts out = {
      "Attackers that were not run. The ones here are published or simple; a better one may exist.",
      "Everything but the lists: response times, error messages, scores or embeddings that are "
      "handed out, logs, backups, the model file.",
      "Many lists of one person. Each person was seen once; somebody who asks again and again, or "
      "compares today\u2019s lists with last month\u2019s, sees more.",
      "Other questions: what a person did, who they are, or whether fake accounts steer the model.",
      adversary == "sybil"
          ? "Accounts that ask otherwise. These left a fifth of a known history out and looked for "
            "it; many accounts can compare more lists, and more cleverly."
          : "Other accounts. Somebody who opens accounts and types in what a person did sees lists "
            "this audit did not: of the defences here private alone hides membership from that. "
            "The adversary sybil measures it."};
  if (adversary != "crowd") {
    out.emplace_back(
        "Other people\u2019s lists. Whose history was trained on shows in them too, with every "
        "defence here but private; the adversary crowd measures it.");
  }
  return out;
}

Texts blind_spots(const std::string &audit, const std::string &adversary) {
  if (audit == "attribute") {
    return {"Attackers other than these. A stronger one may read what these do not.",
            "Rows that are derived anew. Whatever trains or folds in from the history puts the "
            "attribute back; erase after every update.",
            "The history itself, caches, indexes and backups, which this audit does not look at.",
            "Whether the attribute can be guessed from what a person does elsewhere."};
  }
  if (audit == "screening") {
    return {
        "Attacks that were not run. An attacker who has this screen can look for one it "
        "misses.",
        "Campaigns of fewer fakes than the rate that was run.",
        "Fakes that are in the trusted window already; two scenes show what that does.",
        "Real spammers. The campaigns here are made by published recipes, unless fakes are "
        "marked.",
        "Signals that only a host has: addresses, devices, payment, age of an account."};
  }
  if (audit == "inversion") {
    return {
        "Fakes other than these: spread over many decoys, dripped in over months, or made by "
        "somebody who has this screen.",
        "Decoys that the attacker picks for what they know of a person; these were drawn at "
        "random.",
        "Your own model and screening window. These were built from the data for the audit.",
        "Fakes that were in the data before; they count as people here.",
        "Other questions: who was in the training, or what embeddings tell."};
  }
  if (audit == "injections") {
    return {
        "What was injected. Nothing in the files shows which item and which decoys the fakes had, "
        "nor how many fakes came: that is what you say.",
        "Fakes other than yours: more of them, spread over many decoys, or dripped in over "
        "months.",
        "Whether the fakes were held up because you made them from one address or on one day.",
        "Lists of fakes. Leave them out: they count as people here.",
        "Other questions: who was in the training, or what embeddings tell."};
  }
  Texts out = of_lists(adversary);
  if (audit == "membership") {
    out.emplace_back(
        "Your own system. This one was built from the data for the audit; \u201Crecveil audit "
        "lists\u201D reads the lists that yours serves.");
    return out;
  }
  for (const char *text :
       {"The files do not show whether the popularity behind non-members' lists counts the "
        "non-members themselves: it must count members alone.",
        "The files do not show whether non-members' histories were kept out of every training that "
        "the lists depend on.",
        "The files do not show whether histories are equally fresh in both groups: each as it was "
        "when its list was made.",
        "The files do not show whether the shadow's lists were made as the target's were."}) {
    out.emplace_back(text);
  }
  return out;
}

const char *not_says(const std::string &audit, Verdict verdict) {
  if (audit == "attribute") {
    return "This is about an attribute in embeddings, and in lists where they were attacked. It "
           "does not say that the person was erased, nor that nobody could ever read it.";
  }
  const bool screening = audit == "screening";
  if (verdict == Verdict::inconclusive) {
    return screening
               ? "It is not an all-clear, and it is not a finding that screening fails either."
               : "It is not an all-clear, and it is not a finding of a leak either. Treat the "
                 "question as open.";
  }
  if (verdict == Verdict::leak) {
    return screening
               ? "It does not say that anybody has attacked. It says that these campaigns could, "
                 "on "
                 "this data, or that people would pay for the screening."
               : "It does not say that anybody has done this, and it is not a number of people "
                 "exposed. It says that these attackers could, on this data. Other attackers may "
                 "do better.";
  }
  return screening
             ? "It is not a promise about other attacks, other data or fewer fakes. What is only "
               "reported below is not claimed to be caught."
             : "It is not a proof that nothing leaks. It speaks of these attackers, on this data, "
               "with this many people. A stronger attacker, more people or another way in may find "
               "what these did not.";
}

}  // namespace

nlohmann::ordered_json limits(const std::string &audit, Verdict verdict,
                              const std::string &adversary) {
  return {{"not_says", not_says(audit, verdict)}, {"blind_spots", blind_spots(audit, adversary)}};
}

}  // namespace recveil::audit
