# libsememe: all rooms below the program, and what an installed one needs: headers, CMake package, pkg-config file.

include(CMakePackageConfigHelpers)

add_library(sememe STATIC)
add_library(sememe::sememe ALIAS sememe)
foreach(room IN LISTS SEMEME_ROOMS)
  target_sources(sememe PRIVATE $<TARGET_OBJECTS:sememe_${room}>)
endforeach()
target_include_directories(sememe PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(sememe PUBLIC cxx_std_20)
target_link_libraries(sememe PRIVATE Threads::Threads simdjson::simdjson ZLIB::ZLIB zstd::libzstd_shared PCRE2::8BIT)
if(SEMEME_SANITIZE)
  target_link_options(sememe PUBLIC -fsanitize=${SEMEME_SANITIZE})
endif()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/sememe)
install(TARGETS sememe EXPORT sememeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/sememe DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT sememeTargets NAMESPACE sememe:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/sememeConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/package/sememeConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/sememeConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)  # before 1.0 a minor version may break
file(RELATIVE_PATH from_pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/sememe.pc.in ${PROJECT_BINARY_DIR}/package/sememe.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/sememeConfig.cmake ${PROJECT_BINARY_DIR}/package/sememeConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindPCRE2.cmake
        DESTINATION ${package_folder})
install(FILES ${PROJECT_BINARY_DIR}/package/sememe.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
