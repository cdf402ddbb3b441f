# Each instruction set is one object with its own flags; dispatch.cpp picks a table at run time. -fno-exceptions and
# includes of intrinsics alone keep inline functions out of these objects (kernels.no_weak_symbols holds that).

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(avx2 -mavx2 -mfma)
  set(avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma)
  set(flags_avx2 ${avx2})
  set(flags_avxvnni ${avx2} -mavxvnni)
  set(flags_avx512 ${avx512})
  set(flags_avx512vnni ${avx512} -mavx512vnni)
  set(flags_avx512bf16 ${avx512} -mavx512vnni -mavx512bf16 -mavx512vbmi)
  # g++ 12 warns of its own intrinsics' "undefined" operands.
  set(quiet -Wno-uninitialized $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  foreach(table avx2 avxvnni avx512 avx512vnni avx512bf16)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/kernels_${table}.cpp PROPERTIES COMPILE_OPTIONS
                                "${flags_${table}};-fno-exceptions;${quiet}")
  endforeach()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/kernels_neon.cpp PROPERTIES COMPILE_OPTIONS
                              -fno-exceptions)
endif()
# The kernels of training; loops over the lanes of a vector are written to be vectorised.
foreach(name scalar avx2 avx512)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/kernels/kernels_${name}_training.cpp PROPERTIES COMPILE_OPTIONS
                              "${flags_${name}};-fno-exceptions;-O3;${quiet}")
endforeach()
