#include "audit/served_system.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

using recommend::kNoItem;
constexpr std::size_t kNegatives = 99;

// A key file that depends on the seed alone, so that the same audit gives the same report.
class KeyFile {
 public:
  explicit KeyFile(std::uint64_t seed)
      : path_((std::filesystem::temp_directory_path() / "recveil-audit-XXXXXX").string()) {
    const int fd = ::mkstemp(path_.data());  // mode 0600
    Rng rng(seed, 7);
    unsigned char key[32];
    for (unsigned char &byte : key) byte = static_cast<unsigned char>(rng.below(256));
    const bool written = fd >= 0 && ::write(fd, key, sizeof(key)) == sizeof(key);
    if (fd >= 0) ::close(fd);
    if (!written) throw Error(Status::io, path_ + ": cannot write");
  }
  ~KeyFile() { ::unlink(path_.c_str()); }
  KeyFile(const KeyFile &) = delete;
  KeyFile &operator=(const KeyFile &) = delete;
  const std::string &path() const { return path_; }

 private:
  std::string path_;
};

class Engine {
 public:
  Engine(const recveil_audit_services &library, const ServingOptions &options) : library_(library) {
    const KeyFile key(options.seed);
    const std::string mode = options.defense == "none" ? "popularity" : "popularity_randomization";
    const std::string yaml =
        "serving: {mode: " + mode + ", list_length: " + std::to_string(options.list_length) +
        ", ratio: " + std::to_string(options.ratio) + "}\nkeys: {file: \"" + key.path() + "\"}\n";
    check(library_.engine_open(yaml.data(), yaml.size(), nullptr, &engine_));
  }
  ~Engine() { library_.engine_close(engine_); }
  Engine(const Engine &) = delete;
  Engine &operator=(const Engine &) = delete;

  void check(recveil_status status) const {
    if (status != RECVEIL_OK) throw Error(static_cast<Status>(status), library_.last_error());
  }
  recveil_engine *get() const { return engine_; }

 private:
  const recveil_audit_services &library_;
  recveil_engine *engine_ = nullptr;
};

// Publishes, then fills lists one user at a time, as a host would.
class Server {
 public:
  Server(const recveil_audit_services &library, const Interactions &members,
         const ServingOptions &options)
      : library_(library),
        engine_(library, options),
        everybody_folded_in_(options.defense == "fold_in"),
        k_(options.list_length) {
    const auto counts = recommend::popularity(members);
    recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
    popularity.counts = counts.data();
    popularity.count = counts.size();
    engine_.check(library_.publish_popularity(engine_.get(), &popularity));
    std::vector<recveil_user> users(members.n_users());
    for (std::size_t u = 0; u < users.size(); ++u) users[u] = u;
    engine_.check(library_.publish_users(engine_.get(), RECVEIL_USERS_MEMBERS, RECVEIL_SET_REPLACE,
                                         users.data(), users.size()));
    std::size_t needed = 0;
    engine_.check(library_.pool_read(engine_.get(), 0, nullptr, 0, &needed, nullptr));
    pool_.resize(needed);
    engine_.check(
        library_.pool_read(engine_.get(), 0, pool_.data(), pool_.size(), nullptr, nullptr));
    place_.assign(members.n_items, kNoItem);
    for (std::uint32_t p = 0; p < pool_.size(); ++p) place_[pool_[p]] = p;
    positions_.resize(k_);
  }

  // rank(list): fills the host's ranked list of unseen items; called only if the route asks for it.
  template <class Rank>
  void serve(recveil_user user, std::span<const std::uint32_t> history, Rank rank,
             std::vector<std::uint32_t> &shown, std::vector<std::uint32_t> &host_ns,
             std::vector<std::uint32_t> &pool_ns) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = user;
    // Folded in like a member: the same path for everybody.
    if (everybody_folded_in_) request.membership = RECVEIL_MEMBERSHIP_MEMBER;
    request.epoch = 1;  // not the clock's: the same audit gives the same lists tomorrow
    recveil_decision decision = RECVEIL_DECISION_INIT;
    engine_.check(library_.route(engine_.get(), &request, &decision));
    auto spent = Clock::now() - start;

    const bool from_host = decision.path == RECVEIL_PATH_HOST;
    ranked_.clear();
    seen_.clear();
    if (from_host) {
      rank(ranked_);
    } else {
      for (const std::uint32_t item : history) {
        if (place_[item] != kNoItem) seen_.push_back(place_[item]);
      }
    }
    recveil_page page = RECVEIL_PAGE_INIT;
    page.n_host = static_cast<std::uint32_t>(ranked_.size());
    page.k = k_;
    page.seen = seen_.data();
    page.n_seen = static_cast<std::uint32_t>(seen_.size());
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions_.data();
    const auto resumed = Clock::now();
    engine_.check(library_.serve(engine_.get(), &decision, &page, &slate));
    spent += Clock::now() - resumed;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
    (from_host ? host_ns : pool_ns)
        .push_back(static_cast<std::uint32_t>(
            std::min<std::int64_t>(ns, std::numeric_limits<std::uint32_t>::max())));

    shown.clear();
    for (std::uint32_t i = 0; i < slate.count; ++i) {
      const std::uint32_t position = positions_[i];
      shown.push_back(from_host ? ranked_[position] : static_cast<std::uint32_t>(pool_[position]));
    }
  }

 private:
  const recveil_audit_services &library_;
  Engine engine_;
  bool everybody_folded_in_;
  std::uint32_t k_;
  std::vector<std::uint64_t> pool_;
  std::vector<std::uint32_t> place_;  // of an item in the pool
  std::vector<std::uint32_t> ranked_, seen_, positions_;
};

}  // namespace

Served serve_everybody(const recveil_audit_services &library, const recommend::Recommender &model,
                       const Interactions &members, const Interactions &non_members,
                       const std::vector<std::uint32_t> &held_out, const ServingOptions &options) {
  Server server(library, members, options);
  Served out;
  attack::Population &people = out.population;
  people.histories.n_items = people.lists.n_items = members.n_items;
  std::vector<float> scores(members.n_items);
  std::vector<std::uint32_t> shown;
  for (std::size_t u = 0; u < members.n_users() + non_members.n_users(); ++u) {
    const bool member = u < members.n_users();
    const auto history = member ? members.row(u) : non_members.row(u - members.n_users());
    bool scored = false;
    server.serve(
        u, history,
        [&](std::vector<std::uint32_t> &ranked) {
          if (options.defense == "fold_in") {
            model.score(history, scores);
          } else {
            model.score_trained(u, history, scores);
          }
          scored = true;
          std::vector<float> copy = scores;
          recommend::top_k_unseen(copy, history, options.list_length, ranked);
        },
        shown, out.host_ns, out.pool_ns);
    people.histories.append(history);
    people.lists.append(shown);
    people.member.push_back(member ? 1 : 0);

    const std::uint32_t item = held_out[u];
    if (item == kNoItem) continue;
    recommend::add_list(member ? out.members : out.non_members, shown, item);
    if (members.n_items < history.size() + 1 + kNegatives) continue;  // too few to rank against
    if (!scored) {
      // What a list says about 99 negatives: what it shows comes first, in its order.
      std::fill(scores.begin(), scores.end(), 0.0f);
      for (std::size_t i = 0; i < shown.size(); ++i) {
        scores[shown[i]] = static_cast<float>(shown.size() - i);
      }
    }
    recommend::add_sampled(
        member ? out.members_99 : out.non_members_99, scores, item,
        recommend::sample_negatives(members.n_items, history, item, options.seed, u));
  }
  return out;
}

}  // namespace recveil::audit
