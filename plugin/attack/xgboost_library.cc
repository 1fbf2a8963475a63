#include "attack/xgboost_library.h"

#include <boost/dll/shared_library.hpp>
#include <limits>
#include <string>
#include <utility>

#include "core/error.h"

namespace recveil::attack {

// As in xgboost/c_api.h: handles are pointers, 0 is success.
struct XgboostLibrary::Functions {
  using Handle = void *;
  using Size = std::uint64_t;
  boost::dll::shared_library library;
  const char *(*last_error)();
  int (*matrix_create)(const float *, Size, Size, float, Handle *);
  int (*matrix_set_floats)(Handle, const char *, const float *, Size);
  int (*matrix_free)(Handle);
  int (*booster_create)(const Handle *, Size, Handle *);
  int (*booster_set)(Handle, const char *, const char *);
  int (*booster_update)(Handle, int, Handle);
  int (*booster_predict)(Handle, Handle, const char *, const Size **, Size *, const float **);
  int (*booster_free)(Handle);

  void check(int status) const {
    if (status != 0) throw Error(Status::internal, std::string("xgboost: ") + last_error());
  }
};

namespace {

// Frees a handle of the library with it.
class Owned {
 public:
  explicit Owned(int (*free)(void *)) : free_(free) {}
  ~Owned() {
    if (handle != nullptr) (void)free_(handle);
  }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;
  void *handle = nullptr;

 private:
  int (*free_)(void *);
};

template <class Function>
bool find(const boost::dll::shared_library &library, const char *name, Function *&function) {
  if (!library.has(name)) return false;
  function = &library.get<Function>(name);
  return true;
}

}  // namespace

XgboostLibrary::XgboostLibrary(std::unique_ptr<Functions> functions)
    : functions_(std::move(functions)) {}
XgboostLibrary::~XgboostLibrary() = default;

std::shared_ptr<const XgboostLibrary> XgboostLibrary::load() {
  using Mode = boost::dll::load_mode::type;
  auto f = std::make_unique<Functions>();
  for (const char *name : {"libxgboost.so.0", "libxgboost.so"}) {
    std::error_code error;
    f->library.load(name, error,
                    Mode(boost::dll::load_mode::search_system_folders |
                         boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local));
    if (!error && f->library.is_loaded()) break;
  }
  if (!f->library.is_loaded()) return nullptr;
  const boost::dll::shared_library &l = f->library;
  const bool whole = find(l, "XGBGetLastError", f->last_error) &&
                     find(l, "XGDMatrixCreateFromMat", f->matrix_create) &&
                     find(l, "XGDMatrixSetFloatInfo", f->matrix_set_floats) &&
                     find(l, "XGDMatrixFree", f->matrix_free) &&
                     find(l, "XGBoosterCreate", f->booster_create) &&
                     find(l, "XGBoosterSetParam", f->booster_set) &&
                     find(l, "XGBoosterUpdateOneIter", f->booster_update) &&
                     find(l, "XGBoosterPredictFromDMatrix", f->booster_predict) &&
                     find(l, "XGBoosterFree", f->booster_free);
  if (!whole) return nullptr;
  return std::shared_ptr<const XgboostLibrary>(new XgboostLibrary(std::move(f)));
}

std::vector<double> XgboostLibrary::probabilities(const Matrix &x, std::span<const std::int32_t> y,
                                                  std::size_t classes, const Matrix &others,
                                                  const XgboostOptions &options) const {
  const Functions &f = *functions_;
  const float missing = std::numeric_limits<float>::quiet_NaN();
  Owned train(f.matrix_free), test(f.matrix_free), booster(f.booster_free);
  f.check(f.matrix_create(x.data.data(), x.rows, x.cols, missing, &train.handle));
  f.check(f.matrix_create(others.data.data(), others.rows, others.cols, missing, &test.handle));
  const std::vector<float> labels(y.begin(), y.end());
  f.check(f.matrix_set_floats(train.handle, "label", labels.data(), labels.size()));
  f.check(f.booster_create(&train.handle, 1, &booster.handle));
  const bool binary = classes == 2;
  for (const auto &[name, value] : {std::pair<const char *, std::string>{"nthread", "1"},
                                    {"verbosity", "0"},
                                    {"tree_method", "hist"},
                                    {"max_depth", std::to_string(options.depth)},
                                    {"eta", std::to_string(options.eta)},
                                    {"lambda", std::to_string(options.lambda)},
                                    {"seed", std::to_string(options.seed)},
                                    {"objective", binary ? "binary:logistic" : "multi:softprob"},
                                    {"num_class", binary ? "1" : std::to_string(classes)}}) {
    f.check(f.booster_set(booster.handle, name, value.c_str()));
  }
  for (std::size_t t = 0; t < options.trees; ++t) {
    f.check(f.booster_update(booster.handle, static_cast<int>(t), train.handle));
  }
  const Functions::Size *shape = nullptr;
  Functions::Size dimensions = 0;
  const float *found = nullptr;
  f.check(f.booster_predict(booster.handle, test.handle,
                            R"({"type": 0, "training": false, "iteration_begin": 0,)"
                            R"( "iteration_end": 0, "strict_shape": true})",
                            &shape, &dimensions, &found));
  std::vector<double> out;
  for (std::size_t i = 0; i < others.rows; ++i) {
    if (binary) {
      const double p = static_cast<double>(found[i]);
      out.push_back(1 - p);
      out.push_back(p);
      continue;
    }
    for (std::size_t k = 0; k < classes; ++k) {
      out.push_back(static_cast<double>(found[i * classes + k]));
    }
  }
  return out;
}

}  // namespace recveil::attack
