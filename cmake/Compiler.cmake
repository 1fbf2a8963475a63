# How every target of the project is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

find_program(RECVEIL_CCACHE ccache)
if(RECVEIL_CCACHE AND PROJECT_IS_TOP_LEVEL)
  # ccache takes a compilation with a precompiled header only if it is told to.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${RECVEIL_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${RECVEIL_CCACHE})
endif()

add_library(recveil_compiler INTERFACE)
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion)
target_compile_options(recveil_compiler INTERFACE
  ${warnings}
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual>
  # GCC 12 sees overlaps in std::string concatenation that are not there (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${RECVEIL_WERROR}>:-Werror>)

# Never -ffast-math: linking it changes the host's floating-point mode. A test checks the mode.
set(sanitizer_flags "")
if(RECVEIL_SANITIZE)
  # Traces need lines alone; -O1 and -g1 take .6 of the compile time of -O2 and -g.
  set(sanitizer_flags -fsanitize=${RECVEIL_SANITIZE} -fno-omit-frame-pointer -O1 -g1)
  if(RECVEIL_SANITIZE MATCHES "undefined")
    list(APPEND sanitizer_flags -fno-sanitize-recover=all)
  endif()
  # GCC 12 sees uninitialized values in std::regex that are not there once a sanitizer is on.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND sanitizer_flags -Wno-maybe-uninitialized)
  endif()
  add_compile_definitions(RECVEIL_SANITIZED=1)
endif()
if(RECVEIL_LIBFUZZER)  # what libFuzzer is to see the branches of; tests/fuzz links the library itself
  list(APPEND sanitizer_flags -fsanitize=fuzzer-no-link)
endif()
target_compile_options(recveil_compiler INTERFACE ${sanitizer_flags})
target_link_options(recveil_compiler INTERFACE ${sanitizer_flags})

# recveil_precompile(<target> <header>...): parse these headers of other projects once for the target;
# recveil_precompile(<target> REUSE_FROM <other>): with what the other target has parsed.
# Worth it for GoogleTest, 1 s of each file. Not for CLI11 and JSON: what is inline in them is then
# compiled for every file, used or not, and files took up to four times as long.
function(recveil_precompile target)
  if(ARGV1 STREQUAL REUSE_FROM)
    target_precompile_headers(${target} REUSE_FROM ${ARGV2})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
  # Without it ccache cannot tell with which headers a file was compiled.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endfunction()
