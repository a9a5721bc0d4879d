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

// One scrape of one or several registries: calls the collectors, waits for calls of other scrapes, then writes all
// families to a sink in the order of their names.
//
//   registry 1:  its own families  |  the families of its collectors       sources_; the first of a name is served
//   registry 2:  its own families  |  ...
//
// The series of a registry are not copied: they are written to the sink directly. Identities of series are compared
// only if another source has a family of the same name.
class Scrape {
 public:
  // Returns whether to serve a family. An empty function means all. Called before the series are read.
  using FamilyFilter = std::function<bool(const FamilyInfo& family)>;

  // Calls before_writing, unless it is empty, between the collectors and the first family.
  static void collect(std::span<const Registry> registries, const Deadline& deadline, const FamilyFilter& filter,
                      Sink& sink, const std::function<void()>& before_writing = {});

  static RegistryState& state(const Registry& registry) noexcept { return *registry.state_; }
  // Returns null for a whole registry.
  static const Scope* scope(const Registry& registry) noexcept { return registry.scope_.get(); }

 private:
  // A source of samples of one name: a family of a registry, or a recorded family of a collector.
  struct Source {
    std::shared_ptr<FamilyState> family;             // null for a recorded family
    std::shared_ptr<const RecordedFamily> recorded;  // null for a family of a registry
    std::shared_ptr<RegisteredCollector> collector;  // of the recorded family
    std::size_t registry;                            // index of the registry
    std::size_t rank;  // among all sources: of two that clash, the one with the lower rank is served
    bool is_left_out = false;

    std::string_view name() const noexcept { return family ? family->definition().name : recorded->name; }
    FamilyInfo info() const noexcept;
  };
  // A call that this scrape made, or that another scrape is making.
  struct CallOfScrape {
    std::size_t registry;  // index of the registry
    std::shared_ptr<RegisteredCollector> collector;
    std::shared_ptr<CollectorCall> call;
  };
  using Sources = std::span<const Source>;
  using SeriesSet = std::unordered_set<std::string>;  // identities of the series that were written

  explicit Scrape(std::span<const Registry> registries) : registries_(registries) {}

  void call_collectors(const Deadline& deadline);
  void wait_for_calls(const Deadline& deadline);
  // Adds the families of the registry with this index and of its collectors to the sources.
  void add(std::size_t index);
  void sort();
  bool may_clash(const Source& source) const;
  std::optional<NameClash> name_clash(const Source& source) const;
  const Source* find_earlier(std::string_view name, const Source& than) const;
  void write(Sources named, Sink& sink) const;
  bool begin(const Source& source, Sink& sink) const;
  void write_samples(const Source& source, SeriesSet& written, Sink& sink) const;
  void replay(const Source& source, SeriesSet& written, Sink& sink) const;
  void report_clash(const Source& source, std::string_view reason) const;

  const std::span<const Registry> registries_;
  std::vector<CallOfScrape> calls_;
  std::vector<Source> sources_;
  bool has_collected_ = false;  // a collector has returned a family
};

}  // namespace narthex::detail
