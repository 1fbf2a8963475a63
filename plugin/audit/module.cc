// The functions of librecveil-audit.so that librecveil.so calls.
#include <algorithm>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "abi/audit_module.h"
#include "audit/attribute_evidence.h"
#include "audit/attribute_report.h"
#include "audit/injections.h"
#include "audit/inversion_report.h"
#include "audit/lists_input.h"
#include "audit/lists_report.h"
#include "audit/membership.h"
#include "audit/paper_report.h"
#include "audit/report.h"
#include "audit/request.h"
#include "audit/request_fields.h"
#include "audit/results.h"
#include "audit/screening_report.h"
#include "core/error.h"
#include "core/watch.h"

namespace {

using namespace recveil;

void write_report(const std::string &text, recveil_write_fn write, void *ctx) {
  std::int32_t code = 0;
  try {
    code = write(ctx, text.data(), text.size());
  } catch (...) {
    throw Error(Status::host, "the write callback threw");
  }
  if (code != 0) throw Error(Status::host, "the write callback returned " + std::to_string(code));
}

void publish(const recveil_audit_services &library, const recveil_audit_options &options,
             const std::vector<recveil_audit_result> &results) {
  if (options.engine == nullptr) return;
  for (const recveil_audit_result &result : results) {
    const recveil_status status = library.set_audit(options.engine, &result);
    if (status != RECVEIL_OK) throw Error(static_cast<Status>(status), library.last_error());
  }
}

recveil_status failed(recveil_status status, const char *what, char *error, size_t error_size) {
  const std::size_t n = std::min(std::strlen(what), error_size - 1);
  std::memcpy(error, what, n);
  error[n] = '\0';
  return status;
}

// Runs `call` under the watch of the host's options; what it throws becomes a status and a text.
template <class Call>
recveil_status guarded(const recveil_audit_options &options, char *error, size_t error_size,
                       Call call) noexcept {
  try {
    Watch watch(options.progress.fn, options.progress.ctx, options.progress.cancel);
    const WatchScope scope(&watch);
    watch.pulse();
    call();
    return RECVEIL_OK;
  } catch (const Error &caught) {
    return failed(static_cast<recveil_status>(caught.status()), caught.what(), error, error_size);
  } catch (const std::bad_alloc &) {
    return failed(RECVEIL_E_NOMEM, "out of memory", error, error_size);
  } catch (const std::exception &caught) {
    return failed(RECVEIL_E_INTERNAL, caught.what(), error, error_size);
  } catch (...) {
    return failed(RECVEIL_E_INTERNAL, "unknown exception", error, error_size);
  }
}

using audit::fields::Json;
using Progress = std::function<void(double, const char *)>;

struct Finished {
  std::string report;
  std::vector<recveil_audit_result> results;
};

Finished run_membership(const recveil_audit_services &library, const Json &request,
                        unsigned threads, const Progress &progress) {
  const audit::Request parsed = audit::parse_request(request);
  const auto report = audit::audit_membership(library, parsed, threads, progress);
  return {audit::to_json(parsed, report), audit::results(parsed, report)};
}

Finished run_screening(const recveil_audit_services &, const Json &request, unsigned threads,
                       const Progress &progress) {
  const audit::ScreeningRequest parsed = audit::parse_screening_request(request);
  const auto report = audit::audit_screening(parsed, threads, progress);
  return {audit::to_json(parsed, report), {audit::result(parsed, report)}};
}

Finished run_attribute(const recveil_audit_services &, const Json &request, unsigned threads,
                       const Progress &progress) {
  const audit::AttributeRequest parsed = audit::parse_attribute_request(request);
  const auto report = audit::audit_attribute(parsed, threads, progress);
  return {audit::to_json(parsed, report), audit::results(parsed, report)};
}

Finished run_inversion(const recveil_audit_services &, const Json &request, unsigned threads,
                       const Progress &progress) {
  const audit::InversionRequest parsed = audit::parse_inversion_request(request);
  const auto report = audit::audit_inversion(parsed, threads, progress);
  return {audit::to_json(parsed, report), {audit::result(parsed, report)}};
}

Finished run_injections(const recveil_audit_services &, const Json &request, unsigned,
                        const Progress &progress) {
  const audit::InjectionsRequest parsed = audit::parse_injections_request(request);
  progress(0, "reading the lists");
  std::vector<data::InjectionTables> injections;
  for (const data::InjectionFiles &files : parsed.files) {
    injections.push_back(data::read_injection(files, parsed.items));
  }
  const auto report = audit::audit_injections(injections, parsed.margin);
  return {audit::to_json(report), {audit::result(report)}};
}

// Published systems, attacked for comparison: nothing of it is about the host's own.
Finished run_paper(const recveil_audit_services &, const Json &request, unsigned threads,
                   const Progress &progress) {
  const audit::PaperRequest parsed = audit::parse_paper_request(request);
  return {audit::to_json(parsed, audit::audit_paper(parsed, threads, progress)), {}};
}

// What runs under each value of the request's key "audit".
constexpr struct {
  const char *audit;
  Finished (*run)(const recveil_audit_services &library, const Json &request, unsigned threads,
                  const Progress &progress);
} kAudits[] = {
    {"membership", run_membership}, {"grid", run_membership},     {"demo", run_membership},
    {"screening", run_screening},   {"attribute", run_attribute}, {"inversion", run_inversion},
    {"injections", run_injections}, {"paper", run_paper},
};

Finished run_audit(const recveil_audit_services &library, const Json &request, unsigned threads,
                   const Progress &progress) {
  const Json asked = request.value("audit", Json("membership"));
  std::string names;
  for (const auto &known : kAudits) {
    if (asked == known.audit) return known.run(library, request, threads, progress);
    names += (names.empty() ? "" : ", ") + std::string(known.audit);
  }
  audit::fields::refuse("audit", "must be one of " + names + "; not " + asked.dump());
}

audit::ListsInput lists_input(const recveil_audit_population &target,
                              const recveil_audit_population *shadow,
                              const recveil_audit_options &options) {
  audit::ListsInput input;
  input.target = audit::population_from(target, "target");
  if (shadow != nullptr) input.shadow = audit::population_from(*shadow, "shadow");
  if (options.auxiliary != nullptr) {
    input.auxiliary = audit::histories_from(*options.auxiliary, "auxiliary");
  }
  for (const recveil_audit_population *other : {shadow, options.auxiliary}) {
    if (other != nullptr && other->n_items != target.n_items) {
      throw Error(Status::argument, "n_items: the populations must have the same items");
    }
  }
  if (options.n_seeds != 0) input.seeds = options.n_seeds;
  if (options.first_seed != 0) input.first_seed = options.first_seed;
  return input;
}

}  // namespace

