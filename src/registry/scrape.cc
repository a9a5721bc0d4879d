#include "registry/scrape.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "model/label_cursor.h"

namespace narthex::detail {

namespace {

// A missing help says nothing that one could disagree with.
bool agree(const FamilyInfo& a, const FamilyInfo& b) {
  return a.type == b.type && (!a.help || !b.help || *a.help == *b.help);
}

std::string described(const FamilyInfo& family) {
  if (!family.help) return fmt::format("a {} without help", to_string(family.type));
  return fmt::format("a {} with help {}", to_string(family.type), quote(*family.help));
}

// What tells a series from others of its family: a label with an empty value is none, for Prometheus.
std::string identity(LabelView labels) {
  if (labels.text().find("=\"\"") == std::string_view::npos) return std::string(labels.text());
  std::string text;
  for (LabelCursor label(labels); label.next();) {
    if (label.value().empty()) continue;
    text += label.whole();
    text += ',';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

std::string served_before(std::string_view name, LabelView labels) {
  return fmt::format("the series {} is there already, and served once only",
                     quote(labels.empty() ? std::string(name) : fmt::format("{}{{{}}}", name, labels.text())));
}

}  // namespace

FamilyInfo Scrape::Source::info() const noexcept {
  if (recorded) return recorded->info();
  const Definition& definition = family->definition();
  return {definition.name, definition.help, definition.unit, definition.kind->type()};
}

void Scrape::collect(std::span<const Registry> registries, const Deadline& deadline, const FamilyFilter& wants,
                     Sink& sink) {
  Scrape scrape(registries);
  for (std::size_t place = 0; place < registries.size(); ++place) scrape.add(place, deadline);
  // The families of one registry are in order, and were checked against each other when they were defined.
  if (registries.size() > 1 || scrape.has_collected_) scrape.sort();
  if (wants) std::erase_if(scrape.sources_, [&](const Source& source) { return !wants(source.info()); });
  for (Sources rest = scrape.sources_; !rest.empty();) {
    const std::string_view name = rest.front().name();
    const auto end = std::ranges::find_if(rest, [&](const Source& source) { return source.name() != name; });
    const auto size = static_cast<std::size_t>(end - rest.begin());
    scrape.write(rest.first(size), sink);
    rest = rest.subspan(size);
  }
  sink.finish();
}

void Scrape::add(std::size_t place, const Deadline& deadline) {
  RegistryState& registry = *registries_[place].state_;
  registry.scrapes.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
  std::vector<Source> collected;  // first, so that what collectors define and update is in this scrape
  for (auto& collector : registry.collectors()) {
    for (auto& family : collector->run(registry, deadline)) {
      collected.push_back({nullptr, std::move(family), collector, place, 0});
    }
  }
  has_collected_ = has_collected_ || !collected.empty();
  auto families = registry.families();
  sources_.reserve(sources_.size() + families.size() + collected.size());
  for (auto& family : families) sources_.push_back({std::move(family), nullptr, nullptr, place, sources_.size()});
  for (Source& source : collected) {
    source.rank = sources_.size();
    sources_.push_back(std::move(source));
  }
}

void Scrape::sort() {
  std::ranges::stable_sort(sources_, {}, &Source::name);
  std::vector<Source*> by_rank;  // who is left out itself clashes with nobody behind it
  for (Source& source : sources_) {
    if (source.family && source.registry == 0) continue;  // nothing is earlier but its like
    if (may_clash(source)) by_rank.push_back(&source);
  }
  std::ranges::sort(by_rank, {}, &Source::rank);
  for (Source* const one : by_rank) {
    Source& source = *one;
    if (const auto clash = name_clash(source)) {
      source.is_left_out = true;
      note_clash(source, fmt::format("{} is left out: it clashes with {} {}, because {}", quote(source.name()),
                                     to_string(clash->type), quote(clash->name), clash->reason));
    }
  }
  std::erase_if(sources_, [](const Source& source) { return source.is_left_out; });
}

// Tells whether another family has the same root: all of that root stand behind it. Nearly none has, and this is all that
// the others cost.
bool Scrape::may_clash(const Source& source) const {
  const std::string_view root = root_of(source.name());
  for (auto other = std::ranges::lower_bound(sources_, root, {}, &Source::name);
       other != sources_.end() && other->name().starts_with(root); ++other) {
    if (other->name() != source.name() && root_of(other->name()) == root) return true;
  }
  return false;
}

// Returns who comes earlier, and writes a name that this one writes too.
std::optional<NameClash> Scrape::name_clash(const Source& source) const {
  return find_name_clash(source.info().type, source.name(), [&](std::string_view name) {
    const Source* other = earlier(name, source);
    return other ? std::optional(other->info().type) : std::nullopt;
  });
}

// Returns the first source of a name if it comes before another one.
const Scrape::Source* Scrape::earlier(std::string_view name, const Source& than) const {
  auto found = std::ranges::lower_bound(sources_, name, {}, &Source::name);
  while (found != sources_.end() && found->name() == name && found->is_left_out) ++found;
  return found != sources_.end() && found->name() == name && found->rank < than.rank ? &*found : nullptr;
}

void Scrape::write(Sources named, Sink& sink) const {
  const Source& last = named.back();  // collectors come after families, and registries one after the other
  if (last.family && last.registry == named.front().registry) {
    sink.begin_family(named.front().info());
    for (const Source& sibling : named) sibling.family->collect(sink);
    return;
  }
  const Source* first = nullptr;
  Seen seen;
  for (const Source& source : named) {
    if (!first) {
      if (begin(source, sink)) first = &source;
    } else if (!agree(first->info(), source.info())) {
      note_clash(source, fmt::format("{} is there already as {}; its samples as {} are left out", quote(source.name()),
                                     described(first->info()), described(source.info())));
      continue;
    }
    if (first) write_samples(source, seen, sink);
  }
}

// Returns whether the sink takes the family. What it refuses of a collector is the collector's mistake.
bool Scrape::begin(const Source& source, Sink& sink) const {
  if (source.family) {
    sink.begin_family(source.info());
    return true;
  }
  try {
    sink.begin_family(source.info());
    return true;
  } catch (const SampleError& error) {
    source.collector->note_error(error.what());
    return false;
  }
}

void Scrape::write_samples(const Source& source, Seen& seen, Sink& sink) const {
  if (source.recorded) return replay(source, seen, sink);
  source.family->collect(sink, [&](LabelView labels) {
    if (seen.insert(identity(labels)).second) return true;
    note_clash(source, served_before(source.name(), labels));
    return false;
  });
}

void Scrape::replay(const Source& source, Seen& seen, Sink& sink) const {
  for (const RecordedSample& sample : source.recorded->samples) {
    if (!seen.insert(identity(sample.labels())).second) {
      note_clash(source, served_before(source.name(), sample.labels()));
      continue;
    }
    try {
      sample.replay(sink);
    } catch (const SampleError& error) {
      source.collector->note_error(error.what());
    }
  }
}

void Scrape::note_clash(const Source& source, std::string_view reason) const {
  if (source.collector) {
    source.collector->note_clash(source.name(), reason);
  } else {
    registries_[source.registry].state_->note_clash(source.name(), reason);
  }
}

}  // namespace narthex::detail
