#include <cstdio>
#include <string>
#include <utility>

#include <narthex/narthex.h>

// A library: its metrics go to the registry that the program passes, and to the global one otherwise.
namespace image_cache {

struct Options {
  std::string name = "default";
  narthex::Registry registry = narthex::Registry::global();
};

class Cache {
 public:
  explicit Cache(Options options)
      : hits_(options.registry.counter({.name = "image_cache_hits_total",
                                        .help = "Images found in the cache.",
                                        .labels = {{"cache", options.name}}})) {}
  void find() { hits_.inc(); }

 private:
  narthex::Counter hits_;
};

}  // namespace image_cache

int main() {
  narthex::Registry registry;
  image_cache::Cache icons({.name = "icons", .registry = registry});
  image_cache::Cache photos({.name = "photos", .registry = registry});
  image_cache::Cache also_photos({.name = "photos", .registry = registry});  // the same definition: the same counter
  icons.find();
  photos.find();
  also_photos.find();
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
