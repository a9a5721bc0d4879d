package("narthex")
    set_description("Prometheus client library for C++20 services")
    set_license("Apache-2.0")

    add_urls("https://narthex.invalid/releases/narthex-0.2.0.tar.gz")
    local sha256 = "09d6beabb73985751195482ad768e82616fb60fcec7b94a9bd525f3a0bbc6dd9"
    add_versions("0.2.0", sha256)

    -- A component needs the library that its comment names.
    add_configs("http",           {description = "Build HttpExporter (Boost headers).", default = true, type = "boolean"})
    add_configs("web_config",     {description = "Support TLS and the web configuration file (OpenSSL, yaml-cpp, libxcrypt).", default = false, type = "boolean"})
    add_configs("civetweb",       {description = "Build CivetwebExporter (civetweb).", default = false, type = "boolean"})
    add_configs("pushgateway",    {description = "Build PushgatewayExporter (libcurl).", default = false, type = "boolean"})
    add_configs("otlp",           {description = "Build OtlpExporter (libcurl, protozero).", default = false, type = "boolean"})
    add_configs("remote_write",   {description = "Build RemoteWriteExporter (libcurl, protozero, Snappy).", default = false, type = "boolean"})
    add_configs("prometheus_cpp", {description = "Build the interface of prometheus-cpp.", default = false, type = "boolean"})
    add_configs("gzip",           {description = "Library that compresses: ISA-L is faster than zlib.", default = "isal", type = "string", values = {"isal", "zlib"}})

    add_deps("cmake", "ninja")
    add_deps("fmt >=9")
    add_syslinks("pthread")

    on_load(function (package)
        if package:config("remote_write") then
            package:config_set("otlp", true)
        end
        if package:config("otlp") then
            package:config_set("pushgateway", true)
        end
        if package:config("prometheus_cpp") then
            package:config_set("http", true)
            package:config_set("pushgateway", true)
        end
        local deps = {
            http        = {"boost"},
            web_config  = {"openssl3", "yaml-cpp", "libxcrypt"},
            civetweb    = {"civetweb"},
            pushgateway = {"libcurl"},
            otlp        = {"protozero"},
            remote_write = {"snappy"}
        }
        for config, names in pairs(deps) do
            if package:config(config) then
                package:add("deps", table.unpack(names))
            end
        end
        package:add("deps", package:config("gzip") == "isal" and "isa-l" or "zlib")
        -- A program links a component before the core.
        local libraries = {
            {"prometheus_cpp", "narthex_prometheus_cpp"},
            {"http", "narthex_http"},
            {"civetweb", "narthex_civetweb"},
            {"otlp", "narthex_otlp"},
            {"remote_write", "narthex_remote_write"},
            {"pushgateway", "narthex_pushgateway"}
        }
        for _, library in ipairs(libraries) do
            if package:config(library[1]) then
                package:add("links", library[2])
            end
        end
        package:add("links", "narthex_textfile", "narthex_testing", "narthex")
        if package:config("prometheus_cpp") then
            package:add("includedirs", "include", "include/narthex-prometheus-cpp")
        end
        if package:config("shared") then
            package:add("defines", "NARTHEX_SHARED")
        else
            package:add("cxxflags", "-fvisibility-inlines-hidden")
        end
    end)

    on_install("linux|x86_64", "linux|arm64", function (package)
        local function disable(name, is_used)
            return "-DCMAKE_DISABLE_FIND_PACKAGE_" .. name .. "=" .. (is_used and "OFF" or "ON")
        end
        import("package.tools.cmake").install(package, {
            "-DNARTHEX_BUILD_TESTS=OFF",
            "-DNARTHEX_BUILD_EXAMPLES=OFF",
            "-DNARTHEX_BUILD_BENCH=OFF",
            "-DCMAKE_BUILD_TYPE=" .. (package:is_debug() and "Debug" or "Release"),
            "-DBUILD_SHARED_LIBS=" .. (package:config("shared") and "ON" or "OFF"),
            "-DNARTHEX_WITH_CIVETWEB=" .. (package:config("civetweb") and "ON" or "OFF"),
            disable("Boost", package:config("http")),
            disable("libxcrypt", package:config("web_config")),
            disable("CURL", package:config("pushgateway")),
            disable("protozero", package:config("otlp")),
            disable("Snappy", package:config("remote_write")),
            disable("isal", package:config("gzip") == "isal")
        })
    end)

    on_test(function (package)
        assert(package:check_cxxsnippets({test = [[
            #include <narthex/narthex.h>
            void test() {
                narthex::Registry registry;
                registry.counter({.name = "hits_total", .help = "Hits."}).inc();
            }
        ]]}, {configs = {languages = "c++20"}}))
    end)
