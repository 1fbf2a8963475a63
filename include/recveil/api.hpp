// The C functions of Recveil for C++17 and later, linked or loaded, and their errors as exceptions.
#ifndef RECVEIL_API_HPP
#define RECVEIL_API_HPP

#include <memory>
#include <stdexcept>
#include <string>

#include "recveil/recveil.h"

// Every function of the C ABI, for code that needs them all.
#define RECVEIL_FOR_EACH_FUNCTION(X) \
  X(abi_version)                     \
  X(audit_attributes)                \
  X(audit_lists)                     \
  X(audit_run)                       \
  X(buffer_bytes)                    \
  X(buffer_clear)                    \
  X(buffer_close)                    \
  X(buffer_open)                     \
  X(buffer_write)                    \
  X(columns_close)                   \
  X(columns_count)                   \
  X(columns_from_arrow)              \
  X(columns_get)                     \
  X(config_check)                    \
  X(decoys)                          \
  X(decoys_fit)                      \
  X(engine_close)                    \
  X(engine_get_info)                 \
  X(engine_open)                     \
  X(engine_open_file)                \
  X(engine_refresh)                  \
  X(engine_reload)                   \
  X(engine_reload_file)              \
  X(engine_start)                    \
  X(erase_apply)                     \
  X(erase_apply_users)               \
  X(erase_fit)                       \
  X(erase_fit_stats)                 \
  X(erase_map_close)                 \
  X(erase_map_get_class)             \
  X(erase_map_get_info)              \
  X(erase_map_open)                  \
  X(erase_map_write)                 \
  X(erase_method_name)               \
  X(erase_stats_add)                 \
  X(erase_stats_check)               \
  X(erase_stats_init)                \
  X(erase_stats_merge)               \
  X(erase_stats_size)                \
  X(fold_in)                         \
  X(fold_in_batch)                   \
  X(fold_of)                         \
  X(fold_rank)                       \
  X(fold_scratch_size)               \
  X(folds_of)                        \
  X(forget_ack)                      \
  X(forget_apply)                    \
  X(forget_change)                   \
  X(forget_close)                    \
  X(forget_complete)                 \
  X(forget_evidence)                 \
  X(forget_list)                     \
  X(forget_open)                     \
  X(forget_owes)                     \
  X(forget_plan)                     \
  X(forget_public_key)               \
  X(forget_purge)                    \
  X(forget_receipt)                  \
  X(forget_shred)                    \
  X(forget_status)                   \
  X(forget_submit)                   \
  X(forget_unmatched)                \
  X(forget_verify)                   \
  X(forget_withdraw)                 \
  X(has_feature)                     \
  X(key_generate)                    \
  X(last_error)                      \
  X(metrics_set_audit)               \
  X(metrics_write)                   \
  X(pool_read)                       \
  X(private_bounds_of)               \
  X(private_catalogue)               \
  X(private_get_budget)              \
  X(private_model_close)             \
  X(private_model_get_info)          \
  X(private_model_read)              \
  X(private_model_write)             \
  X(private_mu)                      \
  X(private_stats_add)               \
  X(private_stats_check)             \
  X(private_stats_init)              \
  X(private_stats_merge)             \
  X(private_stats_size)              \
  X(private_train)                   \
  X(publish_erasures)                \
  X(publish_folds)                   \
  X(publish_popularity)              \
  X(publish_private)                 \
  X(publish_screen_model)            \
  X(publish_users)                   \
  X(receipt_verify)                  \
  X(recommend)                       \
  X(recommend_batch)                 \
  X(route)                           \
  X(route_batch)                     \
  X(screen)                          \
  X(screen_accepted)                 \
  X(screen_get_info)                 \
  X(screen_model_write)              \
  X(screen_reason_text)              \
  X(screen_review)                   \
  X(screen_train)                    \
  X(screen_window_add)               \
  X(screen_window_check)             \
  X(screen_window_init)              \
  X(screen_window_merge)             \
  X(screen_window_size)              \
  X(serve)                           \
  X(serve_batch)                     \
  X(stale_name)                      \
  X(status_name)                     \
  X(subjects_from_bytes)             \
  X(user_from_bytes)                 \
  X(users_from_bytes)                \
  X(version)

namespace recveil {

// The functions of a library, linked or loaded. An Engine keeps its Api, and so the library, alive.
struct Api {
// NOLINTNEXTLINE(bugprone-macro-parentheses): what a member is named cannot be in parentheses
#define RECVEIL_MEMBER(name) decltype(&recveil_##name) name = nullptr;
  RECVEIL_FOR_EACH_FUNCTION(RECVEIL_MEMBER)
#undef RECVEIL_MEMBER
  std::shared_ptr<void> library;  // what must stay loaded
};

// The library this program was linked with. Using it needs -lrecveil.
inline std::shared_ptr<const Api> linked() {
  auto api = std::make_shared<Api>();
#define RECVEIL_TAKE(name) api->name = &recveil_##name;
  RECVEIL_FOR_EACH_FUNCTION(RECVEIL_TAKE)
#undef RECVEIL_TAKE
  return api;
}

// A call that failed: its status, and the library's text in what().
class StatusError : public std::runtime_error {
 public:
  StatusError(recveil_status status, const std::string &text)
      : std::runtime_error(text), status_(status) {}
  recveil_status status() const noexcept { return status_; }

 private:
  recveil_status status_;
};

inline void check(const Api &api, recveil_status status) {
  if (status != RECVEIL_OK) throw StatusError(status, api.last_error());
}

}  // namespace recveil

#endif
