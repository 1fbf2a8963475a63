// One-class SVMs in the text format of LIBSVM's svm_save_model and svm_load_model.
#pragma once

#include <cstddef>
#include <iosfwd>

#include "numerics/ocsvm.h"

namespace recveil::numerics {

// Every number in as few digits as give it back exactly, independent of the locale. The caller
// checks the stream afterwards.
void write_libsvm_model(const OneClassSvm &svm, std::ostream &out);

// Reads a model with svm_type one_class and kernel_type rbf. `cols` is the number of features: the
// format leaves out zeros, so that it cannot tell how many columns of zeros come last; 0 takes the
// largest index in the file. Values are rounded to float. Throws Error(Status::data) naming the
// line for anything else, and for an index above 65,536 or, unless it is 0, above cols.
OneClassSvm read_libsvm_model(std::istream &in, std::size_t cols);

}  // namespace recveil::numerics
