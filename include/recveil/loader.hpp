// Loading Recveil at run time with Boost.DLL (Boost 1.74 or later, header-only; link -ldl). The
// library stays loaded while an Api or an Engine of it lives, and is really unloaded after the last
// one.
//
//   auto api = recveil::load("/opt/recveil/lib/librecveil.so.0");
//   auto engine = recveil::Engine::open_file(api, "recveil.yaml");
#ifndef RECVEIL_LOADER_HPP
#define RECVEIL_LOADER_HPP

// Boost.DLL over std::filesystem needs no compiled Boost library. If your program already uses
// Boost.DLL over boost::filesystem, define RECVEIL_BOOST_FILESYSTEM: the two cannot be mixed.
#if !defined(BOOST_DLL_USE_STD_FS) && !defined(RECVEIL_BOOST_FILESYSTEM)
#define BOOST_DLL_USE_STD_FS
#endif

#include <boost/dll/shared_library.hpp>
#include <memory>
#include <string>

#include "recveil/recveil.hpp"

namespace recveil {

// path: of librecveil.so.0; give an absolute one, the working directory is not searched. Throws
// std::runtime_error if it cannot be loaded, lacks a function, or has another ABI.
inline std::shared_ptr<const Api> load(const std::string &path) {
  namespace dll = boost::dll;
  if (path.find('/') == std::string::npos) {
    throw std::runtime_error(path + ": give a path with a folder, such as ./" + path);
  }
  auto library = std::make_shared<dll::shared_library>();
  auto api = std::make_shared<Api>();
  try {
    library->load(dll::fs::path(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    // As bytes and not as functions: a template argument would drop their warn_unused_result,
    // loudly.
#define RECVEIL_TAKE(name) \
  api->name = reinterpret_cast<decltype(api->name)>(&library->get<char>("recveil_" #name));
    RECVEIL_FOR_EACH_FUNCTION(RECVEIL_TAKE)
#undef RECVEIL_TAKE
  } catch (const std::exception &error) {
    throw std::runtime_error(path + ": " + error.what());
  }
  if (api->abi_version() != RECVEIL_ABI_MAJOR) {
    throw std::runtime_error(path + ": has ABI " + std::to_string(api->abi_version()) +
                             ", this program was compiled for " +
                             std::to_string(RECVEIL_ABI_MAJOR));
  }
  api->library = std::move(library);
  return api;
}

}  // namespace recveil

#endif
