// Serves GET /metrics over plain HTTP, from threads of its own. Made only by recveil_engine_start.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "metrics/exposition.h"

namespace recveil::metrics {

// prometheus-cpp's Exposer, with what it needs to live in somebody else's process: enough workers
// (an idle connection occupies one until it times out; at its two default workers, two idle
// connections delayed a scrape by 30 s), all signals blocked in them, and the process's SIGPIPE
// disposition as it was, which civetweb's threads set to "ignore" as they start.
class Listener {
 public:
  // address: "127.0.0.1:9464" or "[::1]:9464". collect: called on the listener's threads, until the
  // destructor returns. Returns when all threads run. Throws Error(io) if the address cannot be
  // listened on.
  Listener(const std::string &address, std::function<Exposition()> collect);
  // Stops and joins the threads; takes up to 2 s (civetweb polls). In a process forked after the
  // listener was made there are no threads to stop: there it does nothing, and the descriptor of
  // the socket stays open.
  ~Listener();
  Listener(const Listener &) = delete;
  Listener &operator=(const Listener &) = delete;

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace recveil::metrics
