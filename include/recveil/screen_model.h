/*
 * The screening model: what account screening learns from a trusted window
 * (recveil/screen_window.h) and uses on batches (recveil/screen.h). An engine trains one or takes
 * over the bytes of another engine's, and uses it until the next.
 */
#ifndef RECVEIL_SCREEN_MODEL_H
#define RECVEIL_SCREEN_MODEL_H

#include "recveil/screen_window.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct recveil_screen_training {
  uint32_t struct_size;
  uint32_t flags;            /* 0 */
  uint64_t seed;             /* of everything random in the training; 0: 1 */
  recveil_progress progress; /* all NULL: none */
} recveil_screen_training;
#define RECVEIL_SCREEN_TRAINING_INIT \
  { sizeof(recveil_screen_training), 0, 0, RECVEIL_PROGRESS_INIT }

/**
 * Train a screening model on a window, by the method and rates of `screening` in the configuration,
 * and publish it: the next recveil_screen() uses it, and with a state_dir other processes take it
 * over by recveil_engine_refresh(). The model before stays in use meanwhile, and on any error. What
 * earlier batches added to the carry-over is forgotten: the window should hold their accepted
 * accounts by now.
 *
 * The same window, configuration and seed give the same model on one machine.
 * @param training  NULL for defaults
 * @return OK | E_ARGUMENT | E_DATA (damaged window, another key, or too few accounts to calibrate
 *         on) | E_IO | E_CANCELLED | E_HOST (progress threw) | E_NOMEM
 * Thread: [thread-safe] [may-call-host]; works on the calling thread alone.
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status
recveil_screen_train(recveil_engine *engine, const void *window, size_t n_bytes,
                     const recveil_screen_training *training) RECVEIL_NOEXCEPT;

/**
 * Write the screening model in use as bytes, for recveil_publish_screen_model() on another engine.
 * They hold the histories of the sample, and its users and persons as hashes with the engine's key.
 * @return OK | E_ARGUMENT | E_STATE (no model yet) | E_HOST | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_screen_model_write(recveil_engine *engine,
                                                                        recveil_write_fn write,
                                                                        void *ctx) RECVEIL_NOEXCEPT;

/**
 * Publish a screening model that another engine with the same key trained. Damaged bytes change
 * nothing.
 * @return OK | E_ARGUMENT | E_DATA (damaged, or of another key) | E_VERSION | E_IO | E_NOMEM
 * Thread: [thread-safe] [may-call-host]
 * Since: 0.1
 */
RECVEIL_API RECVEIL_NODISCARD recveil_status recveil_publish_screen_model(
    recveil_engine *engine, const void *model, size_t n_bytes) RECVEIL_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
