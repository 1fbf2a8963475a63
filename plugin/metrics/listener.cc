#include "metrics/listener.h"

#include <CivetServer.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/writer_lock.h"
#include "metrics/families.h"

namespace recveil::metrics {
namespace {

constexpr int kWorkers = 80;
// A connection that has sent no request by then is closed.
constexpr const char *kRequestTimeout = "1000";  // ms

class Collector : public prometheus::Collectable {
 public:
  explicit Collector(std::function<Exposition()> collect) : collect_(std::move(collect)) {}
  std::vector<prometheus::MetricFamily> Collect() const override {
    try {
      return collect_().families().list;
    } catch (...) {  // out of memory; an exception must not get into civetweb's C frames
      return {};
    }
  }

 private:
  std::function<Exposition()> collect_;
};

// While it lives, threads made by this one inherit a mask that blocks every signal, so that the
// host's signals are never delivered to them; SIGPIPE among them, so that a closed connection is an
// error of a write and no signal. At its end SIGPIPE's disposition is what it was.
class SignalsKept {
 public:
  SignalsKept() {
    ::sigaction(SIGPIPE, nullptr, &sigpipe_);
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &mask_);
  }
  ~SignalsKept() {
    ::sigaction(SIGPIPE, &sigpipe_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  SignalsKept(const SignalsKept &) = delete;
  SignalsKept &operator=(const SignalsKept &) = delete;

 private:
  struct sigaction sigpipe_ {};
  sigset_t mask_{};
};

// Threads of the listener being made that have started. civetweb calls back with no context of
// ours, so it is one for the process, and listeners are made one at a time.
std::atomic<int> started{0};
WriterLock making;

void *count_thread(const mg_context *, int) {
  ++started;
  return nullptr;
}

int answer(mg_connection *connection, int status, const char *words, const char *header) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\n%sContent-Type: text/plain; charset=utf-8\r\n"
            "Connection: close\r\n\r\n",
            status, words, header);
  return status;
}

// What the exposer, which knows GET alone, would answer wrongly (RFC 9110, 9.3.2 and 15.5.6). 0:
// the exposer answers.
int begin_request(mg_connection *connection) {
  const mg_request_info *request = mg_get_request_info(connection);
  const std::string_view method = request->request_method;
  if (request->local_uri == nullptr || std::string_view(request->local_uri) != "/metrics") {
    return answer(connection, 404, "Not Found", "Content-Length: 0\r\n");
  }
  if (method == "GET") return 0;
  if (method == "HEAD") return answer(connection, 200, "OK", "");
  return answer(connection, 405, "Method Not Allowed", "Allow: GET, HEAD\r\nContent-Length: 0\r\n");
}

// Civetweb closes a connection without a word where a request names no path of this server:
// OPTIONS * and what is meant for a proxy. This is called before it closes any connection.
void answer_pathless(const mg_connection *connection) {
  const mg_request_info *request = mg_get_request_info(connection);
  if (request == nullptr || request->request_method == nullptr || request->request_uri == nullptr ||
      request->local_uri != nullptr) {
    return;
  }
  auto *to = const_cast<mg_connection *>(connection);
  if (std::string_view(request->request_uri) == "*" &&
      std::string_view(request->request_method) == "OPTIONS") {
    answer(to, 200, "OK", "Allow: GET, HEAD\r\nContent-Length: 0\r\n");
  } else {
    answer(to, 400, "Bad Request", "Content-Length: 0\r\n");
  }
}

std::unique_ptr<prometheus::Exposer> make_exposer(const std::string &address) {
  const SignalsKept kept;
  const std::lock_guard lock(making);
  started = 0;
  CivetCallbacks callbacks;
  callbacks.init_thread = count_thread;
  callbacks.begin_request = begin_request;
  callbacks.connection_close = answer_pathless;
  std::unique_ptr<prometheus::Exposer> exposer;
  try {
    exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", address, "num_threads",
                                 std::to_string(kWorkers), "request_timeout_ms", kRequestTimeout},
        &callbacks);
  } catch (const CivetException &) {
    throw Error(Status::io,
                "metrics.listen: cannot listen on " + address + "; is the port in use?");
  }
  // A thread counts after it has set SIGPIPE. One master besides the workers; civetweb makes do
  // with fewer where the system refuses more threads, so not for ever.
  for (int turn = 0; started < kWorkers + 1 && turn < 2000; ++turn) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return exposer;
}

}  // namespace

struct Listener::Server {
  pid_t process;
  std::shared_ptr<Collector> collector;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Listener::Listener(const std::string &address, std::function<Exposition()> collect)
    : server_(std::make_unique<Server>()) {
  server_->process = ::getpid();
  server_->collector = std::make_shared<Collector>(std::move(collect));
  server_->exposer = make_exposer(address);
  server_->exposer->RegisterCollectable(server_->collector);
}

Listener::~Listener() {
  if (server_->process != ::getpid()) static_cast<void>(server_.release());
}

}  // namespace recveil::metrics
