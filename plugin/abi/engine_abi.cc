#include "recveil/engine.h"

#include <cstddef>
#include <filesystem>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "config/watched_items.h"
#include "core/error.h"
#include "core/keys.h"
#include "core/read_file.h"
#include "defense/serve/pool.h"

namespace {

using namespace recveil;

constexpr std::size_t kMaxConfig = 1 << 20;

struct Source {
  std::string text, name, folder;
};

Source from_text(const char *yaml, std::size_t n) {
  abi::require(yaml != nullptr || n == 0, "yaml: is NULL");
  abi::require(n <= kMaxConfig, "yaml: longer than 1 MiB");
  return {n > 0 ? std::string(yaml, n) : std::string(), "config", ""};
}

Source from_file(const char *path) {
  abi::require(path != nullptr && *path != '\0', "path: is NULL or empty");
  return {read_file(path, kMaxConfig), path, std::filesystem::path(path).parent_path().string()};
}

Key master_key(const config::Config &config) {
  return config.ephemeral_key ? random_key() : read_key_file(config.key_file);
}

template <class MakeSource>
recveil_status open_engine(const recveil_engine_options *given, recveil_engine **out,
                           MakeSource make_source) noexcept {
  return abi::guard([&] {
    recveil_engine_options options = RECVEIL_ENGINE_OPTIONS_INIT;
    if (given != nullptr) {
      abi::check_struct(given, sizeof(recveil_engine_options), alignof(recveil_engine_options),
                        "engine_options");
      options = *given;
    }
    std::unique_ptr<Host> host;
    try {
      host = std::make_unique<Host>(options.ctx, options.log, options.now, options.release);
    } catch (...) {
      if (options.release != nullptr) options.release(options.ctx);
      throw;
    }
    // From here on the host's ctx is released whatever happens.
    auto engine = std::make_unique<recveil_engine>();
    engine->host = std::move(host);
    abi::check_out(out, "out");
    if (given != nullptr) abi::check_tail(given, sizeof(options), "engine_options");
    if (options.flags != 0) throw Error(Status::unsupported, "engine_options.flags: must be 0");
    const Source source = make_source();
    engine->config = config::parse(source.text, source.name, source.folder);
    config::add_watched_file(engine->config.serving.watch_items);
    engine->master = master_key(engine->config);
    engine->serve = std::make_unique<hooks::ServeHook>(engine->config.serving, engine->master,
                                                       engine->config.state_dir, *engine->host,
                                                       engine->counters);
    engine->update = std::make_unique<hooks::UpdateHook>(engine->config.screening, engine->master,
                                                         engine->config.state_dir, *engine->host,
                                                         engine->counters, *engine->serve);
    engine->training = std::make_unique<hooks::PrivateHook>(
        engine->config.training, engine->master, engine->config.state_dir, *engine->host);
    if (engine->config.ephemeral_key) {
      engine->host->log(LogLevel::warning,
                        "keys.ephemeral: draws and users will differ after a restart and between "
                        "processes; use keys.file in production");
    }
    *out = engine.release();
  });
}

template <class MakeSource>
recveil_status reload(recveil_engine *engine, MakeSource make_source) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const Source source = make_source();
    config::Config next = config::parse(source.text, source.name, source.folder);
    config::add_watched_file(next.serving.watch_items);
    const std::lock_guard lock(e.reload_lock);
    const auto refuse = [&](const char *key) {
      throw Error(Status::config,
                  source.name + ": " + key + ": cannot change while running; open a new engine");
    };
    if (next.key_file != e.config.key_file || next.ephemeral_key != e.config.ephemeral_key) {
      refuse("keys");
    }
    if (next.state_dir != e.config.state_dir) refuse("state_dir");
    const auto is_private = [](const config::Config &of) {
      return of.serving.mode == ServingMode::private_model;
    };
    if (is_private(next) != is_private(e.config)) refuse("serving.mode, from or to private,");
    if (next.serving.folds != e.config.serving.folds) refuse("serving.folds");
    if (next.metrics_listen != e.config.metrics_listen) refuse("metrics");
    e.serve->set_policy(next.serving);
    e.update->set_policy(next.screening);
    e.training->set_policy(next.training);
    e.config = std::move(next);
    ++e.config_loads;
    e.host->log(LogLevel::info, "configuration reloaded");
  });
}

}  // namespace

void abi::release_engine(recveil_engine *engine) noexcept {
  if (--engine->handles == 0) delete engine;
}

