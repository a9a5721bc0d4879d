#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <narthex/registry.h>
#include <narthex/sink.h>

#include "families/family_state.h"
#include "model/name_clash.h"
#include "registry/recording.h"
#include "registry/registered_collector.h"
#include "registry/registry_state.h"

namespace narthex::detail {

// One scrape of one or several registries: calls the collectors, then hands all families to a sink in the order of
// their names.
//
//   registry 1:  its own families  |  what each of its collectors gave     sources_, the first of a name wins
//   registry 2:  its own families  |  ...
//
// The series of a registry are read when their turn comes, straight into the sink; where nobody else has a family of the
// same name, without a look at what was served.
class Scrape {
 public:
  // Tells whether a family is to be served; none: all are. Asked before its series are read.
  using FamilyFilter = std::function<bool(const FamilyInfo& family)>;

  static void collect(std::span<const Registry> registries, const Deadline& deadline, const FamilyFilter& wants,
                      Sink& sink);

  static RegistryState& state(const Registry& registry) noexcept { return *registry.state_; }

 private:
  // Who has samples of one name: a family of a registry, or one that a collector gave.
  struct Source {
    std::shared_ptr<FamilyState> family;       // or
    std::unique_ptr<RecordedFamily> recorded;  // with
    std::shared_ptr<RegisteredCollector> collector;
    std::size_t registry;  // its place among the registries
    std::size_t rank;      // among all: the lower one wins a clash
    bool is_left_out = false;

    std::string_view name() const noexcept { return family ? family->definition().name : recorded->name; }
    FamilyInfo info() const noexcept;
  };
  using Sources = std::span<const Source>;
  using Seen = std::unordered_set<std::string>;

  explicit Scrape(std::span<const Registry> registries) : registries_(registries) {}

  // Calls the collectors of a registry, and lists all that it has.
  void add(std::size_t place, const Deadline& deadline);
  void sort();
  bool may_clash(const Source& source) const;
  std::optional<NameClash> name_clash(const Source& source) const;
  const Source* earlier(std::string_view name, const Source& than) const;
  void write(Sources named, Sink& sink) const;
  bool begin(const Source& source, Sink& sink) const;
  void write_samples(const Source& source, Seen& seen, Sink& sink) const;
  void replay(const Source& source, Seen& seen, Sink& sink) const;
  void note_clash(const Source& source, std::string_view reason) const;

  const std::span<const Registry> registries_;
  std::vector<Source> sources_;
  bool has_collected_ = false;  // something from collectors
};

}  // namespace narthex::detail
