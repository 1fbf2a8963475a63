# Every third-party library, all of them Debian packages (examples/quickstart.sh installs them).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core pull)
find_package(ZLIB REQUIRED)
find_package(LibLZMA REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
# One spelling of letters that Unicode spells in two ways; the C library has none.
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
if(RECVEIL_BUILD_TOOLS)
  find_package(CLI11 REQUIRED)
  find_package(fmt REQUIRED)
endif()
if(RECVEIL_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  # An oracle of the one-class SVM; nothing that is shipped links it.
  find_path(RECVEIL_LIBSVM_INCLUDE libsvm/svm.h REQUIRED)
  find_library(RECVEIL_LIBSVM svm REQUIRED)
  add_library(recveil_libsvm INTERFACE)
  target_include_directories(recveil_libsvm SYSTEM INTERFACE ${RECVEIL_LIBSVM_INCLUDE})
  target_link_libraries(recveil_libsvm INTERFACE ${RECVEIL_LIBSVM})
endif()

# Boost.DLL over std::filesystem, so that no compiled Boost library is needed. One definition for
# all translation units: mixing the two file systems breaks the one-definition rule.
add_library(recveil_boost INTERFACE)
target_link_libraries(recveil_boost INTERFACE Boost::headers ${CMAKE_DL_LIBS})
target_compile_definitions(recveil_boost INTERFACE BOOST_DLL_USE_STD_FS)
