#include <narthex/registry.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "definition.h"
#include "family_state.h"
#include "utf8.h"

namespace narthex {

using detail::Definition;
using detail::FamilyState;

// The families by name. Siblings, which differ in the values of their constant labels, share a name.
class Registry::State {
 public:
  explicit State(RegistryOptions options)
      : labels_(std::move(options.labels)),
        diagnostics_(std::make_shared<const detail::Diagnostics>(std::move(options.diagnostic))) {
    LabelText::of(labels_);  // throws unless they can be served; what is not UTF-8 it would replace
    for (const auto& [name, value] : labels_) {
      if (detail::is_utf8(value)) continue;
      throw RegistrationError(
          fmt::format("label {}: the value {} is not UTF-8", detail::quote(name), detail::quote(value)));
    }
  }

  std::shared_ptr<FamilyState> define(Definition definition) {
    definition.constant_labels.insert(definition.constant_labels.end(), labels_.begin(), labels_.end());
    detail::check(definition);
    const std::lock_guard lock(mutex_);
    const auto named = families_.find(definition.name);
    if (named == families_.end()) {
      check_clashes(definition);
      const std::string name = definition.name;
      auto family = std::make_shared<FamilyState>(std::move(definition), diagnostics_);
      families_.emplace(name, Siblings{family});
      return family;
    }
    for (const auto& family : named->second) {
      const Definition& before = family->definition();
      if (!are_siblings(definition, before)) throw RegistrationError(conflict(definition, before));
      if (have_same_constants(definition, before)) return family;
    }
    return named->second.emplace_back(std::make_shared<FamilyState>(std::move(definition), diagnostics_));
  }

  bool remove(const FamilyState* family) {
    Siblings removed;  // ended without the lock
    const std::lock_guard lock(mutex_);
    const auto named = families_.find(family->definition().name);
    if (named == families_.end()) return false;
    const auto found = std::ranges::find(named->second, family, &std::shared_ptr<FamilyState>::get);
    if (found == named->second.end()) return false;
    removed.push_back(std::move(*found));
    named->second.erase(found);
    if (named->second.empty()) families_.erase(named);
    return true;
  }

  bool remove(std::string_view name) {
    Siblings removed;  // ended without the lock
    const std::lock_guard lock(mutex_);
    const auto named = families_.find(name);
    if (named == families_.end()) return false;
    removed = std::move(named->second);
    families_.erase(named);
    return true;
  }

  // Returns all families in the order of their names, siblings in the order they were defined.
  std::vector<std::shared_ptr<FamilyState>> families() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<FamilyState>> all;
    for (const auto& [name, siblings] : families_) all.insert(all.end(), siblings.begin(), siblings.end());
    return all;
  }

  std::atomic<std::size_t> last_text_size{0};

 private:
  using Siblings = std::vector<std::shared_ptr<FamilyState>>;

  // A histogram 'x' also writes x_bucket, x_sum and x_count: nobody else may be called that.
  void check_clashes(const Definition& definition) const {
    for (const std::string_view suffix : definition.kind->suffixes()) {
      const std::string written = fmt::format("{}{}", definition.name, suffix);
      if (const Definition* other = find(written)) refuse_clash(definition, *other, definition, written);
    }
    const std::string_view name = definition.name;
    const std::size_t word = name.rfind('_');  // a suffix is one word behind an underscore
    if (word == std::string_view::npos) return;
    const Definition* shorter = find(name.substr(0, word));
    if (shorter && std::ranges::count(shorter->kind->suffixes(), name.substr(word)) > 0) {
      refuse_clash(definition, *shorter, *shorter, name);
    }
  }

  [[noreturn]] static void refuse_clash(const Definition& now, const Definition& before, const Definition& writer,
                                        std::string_view written) {
    throw RegistrationError(fmt::format("{}: clashes with {}, because {} also writes samples called {}", title(now),
                                        title(before), title(writer), detail::quote(written)));
  }

  // Returns what is defined under a name, or null.
  const Definition* find(std::string_view name) const {
    const auto found = families_.find(name);
    return found == families_.end() ? nullptr : &found->second.front()->definition();
  }

  const Labels labels_;
  const std::shared_ptr<const detail::Diagnostics> diagnostics_;
  mutable std::mutex mutex_;
  std::map<std::string, Siblings, std::less<>> families_;
};

Registry::Registry() : Registry(RegistryOptions()) {}

Registry::Registry(RegistryOptions options) : state_(std::make_shared<State>(std::move(options))) {}

Registry::~Registry() = default;

Registry& Registry::global() {
  static auto* const registry = new Registry;  // leaked on purpose: usable until the very end of the process
  return *registry;
}

std::shared_ptr<FamilyState> Registry::define(const detail::FamilyOptions& options,
                                              std::vector<std::string> label_names,
                                              std::unique_ptr<detail::Kind> kind) {
  return state_->define({std::string(options.name), std::string(options.help), std::string(options.unit),
                         options.labels, std::move(label_names), options.max_series, options.idle_timeout,
                         std::move(kind)});
}

std::atomic<std::size_t>& Registry::last_text_size() const noexcept { return state_->last_text_size; }

bool Registry::remove(const detail::FamilyHandle& family) {
  return family.state_ && state_->remove(family.state_.get());
}

bool Registry::remove(std::string_view name) { return state_->remove(name); }

void Registry::collect(Sink& sink) const {
  std::string_view begun;
  for (const auto& family : state_->families()) {
    const Definition& definition = family->definition();
    if (definition.name != begun) {
      sink.begin_family({definition.name, definition.help, definition.unit, definition.kind->type()});
      begun = definition.name;
    }
    family->collect(sink);
  }
  sink.finish();
}

}  // namespace narthex
