# Tests of the house itself: the order of the rooms, the documentation, set-up, the installed package.

find_program(PYTHON3 python3 REQUIRED)

function(sememe_house_test name)
  add_test(NAME house.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(house.${name} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()

set(house ${PROJECT_SOURCE_DIR}/tests/house)
sememe_house_test(layers ${PYTHON3} tools/check_layers.py)
sememe_house_test(layers_breaches_are_named ${PYTHON3} ${house}/layers_test.py ${PROJECT_SOURCE_DIR})
sememe_house_test(sizes ${PYTHON3} tools/check_sizes.py)
sememe_house_test(mutants_are_current ${PYTHON3} tools/mutate.py --check)
sememe_house_test(setup ${house}/setup_test.sh ${PROJECT_SOURCE_DIR})
sememe_house_test(docs_faults_are_named ${PYTHON3} ${house}/docs_test.py ${PROJECT_SOURCE_DIR} ${CMAKE_CXX_COMPILER})
if(NOT SEMEME_SANITIZE)  # these build against libsememe with flags of their own
  sememe_house_test(docs ${PYTHON3} tools/check_docs.py --program $<TARGET_FILE:sememe_program>
                    --library $<TARGET_FILE:sememe> --compiler ${CMAKE_CXX_COMPILER}
                    --link $<TARGET_FILE:simdjson::simdjson> ${ZLIB_LIBRARIES}
                    $<TARGET_FILE:zstd::libzstd_shared> ${PCRE2_8BIT_LIBRARY} -pthread)
  sememe_house_test(consumer ${house}/consumer_test.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
                    ${CMAKE_CXX_COMPILER})
endif()
sememe_house_test(pipes_are_followed ${house}/pipe_test.sh $<TARGET_FILE:sememe_program>)
sememe_house_test(cli_docs_are_current ${PYTHON3} tools/generate_cli_docs.py --check
                  --program $<TARGET_FILE:sememe_program>)
