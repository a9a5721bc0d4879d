-- A user's xmake project that requires narthex. The repositories are packaging/xmake, and one that scripts/test-packages
-- writes: its packages are those of the system, because xmake's own repository cannot be downloaded everywhere.
set_languages("c++20")
set_warnings("all", "error")
add_repositories("narthex-repo narthex-repo", "system-repo system-repo")
add_requires("narthex", {debug = true, configs = {web_config = true, pushgateway = true}})

target("service")
    set_kind("binary")
    add_files("service.cc")
    add_packages("narthex")

target("service_test")
    set_kind("binary")
    add_files("service_test.cc")
    add_packages("narthex")
