#include "families/scope.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

#include "families/definition.h"

namespace narthex::detail {

namespace {

std::string checked_prefix(const Scope* outer, std::string_view prefix, NameRule rule) {
  std::string whole = outer ? outer->prefix() : std::string();
  whole += prefix;
  const std::string error = metric_name_error(whole + 'x', rule);
  if (!error.empty()) throw RegistrationError(fmt::format("scope {}: {}", quote(prefix), error));
  return whole;
}

Labels checked(Labels labels) {
  for (const auto& [name, value] : labels) {
    if (value != kOverflow) continue;
    throw RegistrationError(
        fmt::format("label {}: the value {} is reserved; use another text", quote(name), quote(value)));
  }
  return labels;
}

Labels joined(const Labels& first, Labels last) {
  std::ranges::sort(last);
  last.insert(last.begin(), first.begin(), first.end());
  return last;
}

}  // namespace

Scope::Scope(Ptr outer, std::string_view prefix, Labels labels, const Labels& registry_labels, NameRule rule)
    : outer_(std::move(outer)),
      prefix_(checked_prefix(outer_.get(), prefix, rule)),
      labels_(joined(outer_ ? outer_->labels() : Labels(), checked(std::move(labels)))),
      all_labels_(joined(registry_labels, labels_), rule) {}

bool Scope::are_equal(const Scope* a, const Scope* b) noexcept {
  if (a == b) return true;
  return a && b && a->prefix_ == b->prefix_ && a->labels_ == b->labels_ && are_equal(a->outer_.get(), b->outer_.get());
}

bool Scope::is_inside(const Scope* scope, const Scope* outer) noexcept {
  if (!outer) return true;
  for (; !are_equal(scope, outer); scope = scope->outer_.get()) {
    if (!scope) return false;
  }
  return true;
}

std::string Scope::title(const Scope* scope) {
  if (!scope) return "the registry";
  std::string text = fmt::format("the scope {}", quote(scope->prefix_));
  if (scope->outer_) text += fmt::format(" in {}", title(scope->outer_.get()));
  if (scope->labels_.empty()) return text;
  text += " with the labels (";
  for (const auto& [name, value] : scope->labels_) {
    if (text.back() != '(') text += ", ";
    append_label_name(text, name);
    text += '=' + quote(value);
  }
  return text + ')';
}

}  // namespace narthex::detail
