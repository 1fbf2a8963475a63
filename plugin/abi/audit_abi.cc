#include "recveil/audit.h"

#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <string>

#include "abi/adopt.h"
#include "abi/audit_module.h"
#include "abi/guard.h"
#include "core/error.h"

namespace {

using namespace recveil;

// The audit library lies in the folder this library was loaded from; nowhere else is searched.
boost::dll::shared_library load_module() {
  const auto path = boost::dll::this_line_location().parent_path() / RECVEIL_AUDIT_LIBRARY;
  boost::dll::shared_library module;
  std::error_code error;
  module.load(path, error, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error || !module.is_loaded()) {
    throw Error(Status::not_found, path.string() + ": the audit library cannot be loaded");
  }
  const char *version =
      module.get<recveil_audit_module_version_fn>("recveil_audit_module_version")();
  if (std::string(version) != recveil_version()) {
    throw Error(Status::version, path.string() + ": is version " + version + ", this library is " +
                                     recveil_version());
  }
  return module;
}

constexpr recveil_audit_services kServices{
    recveil_engine_open,   recveil_engine_close, recveil_publish_popularity,
    recveil_publish_users, recveil_pool_read,    recveil_route,
    recveil_serve,         recveil_last_error,
};

}  // namespace

extern "C" recveil_status recveil_audit_run(const char *request, size_t n,
                                            const recveil_audit_options *options,
                                            recveil_write_fn write, void *ctx) noexcept {
  return abi::guard([&] {
    abi::check_array(request, n, "request");
    abi::require(write != nullptr, "write: is NULL");
    recveil_audit_options adopted = RECVEIL_AUDIT_OPTIONS_INIT;
    if (options != nullptr) {
      adopted = abi::adopt(options, adopted, sizeof(recveil_audit_options), "audit_options");
    }
    if (adopted.flags != 0) throw Error(Status::unsupported, "audit_options.flags: must be 0");
    abi::require(adopted.reserved == 0, "audit_options.reserved: must be 0");
    abi::require(adopted.threads <= 256, "audit_options.threads: at most 256");
    const boost::dll::shared_library module = load_module();
    char error[512] = "";
    const recveil_status status =
        module.get<recveil_audit_module_run_fn>("recveil_audit_module_run")(
            &kServices, request, n, &adopted, write, ctx, error, sizeof(error));
    if (status != RECVEIL_OK) throw Error(static_cast<Status>(status), error);
  });
}
