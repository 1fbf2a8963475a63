/* Metrics in the Prometheus text format, for the host's own endpoint. */
#ifndef RECVEIL_METRICS_H
#define RECVEIL_METRICS_H

#include "recveil/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Write all metrics. Counters are those of all processes forked after the engine was opened, so any
 * worker's scrape is the total. No label ever holds a user or an item.
 * @return OK | E_ARGUMENT | E_HOST (write returned non-zero or threw) | E_NOMEM
 * Thread: [thread-safe] [may-call-host] [fork-safe]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_metrics_write(recveil_engine *engine,
                                                                   recveil_write_fn write,
                                                                   void *ctx) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
