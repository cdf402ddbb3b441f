# Each instruction set is one object with its own flags; dispatch.cpp picks a table at run time. -fno-exceptions and
# includes of intrinsics alone keep inline functions out of these objects (kernels.no_weak_symbols holds that).

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(kernels_dir ${PROJECT_SOURCE_DIR}/src/kernels)
  set_source_files_properties(${kernels_dir}/kernels_avx2.cpp ${kernels_dir}/kernels_avx2_training.cpp PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-fno-exceptions")
  # g++ 12 warns of its own intrinsics' "undefined" operands.
  set_source_files_properties(${kernels_dir}/kernels_avx512.cpp ${kernels_dir}/kernels_avx512_training.cpp PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mfma;-fno-exceptions;-Wno-uninitialized;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
endif()
# Loops over the lanes of a vector are written to be vectorised.
foreach(name scalar avx2 avx512)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/kernels/kernels_${name}_training.cpp APPEND PROPERTY
               COMPILE_OPTIONS "-O3;-fno-math-errno")
endforeach()
