# Headers, both libraries, the command, a CMake package and a pkg-config file; all relocatable.
include(CMakePackageConfigHelpers)

install(TARGETS recveil EXPORT recveilTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS recveil_audit_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(RECVEIL_BUILD_TOOLS)
  set_target_properties(recveil_command PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS recveil_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/recveil DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/recveil)
install(EXPORT recveilTargets NAMESPACE recveil:: FILE recveilTargets.cmake
  DESTINATION ${package_dir})
configure_package_config_file(cmake/recveilConfig.cmake.in
  ${PROJECT_BINARY_DIR}/recveilConfig.cmake INSTALL_DESTINATION ${package_dir})
# 0.x: only the same minor version is compatible.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/recveilConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/recveilConfig.cmake
  ${PROJECT_BINARY_DIR}/recveilConfigVersion.cmake DESTINATION ${package_dir})

file(RELATIVE_PATH RECVEIL_PC_TO_PREFIX
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/recveil.pc.in ${PROJECT_BINARY_DIR}/recveil.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/recveil.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
