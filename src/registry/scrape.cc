#include "registry/scrape.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "model/label_cursor.h"

namespace narthex::detail {

namespace {

// How long a scrape without a deadline waits for the calls of other scrapes.
constexpr std::chrono::seconds kMaxWait{10};

// Families without a help text are compatible with any help text.
bool are_compatible(const FamilyInfo& a, const FamilyInfo& b) {
  return a.type == b.type && (!a.help || !b.help || *a.help == *b.help);
}

std::string describe(const FamilyInfo& family) {
  if (!family.help) return fmt::format("a {} without help", to_string(family.type));
  return fmt::format("a {} with help {}", to_string(family.type), quote(*family.help));
}

// Returns the labels that identify a series in its family. Prometheus ignores a label with an empty value.
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

std::string duplicate_series(std::string_view name, LabelView labels) {
  return fmt::format("the series {} is already served; further samples of it are left out",
                     quote(labels.empty() ? std::string(name) : fmt::format("{}{{{}}}", name, labels.text())));
}

}  // namespace

FamilyInfo Scrape::Source::info() const noexcept {
  if (recorded) return recorded->info();
  const Definition& definition = family->definition();
  return {definition.name, definition.help, definition.unit, definition.kind->type()};
}

void Scrape::collect(std::span<const Registry> registries, const Deadline& deadline, const FamilyFilter& filter,
                     Sink& sink, const std::function<void()>& before_writing) {
  Scrape scrape(registries);
  // All calls are made before the first wait, so that a collector that hangs takes no time from the others. The
  // families are listed last, so that this scrape includes the definitions of collectors.
  scrape.call_collectors(deadline);
  scrape.wait_for_calls(deadline);
  if (before_writing) before_writing();
  for (std::size_t index = 0; index < registries.size(); ++index) scrape.add(index);
  // The families of one registry are sorted, and their definitions were checked for clashes.
  if (registries.size() > 1 || scrape.has_collected_) scrape.sort();
  if (filter) std::erase_if(scrape.sources_, [&](const Source& source) { return !filter(source.info()); });
  for (Sources rest = scrape.sources_; !rest.empty();) {
    const std::string_view name = rest.front().name();
    const auto end = std::ranges::find_if(rest, [&](const Source& source) { return source.name() != name; });
    const auto size = static_cast<std::size_t>(end - rest.begin());
    scrape.write(rest.first(size), sink);
    rest = rest.subspan(size);
  }
  sink.finish();
}

void Scrape::call_collectors(const Deadline& deadline) {
  for (std::size_t index = 0; index < registries_.size(); ++index) {
    RegistryState& registry = registries_[index].state_->own();
    registry.scrapes.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sum orders nothing else
    for (auto& collector : registry.collectors(registries_[index].scope_.get())) {
      if (auto call = collector->run(registry, deadline)) {
        calls_.push_back({index, std::move(collector), std::move(call)});
      }
    }
  }
}

void Scrape::wait_for_calls(const Deadline& deadline) {
  const auto end = deadline.value_or(std::chrono::steady_clock::now() + kMaxWait);
  for (CallOfScrape& one : calls_) {
    if (!one.collector->wait(*one.call, end)) one.call = nullptr;
  }
}

void Scrape::add(std::size_t index) {
  auto families = registries_[index].state_->families(registries_[index].scope_.get());
  sources_.reserve(sources_.size() + families.size() + calls_.size());
  for (auto& family : families) sources_.push_back({std::move(family), nullptr, nullptr, index, sources_.size()});
  for (const CallOfScrape& one : calls_) {
    if (one.registry != index || !one.call) continue;
    for (const RecordedFamily& family : one.call->families) {
      sources_.push_back({nullptr, {one.call, &family}, one.collector, index, sources_.size()});
      has_collected_ = true;
    }
  }
}

void Scrape::sort() {
  std::ranges::stable_sort(sources_, {}, &Source::name);
  std::vector<Source*> by_rank;  // a source that is left out does not clash with later ones
  for (Source& source : sources_) {
    if (source.family && source.registry == 0) continue;  // only families of the same registry are earlier
    if (may_clash(source)) by_rank.push_back(&source);
  }
  std::ranges::sort(by_rank, {}, &Source::rank);
  for (Source* const one : by_rank) {
    Source& source = *one;
    if (const auto clash = name_clash(source)) {
      source.is_left_out = true;
      report_clash(source, fmt::format("{} is left out: it clashes with {} {}, because {}", quote(source.name()),
                                       to_string(clash->type), quote(clash->name), clash->reason));
    }
  }
  std::erase_if(sources_, [](const Source& source) { return source.is_left_out; });
}

// Returns whether another family has the same root. The families of a root are sorted behind it. This check is cheap,
// and nearly all families end here.
bool Scrape::may_clash(const Source& source) const {
  const std::string_view root = root_of(source.name());
  for (auto other = std::ranges::lower_bound(sources_, root, {}, &Source::name);
       other != sources_.end() && other->name().starts_with(root);
       other = std::ranges::upper_bound(other, sources_.end(), other->name(), {}, &Source::name)) {
    if (other->name() != source.name() && root_of(other->name()) == root) return true;
  }
  return false;
}

// Returns an earlier family that writes a name that this one writes, too.
std::optional<NameClash> Scrape::name_clash(const Source& source) const {
  return find_name_clash(source.info().type, source.name(), [&](std::string_view name) {
    const Source* other = find_earlier(name, source);
    return other ? std::optional(other->info().type) : std::nullopt;
  });
}

// Returns the first source of a name if its rank is lower than that of another source, or null.
const Scrape::Source* Scrape::find_earlier(std::string_view name, const Source& than) const {
  auto found = std::ranges::lower_bound(sources_, name, {}, &Source::name);
  while (found != sources_.end() && found->name() == name && found->is_left_out) ++found;
  return found != sources_.end() && found->name() == name && found->rank < than.rank ? &*found : nullptr;
}

void Scrape::write(Sources named, Sink& sink) const {
  const Source& last = named.back();  // sorted by registry, in each first the families and then those of collectors
  if (last.family && last.registry == named.front().registry) {
    sink.begin_family(named.front().info());
    for (const Source& sibling : named) sibling.family->collect(sink);
    return;
  }
  const Source* first = nullptr;
  SeriesSet written;
  const auto owner = [](const Source& source) {
    return source.collector ? fmt::format("collector {}", quote(source.collector->name())) : "the registry";
  };
  for (const Source& source : named) {
    if (!first) {
      if (begin(source, sink)) first = &source;
    } else if (!are_compatible(first->info(), source.info())) {
      report_clash(source,
                   fmt::format("{} is already served by {} as {}; its samples as {} are left out", quote(source.name()),
                               owner(*first), describe(first->info()), describe(source.info())));
      continue;
    }
    if (first) write_samples(source, written, sink);
  }
}

// Returns whether the sink accepts the family. A rejected family of a collector counts as an error of the collector.
bool Scrape::begin(const Source& source, Sink& sink) const {
  if (source.family) {
    sink.begin_family(source.info());
    return true;
  }
  try {
    sink.begin_family(source.info());
    return true;
  } catch (const SampleError& error) {
    source.collector->report_error(error.what());
    return false;
  }
}

void Scrape::write_samples(const Source& source, SeriesSet& written, Sink& sink) const {
  if (source.recorded) return replay(source, written, sink);
  source.family->collect(sink, [&](LabelView labels) {
    if (written.insert(identity(labels)).second) return true;
    report_clash(source, duplicate_series(source.name(), labels));
    return false;
  });
}

void Scrape::replay(const Source& source, SeriesSet& written, Sink& sink) const {
  for (const RecordedSample& sample : source.recorded->samples) {
    if (!written.insert(identity(sample.labels())).second) {
      report_clash(source, duplicate_series(source.name(), sample.labels()));
      continue;
    }
    try {
      sample.replay(sink);
    } catch (const SampleError& error) {
      source.collector->report_error(error.what());
    }
  }
}

void Scrape::report_clash(const Source& source, std::string_view reason) const {
  if (source.collector) {
    source.collector->report_clash(source.name(), reason);
  } else {
    registries_[source.registry].state_->report_clash(source.name(), reason);
  }
}

}  // namespace narthex::detail