extern "C" {

RECVEIL_API const char *recveil_audit_module_version() noexcept {
  return RECVEIL_VERSION_TEXT;
}

RECVEIL_API recveil_status recveil_audit_module_run(const recveil_audit_services *services,
                                                    const char *request, size_t n,
                                                    const recveil_audit_options *options,
                                                    recveil_write_fn write, void *ctx, char *error,
                                                    size_t error_size) noexcept {
  return guarded(*options, error, error_size, [&] {
    const Finished finished = run_audit(*services, audit::fields::object_of({request, n}),
                                        std::max(1u, options->n_threads), report_progress);
    write_report(finished.report, write, ctx);
    publish(*services, *options, finished.results);
  });
}

RECVEIL_API recveil_status recveil_audit_module_lists(const recveil_audit_services *services,
                                                      const recveil_audit_population *target,
                                                      const recveil_audit_population *shadow,
                                                      const recveil_audit_options *options,
                                                      recveil_write_fn write, void *ctx,
                                                      char *error, size_t error_size) noexcept {
  return guarded(*options, error, error_size, [&] {
    const auto report = audit::audit_lists(lists_input(*target, shadow, *options),
                                           std::max(1u, options->n_threads), report_progress);
    write_report(audit::to_json(report), write, ctx);
    publish(*services, *options, {audit::result(report)});
  });
}

RECVEIL_API recveil_status recveil_audit_module_attributes(
    const recveil_audit_services *services, const recveil_audit_embeddings *in,
    const recveil_audit_options *options, recveil_write_fn write, void *ctx,
    recveil_attribute_evidence *evidence, char *error, size_t error_size) noexcept {
  return guarded(*options, error, error_size, [&] {
    audit::HostInput input = audit::host_input(*in);
    if (options->n_seeds != 0) input.seeds = options->n_seeds;
    if (options->first_seed != 0) input.first_seed = options->first_seed;
    const auto report = audit::audit_host(std::move(input), report_progress);
    if (write != nullptr) write_report(audit::to_json(report), write, ctx);
    if (evidence != nullptr) audit::give_evidence(report, *evidence);
    publish(*services, *options, audit::results(report));
  });
}

}  // extern "C"
