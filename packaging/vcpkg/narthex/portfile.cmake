vcpkg_download_distfile(ARCHIVE
    URLS "https://narthex.invalid/releases/narthex-0.2.0.tar.gz"
    FILENAME "narthex-0.2.0.tar.gz"
    SHA512 17e14eec3e4e7de46487005abeeba2f34c14acced6952987a935a9ee927042fed736eef09ff7a501c2ec563141f9587b8f4c6fb46c4c2db26f5bc372998eeabf
)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")

# narthex builds a component if it finds the libraries of the component. So a feature that is off hides its library. The
# web configuration needs three libraries, of which only libxcrypt is not needed by others.
vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        civetweb NARTHEX_WITH_CIVETWEB
    INVERTED_FEATURES
        http CMAKE_DISABLE_FIND_PACKAGE_Boost
        isal CMAKE_DISABLE_FIND_PACKAGE_isal
        otlp CMAKE_DISABLE_FIND_PACKAGE_protozero
        pushgateway CMAKE_DISABLE_FIND_PACKAGE_CURL
        remote-write CMAKE_DISABLE_FIND_PACKAGE_Snappy
        web-config CMAKE_DISABLE_FIND_PACKAGE_libxcrypt
)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DNARTHEX_BUILD_TESTS=OFF
        -DNARTHEX_BUILD_EXAMPLES=OFF
        -DNARTHEX_BUILD_BENCH=OFF
        ${FEATURE_OPTIONS}
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/narthex)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
