/* Each _INIT macro names every field: compiled with -Werror=missing-field-initializers, as C and as
   C++. Outside a function, so that they are constant too. */
#include "recveil/recveil.h"

extern const recveil_engine_options engine_options;
extern const recveil_engine_info engine_info;
extern const recveil_popularity popularity;
extern const recveil_request request;
extern const recveil_decision decision;
extern const recveil_page page;
extern const recveil_slate slate;
extern const recveil_fold_model fold_model;
extern const recveil_folds folds;
<<<<<<< HEAD
extern const recveil_matrix matrix;
extern const recveil_erase_options erase_options;
extern const recveil_erase_stats_info erase_stats_info;
extern const recveil_erase_map_info erase_map_info;
extern const recveil_erase_class_info erase_class_info;
extern const recveil_erase_result erase_result;
extern const recveil_erasures erasures;
=======
extern const recveil_audit_embeddings audit_embeddings;
>>>>>>> erase-audit
extern const recveil_audit_population audit_population;
extern const recveil_audit_options audit_options;
extern const recveil_audit_result audit_result;

const recveil_engine_options engine_options = RECVEIL_ENGINE_OPTIONS_INIT;
const recveil_engine_info engine_info = RECVEIL_ENGINE_INFO_INIT;
const recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
const recveil_request request = RECVEIL_REQUEST_INIT;
const recveil_decision decision = RECVEIL_DECISION_INIT;
const recveil_page page = RECVEIL_PAGE_INIT;
const recveil_slate slate = RECVEIL_SLATE_INIT;
const recveil_fold_model fold_model = RECVEIL_FOLD_MODEL_INIT;
const recveil_folds folds = RECVEIL_FOLDS_INIT;
const recveil_matrix matrix = RECVEIL_MATRIX_INIT;
const recveil_erase_options erase_options = RECVEIL_ERASE_OPTIONS_INIT;
const recveil_erase_stats_info erase_stats_info = RECVEIL_ERASE_STATS_INFO_INIT;
const recveil_erase_map_info erase_map_info = RECVEIL_ERASE_MAP_INFO_INIT;
const recveil_erase_class_info erase_class_info = RECVEIL_ERASE_CLASS_INFO_INIT;
const recveil_erase_result erase_result = RECVEIL_ERASE_RESULT_INIT;
const recveil_erasures erasures = RECVEIL_ERASURES_INIT;
const recveil_audit_result audit_result = RECVEIL_AUDIT_RESULT_INIT;
const recveil_audit_embeddings audit_embeddings = RECVEIL_AUDIT_EMBEDDINGS_INIT;
const recveil_audit_population audit_population = RECVEIL_AUDIT_POPULATION_INIT;
const recveil_audit_options audit_options = RECVEIL_AUDIT_OPTIONS_INIT;
