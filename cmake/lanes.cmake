# src/map/lanes_<isa>.cpp, as cmake/kernels.cmake has it for src/kernels. Products and sums may be fused where the machine
# does that. g++ notes that wide vectors are passed differently under other flags; none leaves these files.

set(lanes_options -fno-exceptions -ffp-contract=fast $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi>)
set(lanes_dir ${PROJECT_SOURCE_DIR}/src/map)
set_source_files_properties(${lanes_dir}/lanes_scalar.cpp PROPERTIES COMPILE_OPTIONS "${lanes_options}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set_source_files_properties(${lanes_dir}/lanes_avx2.cpp PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;${lanes_options}")
  set_source_files_properties(${lanes_dir}/lanes_avx512.cpp PROPERTIES COMPILE_OPTIONS
                              "-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mfma;${lanes_options}")
endif()
# Loops over the columns of a batch are written to be vectorised, which g++ 12 does not do at -O2.
set_source_files_properties(${lanes_dir}/grid_convolution.cpp PROPERTIES COMPILE_OPTIONS -O3)