extern "C" {

recveil_status recveil_engine_open(const char *yaml, size_t n,
                                   const recveil_engine_options *options,
                                   recveil_engine **out) noexcept {
  return open_engine(options, out, [&] { return from_text(yaml, n); });
}

recveil_status recveil_engine_open_file(const char *path, const recveil_engine_options *options,
                                        recveil_engine **out) noexcept {
  return open_engine(options, out, [&] { return from_file(path); });
}

recveil_status recveil_engine_start(recveil_engine *engine) noexcept {
  return abi::engine_call(engine, [](recveil_engine &e) {
    const std::lock_guard lock(e.reload_lock);
    const std::string &address = e.config.metrics_listen;
    if (address.empty()) return;
    if (e.listener) throw Error(Status::state, "engine: is started already");
    e.listener =
        std::make_unique<metrics::Listener>(address, [&e] { return abi::scrape_engine(e); });
    e.host->log(LogLevel::info, ("metrics are served on http://" + address + "/metrics").c_str());
  });
}

void recveil_engine_close(recveil_engine *engine) noexcept {
  if (engine != nullptr) abi::release_engine(engine);
}

recveil_status recveil_engine_reload(recveil_engine *engine, const char *yaml, size_t n) noexcept {
  return reload(engine, [&] { return from_text(yaml, n); });
}

recveil_status recveil_engine_reload_file(recveil_engine *engine, const char *path) noexcept {
  return reload(engine, [&] { return from_file(path); });
}

recveil_status recveil_engine_refresh(recveil_engine *engine, uint32_t *changed) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    if (changed != nullptr) abi::check_out(changed, "changed");
    const bool newer = e.serve->refresh(), screening = e.update->refresh();
    if (changed != nullptr) *changed = newer || screening ? 1 : 0;
  });
}

recveil_status recveil_engine_get_info(recveil_engine *engine, recveil_engine_info *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_struct(out, sizeof(recveil_engine_info), alignof(recveil_engine_info),
                      "engine_info");
    const auto session = e.serve->session();
    const hooks::ServeState &state = session.state();
    const hooks::Pool *pool = state.newest();
    recveil_engine_info info = RECVEIL_ENGINE_INFO_INIT;
    if (pool != nullptr) {
      info.pool_version = pool->version;
      info.n_pool_items = pool->items.size();
      info.n_pool_wanted = pool->wanted;
      if (pool->items.size() < 2 * std::size_t{pool->list_length}) {
        info.flags |= RECVEIL_INFO_POOL_TOO_SMALL;
      }
      if (session.pool_stale()) info.flags |= RECVEIL_INFO_POOL_STALE;
    } else {
      info.n_pool_wanted = defense::pool_size(session.policy().list_length, session.policy().ratio);
      info.flags |= RECVEIL_INFO_NO_POOL;
    }
    if (!state.has_members) info.flags |= RECVEIL_INFO_NO_MEMBERS;
    if (session.policy().dry_run) info.flags |= RECVEIL_INFO_DRY_RUN;
    if (session.policy().folds_in() && session.folds(0) == nullptr) {
      info.flags |= RECVEIL_INFO_NO_FOLDS;
    }
    info.n_members = state.set(hooks::UserSetName::members).size();
    info.n_quarantined = state.set(hooks::UserSetName::quarantined).size();
    info.n_erased = state.set(hooks::UserSetName::erased).size();
    info.n_own_bytes = (info.n_members + info.n_quarantined + info.n_erased) * sizeof(recveil_user);
    for (const auto &kept : state.pools) info.n_own_bytes += kept ? kept->bytes() : 0;
    if (const hooks::FoldSet *newest = session.folds(0)) info.model_version = newest->version;
    if (const hooks::FoldSet *older = session.older_folds()) {
      info.older_model_version = older->version;
    }
    for (const hooks::FoldSet *set : {session.folds(0), session.older_folds()}) {
      if (set == nullptr) continue;
      info.n_borrowed_bytes += set->borrowed_bytes();
      info.n_own_bytes += set->own_bytes();
    }
    info.state_version = state.version;
    info.n_config_loads = e.config_loads.load();
    info.epoch = session.epoch_now();
    info.list_length = session.policy().list_length;
    abi::give(out, info);
  });
}

recveil_status recveil_user_from_bytes(recveil_engine *engine, const void *bytes, size_t n,
                                       recveil_user *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(static_cast<const char *>(bytes), n, "bytes");
    abi::require(n > 0, "bytes: is empty");
    abi::check_out(out, "out");
    *out = e.serve->user_of({static_cast<const unsigned char *>(bytes), n});
  });
}

recveil_status recveil_users_from_bytes(recveil_engine *engine, const void *bytes,
                                        const size_t *offsets, size_t n_ids,
                                        recveil_user *users) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const auto *text = static_cast<const unsigned char *>(bytes);
    abi::check_array(text, abi::check_offsets(offsets, n_ids, "offsets"), "bytes");
    abi::check_array(users, n_ids, "users");
    for (std::size_t i = 0; i < n_ids; ++i) {
      if (offsets[i] == offsets[i + 1]) {
        throw Error(Status::argument, "bytes: id " + std::to_string(i) + " is empty");
      }
    }
    for (std::size_t i = 0; i < n_ids; ++i) {
      users[i] = e.serve->user_of({text + offsets[i], text + offsets[i + 1]});
    }
  });
}

recveil_status recveil_config_check(const char *yaml, size_t n, const char *name) noexcept {
  return abi::guard([&] {
    const Source source = from_text(yaml, n);
    const std::string called = name != nullptr ? name : source.name;
    config::Config config =
        config::parse(source.text, called, std::filesystem::path(called).parent_path().string());
    config::add_watched_file(config.serving.watch_items);
    if (!config.ephemeral_key) read_key_file(config.key_file);
  });
}

recveil_status recveil_key_generate(const char *path) noexcept {
  return abi::guard([&] {
    abi::require(path != nullptr && *path != '\0', "path: is NULL or empty");
    write_key_file(path);
  });
}

}  // extern "C"
