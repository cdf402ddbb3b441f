# A room is a folder of src/ with one subject. Its .cpp files (tests and per-ISA files apart) become one object library,
# so that a change in one room recompiles only what includes it.

add_library(sememe_options INTERFACE)
target_include_directories(sememe_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_compile_options(sememe_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wno-missing-field-initializers -fvisibility=hidden
                                                  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # false on std::string, g++ 12
target_link_libraries(sememe_options INTERFACE Threads::Threads)
if(SEMEME_SANITIZE)
  target_compile_options(sememe_options INTERFACE -fsanitize=${SEMEME_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(sememe_options INTERFACE -fsanitize=${SEMEME_SANITIZE})
endif()

set(SEMEME_ROOMS "")

function(sememe_room room)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  add_library(sememe_${room} OBJECT ${sources})
  set_target_properties(sememe_${room} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(sememe_${room} PUBLIC sememe_options PRIVATE ${ARG_USES})
  set(SEMEME_ROOMS ${SEMEME_ROOMS} ${room} PARENT_SCOPE)
endfunction()
