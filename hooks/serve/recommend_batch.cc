#include "hooks/serve/recommend_batch.h"

#include <algorithm>
#include <optional>

#include "hooks/serve/fold_serving.h"
#include "hooks/serve/recommend.h"

namespace recveil::hooks {
namespace {

using defense::kGroup;

struct Work {
  Work(defense::Carver &carver, const defense::FoldModel &model, std::size_t n_history,
       std::size_t k) noexcept
      : rank(carver, model, n_history, k) {
    if (model.kind() != defense::FoldKind::factors) return;
    group.emplace(carver, n_history, model.d());
    rows = carver.take<float>(kGroup * defense::padded(model.d()));
  }
  defense::RankWork rank;
  std::optional<defense::FoldGroup> group;  // of factors
  float *rows = nullptr;                    // kGroup x padded(d)
};

// Fills the pages of users on path FOLD, a group at a time.
class Groups {
 public:
  Groups(const ServeHook::Session &session, recveil_recommend_pages &batch, std::size_t n_history,
         defense::Carver carver)
      : session_(session),
        batch_(batch),
        serving_(session, batch.model_version),
        places_(std::min<std::size_t>(std::size_t{batch.offset} + batch.k,
                                      session.policy().list_length)),
        work_(carver, serving_.set().models.front(), n_history, places_) {
    if (work_.rows != nullptr) std::fill_n(work_.rows, kGroup * width(), 0.0f);
  }

  void add(std::size_t u, const recveil_decision &decision) {
    const defense::FoldModel &model = serving_.model(decision.fold);
    const recveil_history history = history_of(batch_, u);
    const defense::KnownItems known =
        known_items(items_of(history), model.lent().support, work_.rank.sorting);
    Waiting who{u, decision, known, nullptr};
    if (!work_.group || known.items.empty()) {
      finish(who);
      return;
    }
    const std::size_t place = work_.group->size();
    who.row = work_.rows + place * width();
    work_.group->add(model.ridge(), known, who.row);
    who.known = work_.group->known(place);
    waiting_[place] = who;
    if (work_.group->full()) solve();
  }

  void solve() {
    const std::size_t n = work_.group ? work_.group->size() : 0;
    if (n == 0) return;
    if (!work_.group->solve()) refuse_singular();
    for (std::size_t i = 0; i < n; ++i) finish(waiting_[i]);
  }

 private:
  struct Waiting {
    std::size_t u = 0;
    recveil_decision decision{};
    defense::KnownItems known;
    float *row = nullptr;
  };

  std::size_t width() const noexcept { return defense::padded(serving_.set().models.front().d()); }

  void finish(const Waiting &who) {
    const defense::FoldModel &model = serving_.model(who.decision.fold);
    const recveil_history history = history_of(batch_, who.u);
    const defense::Profile profile{
        who.known, left_out_of(model, who.known, {history.exclude, history.n_exclude}, work_.rank),
        who.row};
    const auto list = serving_.rank_erased(serving_.erasure(who.decision.user, who.decision.fold),
                                           model, profile, work_.rank);
    const std::size_t first = who.u * batch_.k;
    batch_.n_filled[who.u] = static_cast<std::uint32_t>(
        page_of_list(session_, who.decision, list, batch_.offset, {batch_.items + first, batch_.k},
                     batch_.scores != nullptr ? batch_.scores + first : nullptr));
  }

  const ServeHook::Session &session_;
  recveil_recommend_pages &batch_;
  const FoldServing serving_;
  const std::size_t places_;
  Work work_;
  Waiting waiting_[kGroup];
};

recveil_decision route(const ServeHook::Session &session, const recveil_recommend_pages &batch,
                       std::size_t u) noexcept {
  recveil_request request = RECVEIL_REQUEST_INIT;
  request.user = batch.users[u];
  if (batch.persons != nullptr) request.person = batch.persons[u];
  if (batch.membership != nullptr) request.membership = batch.membership[u];
  request.n_history =
      static_cast<std::uint32_t>(batch.history_offsets[u + 1] - batch.history_offsets[u]);
  request.epoch = batch.epoch;
  request.pool_version = batch.pool_version;
  request.model_version = batch.model_version;
  return session.route(request);
}

}  // namespace

recveil_history history_of(const recveil_recommend_pages &batch, std::size_t u) noexcept {
  recveil_history out = RECVEIL_HISTORY_INIT;
  const std::size_t first = batch.history_offsets[u];
  out.items = batch.history_items + first;
  if (batch.history_weights != nullptr) out.weights = batch.history_weights + first;
  out.n_items = batch.history_offsets[u + 1] - first;
  if (batch.exclude_offsets != nullptr) {
    out.exclude = batch.exclude_items + batch.exclude_offsets[u];
    out.n_exclude = batch.exclude_offsets[u + 1] - batch.exclude_offsets[u];
  }
  return out;
}

std::size_t recommend_batch_bytes(const defense::FoldModel &model, std::size_t n_history,
                                  std::size_t k) noexcept {
  defense::Carver carver(nullptr);
  carver.take<std::uint32_t>(n_history);
  const Work work(carver, model, n_history, k);
  return carver.bytes();
}

void recommend_batch(const ServeHook::Session &session, recveil_recommend_pages &batch,
                     void *scratch) {
  std::size_t longest = 0;
  for (std::size_t u = 0; u < batch.n_users; ++u) {
    const recveil_history history = history_of(batch, u);
    longest = std::max(longest, history.n_items + history.n_exclude);
  }
  const recveil_recommend_pages asked = batch;
  defense::Carver carver(scratch);
  // A page of the pool has scratch of its own: that of the groups holds histories that wait.
  auto *pool_scratch = carver.take<std::uint32_t>(longest);
  std::optional<Groups> groups;
  for (std::size_t u = 0; u < batch.n_users; ++u) {
    const recveil_decision decision = route(session, asked, u);
    batch.paths[u] = decision.path;
    if (batch.reasons != nullptr) batch.reasons[u] = decision.reason;
    if (batch.folds != nullptr) batch.folds[u] = decision.fold;
    batch.pool_version = decision.pool_version;
    if (decision.path == RECVEIL_PATH_FOLD) {
      batch.model_version = decision.model_version;
      if (!groups) groups.emplace(session, batch, longest, carver);
      groups->add(u, decision);
      continue;
    }
    const std::size_t first = u * batch.k;
    batch.n_filled[u] = static_cast<std::uint32_t>(recommend(
        session, decision, history_of(batch, u), batch.offset, {batch.items + first, batch.k},
        batch.scores != nullptr ? batch.scores + first : nullptr, pool_scratch));
  }
  if (groups) groups->solve();
}

}  // namespace recveil::hooks
