// Erasure maps for C++17 and later: a handle over recveil/erase.h that closes itself.
#ifndef RECVEIL_ERASE_HPP
#define RECVEIL_ERASE_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "recveil/recveil.hpp"

namespace recveil {

// A fitted map. Movable; it never changes.
class ErasureMap {
 public:
  static ErasureMap fit(std::shared_ptr<const Api> api, const recveil_erase_options &options,
                        const recveil_matrix &rows, const std::int32_t *classes) {
    recveil_erase_map *map = nullptr;
    check(*api, api->erase_fit(&options, &rows, classes, &map));
    return ErasureMap(std::move(api), map);
  }
  // stats: options.n_attributes blocks of recveil/erase_stats.h, of sizes[a] bytes each.
  static ErasureMap fit_stats(std::shared_ptr<const Api> api, const recveil_erase_options &options,
                              const void *const *stats, const std::size_t *sizes) {
    recveil_erase_map *map = nullptr;
    check(*api, api->erase_fit_stats(&options, stats, sizes, &map));
    return ErasureMap(std::move(api), map);
  }
  // What bytes() returned.
  static ErasureMap open(std::shared_ptr<const Api> api, std::string_view bytes) {
    recveil_erase_map *map = nullptr;
    check(*api, api->erase_map_open(bytes.data(), bytes.size(), &map));
    return ErasureMap(std::move(api), map);
  }

  std::string bytes() const {
    std::string out;
    check(*api_, api_->erase_map_write(map_.get(), Engine::append, &out));
    return out;
  }
  recveil_erase_map_info info() const {
    recveil_erase_map_info out = RECVEIL_ERASE_MAP_INFO_INIT;
    check(*api_, api_->erase_map_get_info(map_.get(), &out));
    return out;
  }
  // Its attribute name belongs to the map.
  recveil_erase_class_info of_class(std::uint32_t attribute, std::uint32_t cls) const {
    recveil_erase_class_info out = RECVEIL_ERASE_CLASS_INFO_INIT;
    check(*api_, api_->erase_map_get_class(map_.get(), attribute, cls, &out));
    return out;
  }
  // In place. classes: n_rows x n_attributes, or null if the map needs none.
  recveil_erase_result apply(const recveil_matrix &rows, const std::int32_t *classes,
                             const recveil_progress *progress = nullptr) const {
    recveil_erase_result out = RECVEIL_ERASE_RESULT_INIT;
    check(*api_, api_->erase_apply(map_.get(), &rows, classes, &out, progress));
    return out;
  }
  // The same, for a map that needs users. key: the 32 bytes of the master key.
  recveil_erase_result apply_users(const recveil_matrix &rows, const std::int32_t *classes,
                                   const recveil_user *users, const void *key,
                                   const recveil_progress *progress = nullptr) const {
    recveil_erase_result out = RECVEIL_ERASE_RESULT_INIT;
    check(*api_, api_->erase_apply_users(map_.get(), &rows, classes, users, key, &out, progress));
    return out;
  }

  const recveil_erase_map *get() const noexcept { return map_.get(); }

 private:
  ErasureMap(std::shared_ptr<const Api> api, recveil_erase_map *map)
      : api_(std::move(api)), map_(map, api_->erase_map_close) {}

  std::shared_ptr<const Api> api_;  // outlives map_: declared first
  std::unique_ptr<recveil_erase_map, void (*)(recveil_erase_map *)> map_;
};

}  // namespace recveil

#endif
