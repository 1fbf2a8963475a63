/* Everything: include this, or the single topic you need. Start at engine.h, then serve.h. */
#ifndef RECVEIL_RECVEIL_H
#define RECVEIL_RECVEIL_H

#include "recveil/audit.h"
#include "recveil/base.h"
#include "recveil/columns.h"
#include "recveil/engine.h"
#include "recveil/erase.h"
#include "recveil/erase_stats.h"
#include "recveil/fold.h"
#include "recveil/forget.h"
#include "recveil/forget_admin.h"
#include "recveil/forget_request.h"
#include "recveil/metrics.h"
#include "recveil/private.h"
#include "recveil/recommend.h"
#include "recveil/screen.h"
#include "recveil/screen_model.h"
#include "recveil/screen_window.h"
#include "recveil/serve.h"
#include "recveil/standing.h"
#include "recveil/watch.h"

#endif
