# Unit tests stand beside the code (src/<room>/*_test.cpp), what crosses rooms stands in tests/<label>/*_test.cpp.
# One executable a room and a label; every test case is a CTest test with that label.

find_package(GTest REQUIRED)
include(GoogleTest)

function(sememe_tests name label)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  if(NOT ARG_SOURCES)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sememe sememe_options GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE SEMEME_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             SEMEME_PROGRAM="$<TARGET_FILE:sememe_program>")
  # Expected values are written as they are read. (A target's own options come before those it inherits.)
  set(options -Wno-conversion)
  if(SEMEME_SANITIZE)  # compiles in 0.3 to 0.6 of the time; what is tested stays optimised
    list(APPEND options -O0)
  endif()
  set_source_files_properties(${ARG_SOURCES} PROPERTIES COMPILE_OPTIONS "${options}")
  gtest_discover_tests(${name} PROPERTIES LABELS ${label} TIMEOUT 300 DISCOVERY_TIMEOUT 60)
endfunction()

foreach(room IN LISTS SEMEME_ROOMS ITEMS cli)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*_test.cpp)
  sememe_tests(${room}_test unit SOURCES ${sources})
endforeach()
if(TARGET cli_test)
  target_link_libraries(cli_test PRIVATE sememe_cli)
endif()
# Debian's libicu-dev, if it is there, is one more witness of the Unicode tables.
find_package(ICU QUIET COMPONENTS uc)
foreach(label parity e2e)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${label}/*_test.cpp)
  if(NOT ICU_FOUND)
    list(FILTER sources EXCLUDE REGEX "_icu_test\\.cpp$")
  endif()
  sememe_tests(${label}_test ${label} SOURCES ${sources})
endforeach()
if(TARGET parity_test AND ICU_FOUND)
  target_link_libraries(parity_test PRIVATE ICU::uc)
endif()
if(TARGET parity_test)
  add_executable(check_training ${PROJECT_SOURCE_DIR}/tools/check_training.cpp)
  target_link_libraries(check_training PRIVATE sememe sememe_options)
  target_compile_definitions(parity_test PRIVATE SEMEME_CHECK_TRAINING="$<TARGET_FILE:check_training>")
  add_dependencies(parity_test check_training)
endif()
if(TARGET e2e_test)
  add_dependencies(e2e_test sememe_program)
endif()

# An inline function compiled with an instruction set's flags could be the copy that the linker keeps for everyone.
# Only a debug build shows it: optimisation inlines the evidence away.
if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_test(NAME kernels.no_weak_symbols
           COMMAND sh -c "! nm -C $<JOIN:$<FILTER:$<TARGET_OBJECTS:sememe_kernels>,INCLUDE,kernels_avx>, > | grep -E ' [WVu] '")
  set_tests_properties(kernels.no_weak_symbols PROPERTIES LABELS unit)
endif()

include(cmake/house.cmake)
