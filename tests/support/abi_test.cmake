# recveil_abi_test(<name> LABEL <kind> SOURCES <file>... [ARGUMENTS <text>...])
# One executable that uses the library as a host does, from include/ alone, run as one ctest.
function(recveil_abi_test name)
  cmake_parse_arguments(test "" "LABEL" "SOURCES;ARGUMENTS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE
    recveil::recveil recveil_compiler Threads::Threads ${CMAKE_DL_LIBS})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  add_test(NAME ${name} COMMAND ${name} ${test_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES LABELS ${test_LABEL} TIMEOUT 300)
endfunction()
