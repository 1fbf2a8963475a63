# recveil_room(NAME <path> [USES <room>...] [LIBRARIES <target>...] SOURCES <file>...)
#
# A room is one folder and one static library. Its headers are reached as "<path>/x.h", where <path>
# is the room's folder below plugin/ (for hooks: "hooks/<name>"), and only by rooms that name it in
# USES: each room has an include root of its own, a folder with one link to the real folder. So an
# include that the design does not allow does not compile (tests/integration/layering proves it).
function(recveil_room)
  cmake_parse_arguments(room "" "NAME" "USES;LIBRARIES;SOURCES" ${ARGN})
  string(REPLACE "/" "_" id ${room_NAME})
  set(root ${PROJECT_BINARY_DIR}/rooms/${id})
  get_filename_component(parent ${root}/${room_NAME} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${room_NAME} SYMBOLIC)

  add_library(recveil_${id} STATIC ${room_SOURCES})
  set_target_properties(recveil_${id} PROPERTIES RECVEIL_ROOM_ROOT ${root})
  recveil_uses(recveil_${id} ${room_NAME} ${room_USES})
  target_link_libraries(recveil_${id} PRIVATE ${room_LIBRARIES})
  # __FILE__ and debug information name the real folder, not the link.
  target_compile_options(recveil_${id} PRIVATE
    -ffile-prefix-map=${root}/=plugin/ -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
endfunction()

# recveil_uses(<target> <room>...): let <target> include from these rooms and link them.
function(recveil_uses target)
  target_link_libraries(${target} PRIVATE recveil_compiler)
  foreach(name ${ARGN})
    string(REPLACE "/" "_" id ${name})
    target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/rooms/${id})
    if(NOT target STREQUAL recveil_${id})
      target_link_libraries(${target} PRIVATE recveil_${id})
    endif()
  endforeach()
endfunction()
