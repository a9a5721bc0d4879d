#pragma once

#include <dlfcn.h>

#include <stdexcept>

namespace narthex {

// The plugin while it is loaded.
class Plugin {
 public:
  Plugin() : handle_(dlopen(NARTHEX_TEST_PLUGIN, RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) throw std::runtime_error(dlerror());
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { dlclose(handle_); }

  template <class Function>
  Function* find(const char* name) const {
    void* function = dlsym(handle_, name);
    if (!function) throw std::runtime_error(dlerror());
    return reinterpret_cast<Function*>(function);
  }

  static bool is_loaded() {
    void* handle = dlopen(NARTHEX_TEST_PLUGIN, RTLD_NOW | RTLD_NOLOAD);
    if (handle) dlclose(handle);
    return handle != nullptr;
  }

 private:
  void* handle_;
};

}  // namespace narthex
